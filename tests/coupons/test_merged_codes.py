"""A code that is everybody's, of which both profiles had a row that become one: the person has one use, and keeps it."""

import pytest

from coupons.models import Coupon
from tests.coupons.pooling import STAFF, TILL, assign, do, make_pool, members, status
from tests.engine.world import accepted, check_books, event, merging

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def code() -> None:
    make_pool("spring", source="generated", pattern="SPRING")
    members("ann", "old", "ben")
    for name in ("ann", "old"):
        assign(name)


def order(name: str, number: str) -> None:
    accepted(event(name, "checkout", transaction_id=number, total=100, coupons=["SPRING"]))


def refund(number: str) -> None:
    accepted(event("ann", "refund", transaction_id=number))


def held() -> list[str]:
    return list(Coupon.objects.filter(customer__public_id="ann").values_list("status", flat=True))


def test_a_refund_of_the_merged_profiles_order_gives_the_use_back() -> None:
    order("old", "t1")
    accepted(merging("old", "ann"))
    assert held() == ["redeemed"]

    refund("t1")

    assert held() == ["claimed"]
    assert do("ann", "redeem", TILL, code="SPRING") is None
    assert do("ann", "redeem", TILL, code="SPRING") == 1602
    check_books()


def test_the_survivors_own_use_counts_where_both_have_redeemed() -> None:
    order("old", "t1")
    order("ann", "t2")
    accepted(merging("old", "ann"))

    refund("t1")

    assert held() == ["redeemed"]
    check_books()


def test_where_neither_has_redeemed_the_survivor_has_one_use() -> None:
    accepted(merging("old", "ann"))

    assert held() == ["claimed"]
    assert do("ann", "redeem", TILL, code="SPRING") is None
    assert do("old", "redeem", TILL, code="SPRING") == 1602


def test_what_the_survivor_has_given_away_stays_given_away() -> None:
    order("old", "t1")
    assert do("ann", "transfer", STAFF, to="ben", code="SPRING") is None

    accepted(merging("old", "ann"))

    assert (held(), status("SPRING", "ben")) == (["transferred"], "claimed")
    check_books()
