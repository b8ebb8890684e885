"""Verifying takes a few times what summing up the entries takes."""

import os
import statistics
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from loyalty.points.ledger.checks import BALANCES
from loyalty.verify.comparison import verify
from loyalty.verify.health import all_checks
from tests.engine.world import rows
from tests.verify.corrupting import as_owner

CUSTOMERS = int(os.environ.get("VERIFY_CUSTOMERS", "100000"))
TABLES = [
    "customers_customer", "events_event", "events_transaction", "points_lot", "points_pending", "points_entry",
    "points_balance",
]  # fmt: skip
FOREIGN_KEYS = (
    "SELECT conrelid::regclass::text, conname FROM pg_constraint"
    " WHERE contype = 'f' AND conrelid::regclass::text = ANY(%s)"
)
# Counted by the server, so that none of its rows travels.
PLAIN = "SELECT count(*), sum(moved) FROM (SELECT sum(points) AS moved FROM points_entry GROUP BY customer_id) plain"


def fill(customers: int) -> None:
    """Without foreign keys it takes a fraction of the time, and no statement that is measured knows of them."""
    [(account,)] = rows("SELECT id FROM points_account WHERE is_default")
    script = Path(__file__).with_name("volume.sql").read_text().format(customers=customers, account=account)
    as_owner(
        *(f"ALTER TABLE {table} DROP CONSTRAINT {key}" for table, key in rows(FOREIGN_KEYS, [TABLES])),
        *script.strip().split(";\n"),
        *(f"VACUUM (ANALYZE) {table}" for table in TABLES),
    )


def merge_pairs(number: int) -> None:
    """Of the first customers each odd one into the next, as a merge leaves them."""
    odd = f"customer_id < {2 * number} AND customer_id % 2 = 1"
    lot = "event_id, account_id, points, expired, earned_at"
    buckets = ("earned", "spent", "expired", "reserved", "pending", "debt")
    sums = ("purchase_total", "purchase_count", "purchase_item_count")
    dates = dict.fromkeys(("purchase_last_date", "last_earn_date", "last_spend_date"), "greatest")
    dates["purchase_first_date"] = "least"
    as_owner(
        'INSERT INTO customers_merge (source_id, survivor_id, "into", kind, merged_at, source_event, survivor_event, moved, filled)'
        f" SELECT s, s + 1, s + 1, 'partial', now(), 0, 0, '{{}}', '{{}}' FROM generate_series(1, {2 * number - 1}, 2) s",
        "INSERT INTO customers_identity (scheme, value, customer_id, origin_id)"
        " SELECT 'id', public_id, survivor_id, source_id FROM customers_merge JOIN customers_customer ON id = source_id",
        "UPDATE customers_customer SET status = 'merged' WHERE id IN (SELECT source_id FROM customers_merge)",
        f"UPDATE customers_customer c SET {', '.join(f'{name} = c.{name} + s.{name}' for name in sums)},"
        f" {', '.join(f'{name} = {choose}(c.{name}, s.{name})' for name, choose in dates.items())}"
        " FROM customers_customer s JOIN customers_merge ON source_id = s.id WHERE survivor_id = c.id",
        f"INSERT INTO points_lot (customer_id, id, remaining, {lot}) SELECT customer_id + 1, id, remaining, {lot}"
        f" FROM points_lot WHERE {odd}",
        "INSERT INTO points_entry (customer_id, event_id, account_id, kind, points, lot_id, recorded_at)"
        " SELECT customer_id + side, event_id, account_id, 'move', CASE side WHEN 0 THEN -remaining ELSE remaining END, id, now()"
        f" FROM points_lot, generate_series(0, 1) side WHERE {odd} AND remaining > 0",
        f"UPDATE points_lot SET remaining = 0 WHERE {odd}",
        f"UPDATE points_balance b SET {', '.join(f'{name} = b.{name} + s.{name}' for name in buckets)} FROM points_balance s"
        " JOIN customers_merge ON source_id = s.customer_id WHERE survivor_id = b.customer_id AND b.account_id = s.account_id",
        f"DELETE FROM points_balance WHERE {odd}",
        f"UPDATE points_pending SET customer_id = customer_id + 1 WHERE {odd}",
        f"UPDATE events_transaction SET customer_id = customer_id + 1 WHERE {odd}",
    )


def seconds(work: Callable[[], object]) -> float:
    started = time.perf_counter()
    work()
    return time.perf_counter() - started


@pytest.mark.prove
def test_balances_take_three_times_a_plain_sum_and_everything_ten(committed_db: None) -> None:
    fill(CUSTOMERS)
    found = verify(all_checks(), limit=10)
    assert found.found == 0, found.mismatches
    assert (found.compared["balances"], found.compared["events"]) == (CUSTOMERS, 5 * CUSTOMERS)
    measured: dict[str, list[float]] = {"plain": [], "balances": [], "everything": []}
    for _ in range(5):
        measured["plain"].append(seconds(lambda: rows(PLAIN)))
        measured["balances"].append(seconds(lambda: verify([BALANCES], limit=10)))
        measured["everything"].append(seconds(lambda: verify(all_checks(), limit=10)))
    plain, balances, everything = (statistics.median(times) for times in measured.values())
    print(f"plain {plain:.2f} s, balances × {balances / plain:.2f}, everything × {everything / plain:.2f}")

    assert balances <= 3 * plain
    assert everything <= 10 * plain


@pytest.mark.prove
def test_with_a_hundredth_of_customers_merged_it_takes_at_most_three_times_as_long(committed_db: None) -> None:
    fill(CUSTOMERS)
    alone = statistics.median(seconds(lambda: verify(all_checks(), limit=10)) for _ in range(5))
    merge_pairs(CUSTOMERS // 100)
    found = verify(all_checks(), limit=10)
    assert found.mismatches == []
    assert found.compared["merges"] == CUSTOMERS // 100
    merged = statistics.median(seconds(lambda: verify(all_checks(), limit=10)) for _ in range(5))
    print(f"alone {alone:.2f} s, merged {merged:.2f} s")

    assert merged <= 3 * alone
