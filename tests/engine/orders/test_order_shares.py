"""Shares of an order are computed on what was paid for it, and together are all of it: to the cent and to the point."""

import random
from decimal import Decimal
from typing import Any

import pytest
from django.db import transaction

from tests.engine.orders.buying import balance, checkout, order, refuse
from tests.engine.world import accepted, configure, event, rows, send
from tests.points.bonuses.bonus import bonus

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def ann() -> None:
    configure()
    accepted(event("ann", "opt_in"))


def earning(basis: str, percentage: object) -> None:
    rows("UPDATE points_earningrule SET basis = %s, percentage = %s", [basis, percentage])


def lines(**prices: object) -> list[dict[str, object]]:
    return [{"product_id": name, "subtotal": price} for name, price in prices.items()]


def refund(action: str = "refund_item", **data: Any) -> None:
    accepted(event("ann", action, transaction_id="t", **data))


def test_a_line_is_refunded_at_its_share_of_what_was_paid() -> None:
    accepted(checkout(total=100, items=lines(a=60, b=50)))
    refund(product_id="a")
    assert order("t", "refunded", "taken_back") == (Decimal("54.55"), 55)
    refund(product_id="b")
    assert order("t", "status", "refunded", "taken_back") == ("refunded", 100, 100)


def test_a_subtotal_that_is_named_is_the_lines_and_so_a_share_too() -> None:
    accepted(checkout(total=100, items=lines(a=60, b=50)))
    refund(product_id="a", subtotal=60)
    assert order("t", "refunded") == Decimal("54.55")
    refund(product_id="b", quantity="0.25", subtotal="12.50")
    assert order("t", "refunded") == Decimal("65.91")
    refund(product_id="b", subtotal="37.50")
    assert order("t", "status", "refunded") == ("refunded", 100)


def test_what_was_paid_beside_the_lines_is_shared_by_them() -> None:
    accepted(checkout(total=110, items=lines(a=60, b=40)))
    refund(product_id="a")
    assert order("t", "refunded", "taken_back") == (66, 66)


def test_an_amount_takes_its_part_of_what_the_items_earned() -> None:
    earning("item", 10)
    accepted(checkout(total=50, items=lines(a=100)))
    assert balance() == {"earned": 10, "spendable": 10}
    refund("partial_refund", amount=49)
    assert balance() == {}
    assert order("t", "status", "taken_back") == ("accepted", 10)


def test_an_item_takes_what_it_earned_and_its_part_of_the_money_only() -> None:
    earning("item", 10)
    accepted(checkout(total=100, items=lines(a=100, b=100)))
    refund(product_id="a")
    assert order("t", "status", "refunded", "taken_back") == ("accepted", 50, 10)
    assert balance() == {"earned": 10, "spendable": 10}
    refund("partial_refund", amount=25)
    assert order("t", "taken_back") == 15
    refund(product_id="b")
    assert order("t", "status", "taken_back") == ("refunded", 20)


def test_an_order_that_points_paid_for_gives_them_back_by_its_lines() -> None:
    accepted(event("ann", "point_add", points=90))
    accepted(checkout(total=0, points_burned=90, items=lines(a=60, b=30)))
    refund(product_id="a")
    assert order("t", "status", "given_back") == ("accepted", 60)
    refund(product_id="b")
    assert order("t", "status", "given_back") == ("refunded", 90)


def test_a_bonus_on_a_product_is_about_its_share_of_what_was_paid() -> None:
    bonus("2", products=["a"])
    accepted(checkout(total=100, items=lines(a=60, b=50)))
    assert order("t", "earned", "bonus") == (155, 55)


def test_more_than_is_left_of_the_order_is_refused() -> None:
    accepted(checkout(total=100, items=lines(a=60, b=50)))
    refund("partial_refund", amount=60)
    refuse(event("ann", "refund_item", transaction_id="t", product_id="a", subtotal=60), 112203)
    refund(product_id="a")
    assert order("t", "status", "refunded") == ("refunded", 100)


@pytest.mark.parametrize("seed", range(30))
def test_whatever_is_refunded_in_whatever_order_all_is_refunded_once(seed: int) -> None:
    """Random orders and refunds; at each step no more is taken back than was paid, earned and burned; at the end all."""
    chance = random.Random(seed)
    earning(chance.choice(["item", "transaction"]), chance.choice(["100", "33.3333", "7", "0.01"]))
    items = [_line(chance, place) for place in range(chance.randint(1, 5))]
    total = chance.choice([None, Decimal(chance.randint(1, 30_000)) / 100, 0])
    accepted(event("ann", "point_add", points=50))
    accepted(checkout(total=total, items=items, points_burned=chance.choice([0, 13, 50])))
    for _ in range(40):
        before = order("t", "refunded", "taken_back", "given_back")
        _refund_some(chance, len(items))
        status, paid, refunded, earned, taken, burned, given = order(
            "t", "status", "total", "refunded", "earned", "taken_back", "burned", "given_back"
        )
        assert before <= (refunded, taken, given)
        assert (refunded <= paid, taken <= earned, given <= burned) == (True, True, True)
        if status == "refunded":
            break
    else:
        accepted(event("ann", "refund", transaction_id="t"))
    assert order("t", "total", "earned", "burned") == order("t", "refunded", "taken_back", "given_back")
    assert balance() == {"earned": 50, "spendable": 50}


def _line(chance: random.Random, place: int) -> dict[str, object]:
    """Some by weight, some that lower the order, some for nothing."""
    price = Decimal(chance.choice([0, 1, 999, 1234, 3333, 10_000])) / 100
    quantity = chance.choice([1, 3, 7, "0.755", "1.5", -1])
    return {"product_id": f"p{place % 3}", "price": price, "quantity": quantity}


def _refund_some(chance: random.Random, lines: int) -> None:
    """What is refused changes nothing."""
    data: dict[str, Any] = {"transaction_id": "t"}
    if chance.random() < 0.3:
        send(event("ann", "partial_refund", **data, amount=Decimal(chance.randint(1, 4000)) / 100))
        return
    data |= chance.choice([{"product_id": f"p{chance.randint(0, 2)}"}, {"line_id": f"#{chance.randint(1, lines)}"}])
    data |= chance.choice([{}, {"quantity": chance.choice([1, 2, "0.5", "0.333"])}])
    if chance.random() < 0.3:
        data["subtotal"] = Decimal(chance.randint(0, 3000)) / 100
    with transaction.atomic():
        send(event("ann", "refund_item", **data))
