"""What the tests of the engine share: sending events, and reading back all that they left behind."""

import datetime as dt
import json
from typing import Any

from django.db import connection

from loyalty.engine.record import record
from loyalty.engine.types import Actor, Incoming, Outcome
from loyalty.points.checks import compare
from loyalty.points.projections import CHECKS

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


def configure(*, multi_accounts: bool = False, **settings: Any) -> None:
    """Save general settings by column."""
    modules = ["expiring_points", *(["multi_accounts"] if multi_accounts else [])]
    for name, value in {"modules": modules, **settings}.items():
        rows(f"UPDATE staff_generalsettings SET {name} = %s", [value])


def counts() -> dict[str, int]:
    selected = ", ".join(f"(SELECT count(*) FROM {table})" for table in TABLES)
    return dict(zip(TABLES, rows(f"SELECT {selected}")[0], strict=True))


def spendable(customer: str) -> int | None:
    found = rows(
        "SELECT spendable FROM points_balance b JOIN customers_customer c ON c.id = customer_id WHERE public_id = %s",
        [customer],
    )
    return found[0][0] if found else None


FIELDS = {
    "first_name": "first_name", "last_name": "last_name", "language": "language", "email": "email",
    "country": "country", "currency": "currency", "birth_date": "birth_date", "status": "status",
    "optin_at": "optin_at", "total": "purchase_total", "count": "purchase_count", "items": "purchase_item_count",
    "first": "purchase_first_date", "last": "purchase_last_date", "earn": "last_earn_date", "spend": "last_spend_date",
}  # fmt: skip


def _parsed(text: str) -> Any:
    return json.loads(text, parse_float=float)


def end_state() -> dict[str, dict[str, Any]]:
    """Everything about each customer, by the brand's ID and without internal ids."""
    found: dict[int, dict[str, Any]] = {}
    for id, name, properties, *fields in rows(
        f"SELECT id, public_id, properties::text, {', '.join(FIELDS.values())} FROM customers_customer"
    ):
        found[id] = {"name": name, "fields": dict(zip(FIELDS, fields, strict=True)), "properties": _parsed(properties)}
        found[id] |= {"balances": {}, "lots": [], "events": [], "entries": [], "told": 0}
    slugs = dict(rows("SELECT id, slug FROM points_account"))
    for id, account, *figures in rows("SELECT customer_id, account_id, earned, spent, debt FROM points_balance"):
        found[id]["balances"][slugs[account]] = tuple(figures)
    _add_ledger(found, slugs)
    for id, action, points, account, data, *rest in rows(
        "SELECT customer_id, action, points, account_id, data::text, transaction_id, occurred_at FROM events_event ORDER BY id"
    ):
        found[id]["events"].append((action, points, slugs.get(account), _parsed(data), *rest))
    for id, number in rows("SELECT customer_id, count(*) FROM sync_outboxrow GROUP BY 1"):
        found[id]["told"] = number
    return {state.pop("name"): state for state in found.values()}


def _add_ledger(found: dict[int, dict[str, Any]], slugs: dict[int, str]) -> None:
    numbers: dict[tuple[int, int], int] = {}
    for customer, id, account, *lot in rows(
        "SELECT customer_id, id, account_id, points, remaining, earned_at, expires_at FROM points_lot ORDER BY id"
    ):
        numbers[customer, id] = len(found[customer]["lots"])
        found[customer]["lots"].append((slugs[account], *lot))
    for customer, kind, points, lot_id in rows(
        "SELECT customer_id, kind, points, lot_id FROM points_entry ORDER BY id"
    ):
        found[customer]["entries"].append((kind, points, numbers[customer, lot_id] if lot_id else None))


def check_books() -> None:
    """What must hold whatever has happened."""
    found = compare(CHECKS, limit=10)
    assert found.mismatches == []
    assert not rows(
        "SELECT 1 FROM points_balance b LEFT JOIN (SELECT customer_id, account_id, sum(remaining) AS held FROM points_lot"
        " GROUP BY 1, 2) l USING (customer_id, account_id) WHERE coalesce(held, 0) <> spendable"
    )
    assert not rows(
        "SELECT 1 FROM customers_identity i LEFT JOIN customers_customer c ON c.id = i.customer_id WHERE c.id IS NULL"
    )
    assert not rows(
        "SELECT 1 FROM customers_customer c WHERE NOT EXISTS (SELECT 1 FROM customers_identity WHERE customer_id = c.id)"
    )
