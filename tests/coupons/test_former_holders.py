"""What a code keeps of whoever has had it before: nothing that the next holder could read."""

import importlib
import json

import pytest

from coupons.models import Use
from customers.export.queries import Access
from customers.models import Customer
from tests.coupons.pooling import TILL, assign, do, make_cards, make_pool, members, uses
from tests.engine.world import accepted, check_books, event, merging, rows

pytestmark = pytest.mark.django_db
Said = list[tuple[str | None, str | None]]


def redeemed_and_taken_back(name: str, code: str, order: str) -> None:
    assert do(name, "redeem", TILL, code=code, amount=20, transaction_id=order, store=f"store of {order}") is None
    assert do(name, "unredeem", code=code) is None


def exported(name: str) -> str:
    data = json.loads(b"".join(Access(Customer.objects.get(public_id=name)).json()))["data"]
    return json.dumps([data["coupon"], data["use"]])


def said() -> Said:
    """Order and store of each redemption."""
    return list(Use.objects.order_by("event_id").values_list("transaction_id", "store"))


@pytest.fixture(autouse=True)
def card() -> None:
    """Ann has one, and redeemed it for an order that fell through."""
    make_cards("CARD")
    members("ann", "ben")
    assign("ann", "cards")
    redeemed_and_taken_back("ann", "CARD", "t1")


def test_a_redemption_that_was_taken_back_is_its_holders() -> None:
    assert said() == [("t1", "store of t1")]
    assert "t1" in exported("ann")


@pytest.mark.parametrize("way", ["unassign", "transfer"])
def test_the_next_holder_learns_nothing_of_the_orders_of_the_former_one(way: str) -> None:
    if way == "transfer":
        assert do("ann", "transfer", to="ben", code="CARD") is None
    else:
        assert do("ann", "unassign", code="CARD") is None
        assert assign("ben", "cards") is None

    redeemed_and_taken_back("ben", "CARD", "t2")

    assert said() == [(None, None), ("t2", "store of t2")]
    assert "t1" not in exported("ben")
    assert uses("CARD") == 0
    check_books()


def test_erased_nothing_is_left_of_the_orders_of_a_former_holder() -> None:
    do("ann", "transfer", to="ben", code="CARD")

    accepted(event("ann", "opt_out"))

    assert not rows("SELECT 1 FROM coupons_use u WHERE u::text LIKE '%%t1%%'", [])


def test_a_refused_transfer_leaves_all_as_it_was() -> None:
    make_pool("spring", "A")
    assert do("ann", "transfer", to="ann", code="CARD") == 1602
    assert do("ann", "unassign", TILL, code="CARD") == 10003
    assert said() == [("t1", "store of t1")]


def test_the_survivor_of_a_merge_keeps_what_was_the_other_profiles() -> None:
    accepted(merging("ann", "ben"))

    assert said() == [("t1", "store of t1")]
    assert "t1" in exported("ben")


def test_migration_clears_what_codes_have_kept_of_former_holders() -> None:
    make_cards("SECOND", "THIRD")
    members("cem", "dee")
    for name, code in (("cem", "SECOND"), ("dee", "THIRD")):
        assign(name, "cards", code=code)
        redeemed_and_taken_back(name, code, f"of {name}")
    rows(
        "UPDATE coupons_coupon SET customer_id = (SELECT id FROM customers_customer WHERE public_id = 'ben') WHERE code = 'CARD'"
    )
    accepted(merging("dee", "ben"))

    rows(importlib.import_module("coupons.migrations.0006_orders_of_former_holders").CLEAR)

    assert said() == [(None, None), ("of cem", "store of of cem"), ("of dee", "store of of dee")]
