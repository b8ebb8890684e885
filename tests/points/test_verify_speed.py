"""Verifying takes a few times what summing up the entries takes."""

import os
import statistics
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from loyalty.points.checks import verify
from loyalty.points.projections import BALANCES, CHECKS
from tests.engine.world import rows

from .corrupting import as_owner

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


def seconds(work: Callable[[], object]) -> float:
    started = time.perf_counter()
    work()
    return time.perf_counter() - started


@pytest.mark.prove
def test_balances_take_three_times_a_plain_sum_and_everything_ten(committed_db: None) -> None:
    fill(CUSTOMERS)
    found = verify(CHECKS, limit=10)
    assert found.found == 0, found.mismatches
    assert (found.compared["balances"], found.compared["events"]) == (CUSTOMERS, 5 * CUSTOMERS)
    measured: dict[str, list[float]] = {"plain": [], "balances": [], "everything": []}
    for _ in range(5):
        measured["plain"].append(seconds(lambda: rows(PLAIN)))
        measured["balances"].append(seconds(lambda: verify([BALANCES], limit=10)))
        measured["everything"].append(seconds(lambda: verify(CHECKS, limit=10)))
    plain, balances, everything = (statistics.median(times) for times in measured.values())
    print(f"plain {plain:.2f} s, balances × {balances / plain:.2f}, everything × {everything / plain:.2f}")

    assert balances <= 3 * plain
    assert everything <= 10 * plain
