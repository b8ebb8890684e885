"""Coupons as facts of segments, and in a customer's copy of their data."""

import json

import pytest

from customers.export.queries import Access
from customers.models import Customer
from tests.coupons.pooling import TILL, assign, do, make_cards, make_pool, members
from tests.segments.segmenting import make_segment, work
from tests.segments.segmenting import members as segment_members

pytestmark = pytest.mark.django_db


def test_segments_ask_for_coupons_that_are_held_and_were_redeemed() -> None:
    make_pool("spring", "A", "B")
    make_cards("CARD")
    members("ann", "ben", "cem")
    for name, pool in (("ann", "spring"), ("ann", "cards"), ("ben", "spring")):
        assign(name, pool)
    do("ann", "redeem", TILL, code="CARD", amount=20)
    do("ben", "redeem", TILL, code="B")
    rules = {
        "holders": "holding a coupon of spring",
        "others": "not holding a coupon of spring",
        "many": "number of coupons is more than 1",
        "redeemers": "number of redemptions is more than 0",
        "card": "gift card balance is 30",
    }
    for slug, rule in rules.items():
        make_segment(slug, rule)
    work()

    found = {slug: set(segment_members(slug)) for slug in rules}
    assert found == {
        "holders": {"ann"},
        "others": {"ben", "cem"},
        "many": {"ann"},
        "redeemers": {"ann", "ben"},
        "card": {"ann"},
    }


def test_a_customers_data_has_coupons_and_redemptions() -> None:
    make_cards("CARD")
    members("ann", "ben")
    assign("ann", "cards")
    do("ann", "redeem", TILL, code="CARD", amount=20, transaction_id="t1")

    told = json.loads(b"".join(Access(Customer.objects.get(public_id="ann")).json()))["data"]
    assert (told["coupon"][0]["code"], told["coupon"][0]["pool"]) == ("CARD", "Cards")
    assert told["use"][0]["transaction_id"] == "t1"
    other = json.loads(b"".join(Access(Customer.objects.get(public_id="ben")).json()))["data"]
    assert (other["coupon"], other["use"]) == ([], [])
