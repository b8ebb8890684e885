"""A history with a bit of everything, and the ways to spoil it by hand."""

import datetime as dt
from collections.abc import Sequence
from decimal import Decimal

import psycopg
from django.db import connection
from psycopg import sql

from loyalty import environment
from loyalty.points.expiry.operations import expire_points
from loyalty.verify.checks import Mismatch
from tests.engine.world import NOW, accepted, event, rows
from tests.listing import all_of, listed
from tests.points.bonuses.bonus import bonus

LATER = NOW + dt.timedelta(days=1)
BACKDATED = int((NOW - dt.timedelta(days=40)).timestamp())
LINES = [
    {"price": "2.50", "quantity": "3", "discount": Decimal("0.5"), "product_id": "hat"},
    {"subtotal": 4},
    {"price": 1, "quantity": 0},
]

_MINE = "customer_id = {customer}"
_FIRST = f"SELECT min(id) FROM events_event WHERE {_MINE}"
_A_LOT = f"(customer_id, id) = (SELECT customer_id, max(id) FROM points_lot WHERE {_MINE} GROUP BY 1)"
_A_GAIN = (
    f"(customer_id, id) = (SELECT customer_id, max(id) FROM points_entry WHERE {_MINE} AND kind = 'earn' GROUP BY 1)"
)
_AN_ORDER = f"{_MINE} AND transaction_id LIKE '%-2'"
_A_LINE = f"{_MINE} AND transaction_id LIKE '%-1'"
_COPIED = "total, refunded, items, earned, bonus, taken_back, burned, given_back, reserved, created_at, updated_at"
_A_PLAIN_ONE = f"{_MINE} AND transaction_id LIKE '%-9'"
_OPEN = f"{_MINE} AND settled_by IS NULL AND transaction_id IS NULL"
_NEW_ORDER = (
    f"SELECT customer_id, id + 1000000, transaction_id || '0', 'draft', {_COPIED} FROM events_transaction"
    f" WHERE {_MINE} AND status = 'draft'"
)
_NEW_LOT = f"SELECT customer_id, id + 1000000, event_id, account_id, 9, 9, now() FROM points_lot WHERE {_A_LOT}"
_BUCKETS = ["earned", "spent", "expired", "reserved", "pending", "debt"]
_LOT = ["event_id", "account_id", "points", "remaining"]
_ORDER = [
    "status", "total", "refunded", "earned", "taken_back", "burned", "given_back", "reserved", "created_at", "items",
]  # fmt: skip
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
    "no balance": (f"DELETE FROM points_balance WHERE {_MINE}", {"balances": _BUCKETS}),
    "lot remaining": (f"UPDATE points_lot SET remaining = remaining - 1 WHERE {_A_LOT}", {"lots": ["remaining"]}),
    "lot points": (
        f"UPDATE points_lot SET points = points + 1 WHERE {_A_LOT}",
        {"lots": ["points"], "status_days": ["points"]},
    ),
    "lot event": (
        f"UPDATE points_lot SET event_id = ({_FIRST}) WHERE {_A_LOT}",
        {"lots": ["event_id"]},
    ),
    "lot from nowhere": (
        f"INSERT INTO points_lot (customer_id, id, event_id, account_id, points, remaining, earned_at) {_NEW_LOT}",
        {"lots": _LOT, "status_days": ["points"]},
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
    "lot expired": (
        f"UPDATE points_lot SET remaining = remaining - 1, expired = expired + 1 WHERE {_A_LOT}",
        {"lots": ["remaining", "expired"]},
    ),
    "pending points": (f"UPDATE points_pending SET points = points + 1 WHERE {_OPEN}", {"pending": ["promised"]}),
    "pending settled": (
        f"UPDATE points_pending SET settled_by = (SELECT max(id) FROM events_event WHERE {_MINE}) WHERE {_OPEN}",
        {"pending": ["settled"]},
    ),
    "pending lost": (f"DELETE FROM points_pending WHERE {_OPEN}", {"pending": ["promised", "settled"]}),
    "checkout total": (
        f"UPDATE events_event SET data = data || '{{{{\"total\": 1.5}}}}' WHERE {_A_PLAIN_ONE} AND action = 'checkout'",
        {"transactions": ["total"]},
    ),
    **{
        f"order {name}": (
            f"UPDATE events_transaction SET {name} = {name} + 1 WHERE {_AN_ORDER}",
            {"transactions": [name]},
        )
        for name in ["earned", "taken_back", "burned", "given_back", "reserved"]
    },
    **{
        f"order {name}": (
            f"UPDATE events_transaction SET {name} = {name} + interval '1 microsecond' WHERE {_AN_ORDER}",
            {"transactions": [name]},
        )
        for name in ["created_at", "accepted_at"]
    },
    "order event_id": (
        f"UPDATE events_transaction SET event_id = ({_FIRST}) WHERE {_AN_ORDER}",
        {"transactions": ["event_id"]},
    ),
    "order fixed_points": (
        f"UPDATE events_transaction SET fixed_points = 3 WHERE {_AN_ORDER}",
        {"transactions": ["fixed_points"]},
    ),
    "plain order": (
        f"UPDATE events_transaction SET earned = earned + 1 WHERE {_A_PLAIN_ONE}",
        {"transactions": ["earned"]},
    ),
    "line of a plain order": (
        f"UPDATE events_transaction SET items = '[{{{{}}}}]' WHERE {_A_PLAIN_ONE}",
        {"transactions": ["items"]},
    ),
    "line quantity": (
        f"UPDATE events_transaction SET items = jsonb_set(items, '{{{{2,quantity}}}}', '7') WHERE {_A_LINE}",
        {"transactions": ["items"], "totals": ["purchase_item_count"]},
    ),
    "no lines": (
        f"UPDATE events_transaction SET items = '{{{{}}}}' WHERE {_A_LINE}",
        {"transactions": ["items"], "totals": ["purchase_item_count"]},
    ),
    "order total": (
        f"UPDATE events_transaction SET total = total + 1 WHERE {_AN_ORDER}",
        {"transactions": ["total"], "totals": ["purchase_total"]},
    ),
    "order refunded": (
        f"UPDATE events_transaction SET refunded = refunded + 1 WHERE {_AN_ORDER}",
        {"transactions": ["refunded"], "totals": ["purchase_total"]},
    ),
    "order status": (
        f"UPDATE events_transaction SET status = 'rejected' WHERE {_AN_ORDER}",
        {"transactions": ["status"], "totals": ["purchase_total"]},
    ),
    "draft status": (
        f"UPDATE events_transaction SET status = 'pending', event_id = ({_FIRST}) WHERE {_MINE} AND status = 'draft'",
        {"transactions": ["status", "event_id"]},
    ),
    "no order": (f"DELETE FROM events_transaction WHERE {_MINE} AND status = 'draft'", {"transactions": _ORDER}),
    "order from nowhere": (
        f"INSERT INTO events_transaction (customer_id, id, transaction_id, status, {_COPIED}) {_NEW_ORDER}",
        {"transactions": _ORDER},
    ),
    "used limit": (f"UPDATE points_bonususe SET points = points + 1 WHERE {_MINE}", {"limits": ["points"]}),
    "status": ("UPDATE customers_customer SET status = 'merged' WHERE id = {customer}", {"merges": ["status"]}),
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
    **all_of("corruptions"),
}


def record_histories(*names: str) -> None:
    """Orders with and without a total, in numbers and texts; points of every kind, which count for a tier."""
    for room in listed():
        if room.before_histories:
            room.before_histories()
    rows("INSERT INTO events_eventtype (action, name, labels, description, default_points,"
         " one_time, exposed, factory, pending_days) VALUES ('review', 'Review', '{}', '', 5, false, true, false, 2)"
         " ON CONFLICT DO NOTHING")  # fmt: skip
    bonus(points=2, channels=["limited"], customer_limit=5)
    for name in names:
        accepted(
            event(name, "opt_in", first_name="Ann"),
            event(name, "checkout", transaction_id=f"{name}-1", total=" 12.50 ", items=LINES),
            event(name, "checkout", transaction_id=f"{name}-2", total="1e2", points_burned="3"),
            event(name, "checkout", transaction_id=f"{name}-3", total=Decimal("7.5"), effective_timestamp=BACKDATED),
            event(name, "checkout", transaction_id=f"{name}-limited", total=3, channel="limited"),
            event(name, "profile", nickname="A"),
            event(name, "point_add", points="50", expdate="2027-01-31"),
            event(name, "point_add", points=5, expdate="2026-03-01"),
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
            event(name, "partial_refund", transaction_id=f"{name}-3", amount="2.5"),
            event(name, "refund_item", transaction_id=f"{name}-1", product_id="hat", quantity=1),
            event(name, "reserve_points", transaction_id=f"{name}-8", points=6),
            event(name, "review"),
            event(name, "review"),
            event(name, "checkout", transaction_id=f"{name}-9", items=[{"subtotal": 2, "product_id": "mug"}]),
            at=LATER,
        )
    _await_acceptance(names)
    expire_points(now=lambda: LATER)


def _await_acceptance(names: Sequence[str]) -> None:
    """Orders that are accepted by hand, updated or rejected before; and pending points of other events."""
    rows("UPDATE staff_generalsettings SET modules = modules || '{checkout_accept}'")
    for name in names:
        accepted(
            event(name, "checkout", transaction_id=f"{name}-6", items=LINES, points_burned=2),
            event(name, "checkout", transaction_id=f"{name}-7", total=8),
            event(name, "checkout_update", transaction_id=f"{name}-6", items=LINES[:2], points_burned=1),
            event(name, "checkout_accept", transaction_id=f"{name}-6"),
            at=LATER,
        )
        [promised, _] = rows(
            "SELECT event_id FROM points_pending WHERE customer_id = %s AND transaction_id IS NULL ORDER BY id",
            [customer_of(name)],
        )
        accepted(event(name, "pending_accept", event=promised[0]), at=LATER)
    rows("UPDATE staff_generalsettings SET modules = array_remove(modules, 'checkout_accept')")


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
