"""What the tests of the engine share: sending events, and reading back all that they left behind."""

import datetime as dt
from typing import Any

from django.db import connection

from events.orders.operations import accept_due_orders
from loyalty.engine.events import Actor, Incoming
from loyalty.engine.mechanism import Outcome
from loyalty.engine.record import record
from loyalty.points.expiry.operations import expire_points
from loyalty.points.orders.operations import accept_due_points
from loyalty.verify.comparison import compare
from loyalty.verify.health import all_checks

BY = Actor("api")
NOW = dt.datetime(2026, 3, 1, 12, tzinfo=dt.UTC)
TABLES = (
    "customers_customer", "customers_identity", "events_event", "events_businesskey", "points_lot", "points_balance",
    "points_entry", "sync_outboxrow",
)  # fmt: skip


def event(customer: str, action: str, account: str | None = None, nonce: str | None = None, **data: Any) -> Incoming:
    return Incoming(customer, action, data, account=account, nonce=nonce)


def send(*events: Incoming, at: dt.datetime = NOW) -> list[Outcome]:
    return record(events, by=BY, at=at)


def merging(source: str, target: str, kind: str = "full") -> Incoming:
    """As `merge_customers` sends it."""
    return Incoming(source, "customer_merge", {"kind": kind, "source": source, "target": target}, target=("id", target))


def codes(outcomes: list[Outcome]) -> list[int | None]:
    """The refusals' numbers; None where the event was accepted."""
    return [outcome.error.code if outcome.error else None for outcome in outcomes]


def accepted(*events: Incoming, at: dt.datetime = NOW) -> list[Outcome]:
    outcomes = send(*events, at=at)
    assert codes(outcomes) == [None] * len(events), [outcome.error for outcome in outcomes]
    return outcomes


def rows(statement: str, params: Any = None) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(statement, params)
        return cursor.fetchall() if cursor.description else []


def configure(*, multi_accounts: bool = False, checkout_accept: bool = False, **settings: Any) -> None:
    """Save general settings by column."""
    chosen = {"multi_accounts": multi_accounts, "checkout_accept": checkout_accept}
    modules = ["expiring_points", *(module for module, is_on in chosen.items() if is_on)]
    for name, value in {"modules": modules, **settings}.items():
        assert rows(f"UPDATE staff_generalsettings SET {name} = %s RETURNING id", [value]) == [(1,)]


def somebody_subscribes() -> None:
    """From here on, what happens is put into the outbox."""
    rows("INSERT INTO sync_subscriber (name, created_at) VALUES ('tests', now()) ON CONFLICT DO NOTHING")


def counts() -> dict[str, int]:
    selected = ", ".join(f"(SELECT count(*) FROM {table})" for table in TABLES)
    return dict(zip(TABLES, rows(f"SELECT {selected}")[0], strict=True))


def spendable(customer: str) -> int | None:
    found = rows(
        "SELECT spendable FROM points_balance b JOIN customers_customer c ON c.id = customer_id WHERE public_id = %s",
        [customer],
    )
    return found[0][0] if found else None


def check_books() -> None:
    """What must hold whatever has happened."""
    found = compare(all_checks(), limit=10)
    assert found.mismatches == []
    assert not rows(
        "SELECT 1 FROM points_balance b LEFT JOIN (SELECT customer_id, account_id, sum(remaining) AS held FROM points_lot"
        " GROUP BY 1, 2) l USING (customer_id, account_id) WHERE coalesce(held, 0) <> spendable"
    )
    assert not rows(
        "SELECT 1 FROM customers_identity i LEFT JOIN customers_customer c ON c.id = i.customer_id WHERE c.id IS NULL"
    )
    assert not rows(
        "SELECT 1 FROM customers_customer c WHERE status NOT IN ('merged', 'opted_out', 'banned')"
        " AND NOT EXISTS (SELECT 1 FROM customers_identity WHERE customer_id = c.id)"
    )


def expire(at: dt.datetime) -> None:
    expire_points(now=lambda: at)
    # A chunk's limit ends with its transaction: a test's goes on.
    rows("SET LOCAL statement_timeout = 0")


def run_timers(at: dt.datetime) -> None:
    """What the programme does by itself."""
    expire(at)
    accept_due_orders(at=at)
    accept_due_points(at=at)
