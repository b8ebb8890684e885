"""What the tests of orders share: Ann's order `t`, what has become of it, and of her points."""

import json
from typing import Any

from loyalty.engine.events import Incoming
from tests.engine.world import check_books, event, rows, send

BUCKETS = ("earned", "spent", "expired", "reserved", "pending", "debt", "spendable")
TWO_LINES = [
    {"product_id": "shoe", "product_name": "Shoe", "subtotal": 30, "quantity": 3},
    {"product_id": "hat", "subtotal": 20, "quantity": 1},
]


def balance(customer: str = "ann") -> dict[str, int]:
    """The figures that are not 0."""
    [found] = rows(
        f"SELECT {', '.join(BUCKETS)} FROM points_balance b JOIN customers_customer c ON c.id = customer_id"
        " WHERE public_id = %s",
        [customer],
    )
    check_books()
    return {name: value for name, value in zip(BUCKETS, found, strict=True) if value}


def order(transaction_id: str = "t", *columns: str) -> Any:
    [found] = rows(
        f"SELECT {', '.join(columns or ('status',))} FROM events_transaction WHERE transaction_id = %s",
        [transaction_id],
    )
    return found if len(columns) > 1 else found[0]


def lines(*names: str) -> list[list[Any]]:
    """Of each line these attributes as they are stored: what is left out is None."""
    return [[line.get(name) for name in names] for line in json.loads(order("t", "items"))]


def lots() -> list[tuple[int, int, int]]:
    return rows("SELECT points, remaining, expired FROM points_lot ORDER BY id")


def moves() -> list[tuple[str, int]]:
    """The events with points, without the opening ones."""
    return rows("SELECT action, points FROM events_event WHERE points <> 0 ORDER BY id")[1:]


def checkout(**data: Any) -> Incoming:
    return event("ann", "checkout", **{"transaction_id": "t", "total": 50, **data})


def refuse(incoming: Incoming, code: int, about: str = "") -> None:
    before = rows("SELECT count(*), (SELECT count(*) FROM points_entry) FROM events_event")
    [outcome] = send(incoming)
    assert outcome.error is not None
    assert outcome.error.code == code, outcome.error
    assert about in outcome.error.message
    assert rows("SELECT count(*), (SELECT count(*) FROM points_entry) FROM events_event") == before
