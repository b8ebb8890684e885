"""A history with a bit of everything, and the ways to spoil it by hand."""

import datetime as dt
from decimal import Decimal

import psycopg
from django.db import connection
from psycopg import sql

from loyalty import environment
from loyalty.points.checks import Mismatch
from tests.engine.world import NOW, accepted, event, rows

LATER = NOW + dt.timedelta(days=1)
BACKDATED = int((NOW - dt.timedelta(days=40)).timestamp())
LINES = [
    {"price": "2.50", "quantity": "3", "discount": Decimal("0.5")},
    {"subtotal": 4},
    {"price": 1, "quantity": 0},
]

_MINE = "customer_id = {customer}"
_A_LOT = f"(customer_id, id) = (SELECT customer_id, max(id) FROM points_lot WHERE {_MINE} GROUP BY 1)"
_A_GAIN = (
    f"(customer_id, id) = (SELECT customer_id, max(id) FROM points_entry WHERE {_MINE} AND kind = 'earn' GROUP BY 1)"
)
_NEW_LOT = f"SELECT customer_id, id + 1000000, event_id, account_id, 9, 9, now() FROM points_lot WHERE {_A_LOT}"
_BUCKETS = ["earned", "spent", "expired", "reserved", "pending", "debt"]
_LOT = ["event_id", "account_id", "points", "remaining"]
_COUNTS = ["purchase_total", "purchase_count", "purchase_item_count"]
_DATES = ["purchase_first_date", "purchase_last_date", "last_earn_date", "last_spend_date"]

# What is done to one row of a customer, and the columns that differ then, by check.
CORRUPTIONS: dict[str, tuple[str, dict[str, list[str]]]] = {
    **{
        name: (f"UPDATE points_balance SET {name} = {name} + 1 WHERE {_MINE}", {"balances": [name]})
        for name in _BUCKETS
        if name != "debt"
    },
    "debt": (
        f"UPDATE points_balance SET debt = 5, spent = spent + spendable + 5 WHERE {_MINE}",
        {"balances": ["spent", "debt"]},
    ),
    "no balance": (f"DELETE FROM points_balance WHERE {_MINE}", {"balances": _BUCKETS, "accounts": _BUCKETS}),
    "lot remaining": (f"UPDATE points_lot SET remaining = remaining - 1 WHERE {_A_LOT}", {"lots": ["remaining"]}),
    "lot points": (f"UPDATE points_lot SET points = points + 1 WHERE {_A_LOT}", {"lots": ["points"]}),
    "lot event": (
        f"UPDATE points_lot SET event_id = (SELECT min(id) FROM events_event WHERE {_MINE}) WHERE {_A_LOT}",
        {"lots": ["event_id"]},
    ),
    "lot from nowhere": (
        f"INSERT INTO points_lot (customer_id, id, event_id, account_id, points, remaining, earned_at) {_NEW_LOT}",
        {"lots": _LOT},
    ),
    "event points": (
        f"UPDATE events_event SET points = points + 1 WHERE {_MINE} AND action = 'opt_in'",
        {"events": ["points"]},
    ),
    "entry points": (
        f"UPDATE points_entry SET points = points + 1 WHERE {_A_GAIN}",
        {"balances": ["earned"], "lots": ["points", "remaining"], "events": ["points"]},
    ),
    "no entry": (
        f"DELETE FROM points_entry WHERE {_A_GAIN}",
        {"balances": ["earned"], "lots": _LOT, "events": ["points"]},
    ),
    "order total": (
        f"UPDATE events_event SET data = data || '{{{{\"total\": 1.5}}}}' WHERE {_MINE} AND transaction_id LIKE '%-1'",
        {"totals": ["purchase_total"]},
    ),
    **{
        name: (f"UPDATE customers_customer SET {name} = {name} + 1 WHERE id = {{customer}}", {"totals": [name]})
        for name in _COUNTS
    },
    **{
        name: (
            f"UPDATE customers_customer SET {name} = {name} + interval '1 microsecond' WHERE id = {{customer}}",
            {"totals": [name]},
        )
        for name in _DATES
    },
}


def record_histories(*names: str) -> None:
    """Orders with and without a total, in numbers and texts; points of every kind."""
    for name in names:
        accepted(
            event(name, "opt_in", first_name="Ann"),
            event(name, "checkout", transaction_id=f"{name}-1", total=" 12.50 ", items=LINES),
            event(name, "checkout", transaction_id=f"{name}-2", total="1e2", points_burned="3"),
            event(name, "checkout", transaction_id=f"{name}-3", total=Decimal("7.5"), effective_timestamp=BACKDATED),
            event(name, "profile", nickname="A"),
            event(name, "point_add", points="50", expdate="2027-01-31"),
        )
    rows("UPDATE points_earningrule SET basis = 'item'")
    for name in names:
        accepted(
            event(name, "checkout", transaction_id=f"{name}-4", total="", items=LINES),
            event(name, "checkout", transaction_id=f"{name}-5", items=[{"price": " 10 ", "quantity": ""}]),
        )
    rows("UPDATE points_earningrule SET basis = 'transaction'")
    for name in names:
        accepted(
            event(name, "point_spend", points=20),
            event(name, "point_unspend", points=5),
            event(name, "point_sub", points=4),
            event(name, "point_fix", points=-2),
            event(name, "point_fix", points=7),
            at=LATER,
        )


def customer_of(name: str) -> int:
    return int(rows("SELECT id FROM customers_customer WHERE public_id = %s", [name])[0][0])


def as_owner(*statements: str) -> None:
    """On a connection of its own, each statement at once."""
    chosen = environment.read().database("owner")
    with psycopg.connect(
        host=chosen["HOST"], port=chosen["PORT"], user=chosen["USER"], password=chosen["PASSWORD"],
        dbname=connection.settings_dict["NAME"], autocommit=True,
    ) as raw:  # fmt: skip
        for statement in statements:
            raw.execute(sql.SQL(statement))


def corrupt(done: dict[str, str]) -> None:
    """What is done to whom. The owner gets past the triggers by switching them off."""
    tables = ("events_event", "points_entry")
    as_owner(
        *(f"ALTER TABLE {table} DISABLE TRIGGER USER" for table in tables),
        *(CORRUPTIONS[corruption][0].format(customer=customer_of(name)) for name, corruption in done.items()),
        *(f"ALTER TABLE {table} ENABLE TRIGGER USER" for table in tables),
    )


def differing(found: list[Mismatch]) -> dict[str, list[str]]:
    return {mismatch.check: list(mismatch.stored) for mismatch in found}
