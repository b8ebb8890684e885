"""What a purchase earns, and that the lot says why."""

import json
from decimal import Decimal
from typing import Any

import pytest

from events.types.models import EventType
from loyalty.points.orders.earning import describe
from tests.engine.world import accepted, event, rows

pytestmark = pytest.mark.django_db


def rule(**columns: Any) -> None:
    for name, value in columns.items():
        rows(f"UPDATE points_earningrule SET {name} = %s", [value])


def earned() -> list[tuple[int, Any]]:
    """The points of each lot and why, oldest first."""
    found = rows("SELECT points, arithmetic::text FROM points_lot ORDER BY id")
    return [(points, arithmetic and json.loads(arithmetic)) for points, arithmetic in found]


def test_a_lot_of_an_order_says_why_these_points() -> None:
    accepted(event("ann", "checkout", transaction_id="T1", total="199.50", currency="eur"))

    [(points, why)] = earned()
    assert points == 200
    assert why == {
        "rule": "base", "amount": "199.5", "currency": "EUR", "percentage": "100", "rounding": "nearest", "points": 200,
    }  # fmt: skip
    assert describe(why) == ["199.5 EUR × 100 % = 199.5, rounded to the nearest point: 200 points"]


def test_each_line_says_why_where_earning_is_per_item() -> None:
    rule(basis="item", percentage=Decimal("12.5"), rounding="down")
    accepted(event("ann", "checkout", transaction_id="T1", items=[{"price": 16, "quantity": 2}, {"subtotal": 9}]))

    assert [describe(why) for _, why in earned()] == [
        ["32 EUR × 12.5 % = 4 points"],
        ["9 EUR × 12.5 % = 1.125, rounded down: 1 point"],
    ]


def test_points_of_a_custom_action_come_from_its_type() -> None:
    EventType.objects.create(action="visit", name="Visit", default_points=5)
    accepted(event("ann", "opt_in"), event("ann", "visit"))

    [(points, why)] = earned()
    assert (points, describe(why)) == (5, ["The event type gives 5 points."])


def test_points_that_the_event_names_need_no_reason() -> None:
    accepted(event("ann", "opt_in"), event("ann", "point_add", points=7))

    assert earned() == [(7, None)]
    assert describe(None) == []
