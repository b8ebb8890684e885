"""What users of comparable systems suffered from with coupons and gift cards, by its number in the list of pitfalls."""

import datetime as dt
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.conf import settings
from django.db.models import Sum

from coupons.api.objects import display_object
from coupons.models import Coupon, Movement
from events.models import Event
from loyalty.verify.comparison import compare
from loyalty.verify.health import all_checks
from tests.coupons.pooling import TILL, assign, do, make_cards, make_pool, members, status, the, uses
from tests.engine.world import NOW, codes, event, send

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def ann() -> None:
    members("ann", "ben")


def order(number: str, name: str = "ann", action: str = "checkout", **data: Any) -> int | None:
    total: dict[str, Any] = {"total": 100} if action == "checkout" else {}
    return codes(send(event(name, action, transaction_id=number, **total, **data)))[0]


def test_5_a_refund_gives_a_card_back_what_it_has_paid_once() -> None:
    make_cards("CARD")
    assign("ann", "cards")
    assert order("t1", coupons=[{"code": "CARD", "amount": 50}]) is None
    assert order("t1", action="refund") is None
    assert (status("CARD"), the("CARD").balance) == ("claimed", Decimal(50))
    assert order("t1", action="refund") is not None
    assert the("CARD").balance == Decimal(50)


def test_5_a_card_with_nothing_left_pays_nothing_and_takes_nothing_back() -> None:
    make_cards("CARD")
    assign("ann", "cards")
    assert do("ann", "redeem", TILL, code="CARD", amount=50, transaction_id="t1") is None
    assert order("t2", coupons=[{"code": "CARD", "amount": 1}]) == 1602
    assert order("t3") is None
    assert order("t3", action="refund") is None
    assert (status("CARD"), the("CARD").balance) == ("redeemed", Decimal(0))


def test_9_the_limit_is_checked_and_counted_in_one_transaction() -> None:
    """One after the other; at the same instant: `test_coupon_races.py`."""
    make_pool("spring", "A")
    assign("ann")
    found = codes(send(*(event("ann", "checkout", transaction_id=f"t{n}", total=9, coupons=["A"]) for n in range(3))))
    assert (found, uses("A")) == ([None, 1602, 1602], 1)


def test_10_a_payment_in_two_steps_uses_a_coupon_once() -> None:
    make_pool("spring", "A")
    assign("ann")
    assert order("t1", coupons=["A"]) is None
    assert do("ann", "redeem", TILL, code="A", transaction_id="t1") == 1602
    assert uses("A") == 1


def test_11_a_coupon_of_a_refused_order_is_not_counted_as_used() -> None:
    make_pool("spring", "A")
    assign("ann")
    assert order("t1", coupons=["A", "NOT-HERS"]) == 1601
    assert (status("A"), uses("A")) == ("claimed", 0)
    assert not Event.objects.filter(action="coupon_redeem").exists()


def test_12_an_order_that_is_sent_again_counts_the_coupon_once() -> None:
    make_cards("CARD")
    assign("ann", "cards")
    paid = [{"code": "CARD", "amount": 20}]
    assert order("t1", coupons=paid) is None
    assert order("t1", coupons=paid) is not None
    assert (uses("CARD"), the("CARD").balance) == (1, Decimal(30))


def test_13_one_code_of_a_pool_does_not_block_another_one_of_the_same_customer() -> None:
    make_pool("spring", "A", "B")
    for _ in range(2):
        assign("ann")
    assert order("t1", coupons=["A"]) is None
    assert order("t2", coupons=["B"]) is None


def test_14_guests_do_not_pass_the_limit_of_a_generic_code() -> None:
    make_pool("all", source="generated", pattern="SPRING")
    assign("ann", "all")
    assert codes(send(event("", "coupon_redeem", code="SPRING")))[0] is not None
    assert do("ann", "redeem", TILL, code="SPRING") is None
    assert do("ann", "redeem", TILL, code="SPRING") == 1602


def test_15_two_spellings_of_one_code_are_one_code() -> None:
    make_pool("spring", "Test")
    assign("ann")
    assert order("t1", coupons=["test", "TEST"]) == 1602
    assert uses("Test") == 0
    assert order("t1", coupons=["TEST"]) is None


def test_16_the_last_day_is_a_whole_day_where_the_programme_is() -> None:
    make_pool("spring", "A", "B", expires={"after": 1, "unit": "days"})
    for _ in range(2):
        assign("ann")
    end = the("A").expires_at
    assert end is not None
    local = end.astimezone(ZoneInfo(settings.TIME_ZONE))
    assert (local.hour, local.minute, local.second) == (0, 0, 0)
    assert local.date() == NOW.astimezone(local.tzinfo).date() + dt.timedelta(days=2)
    assert do("ann", "redeem", TILL, at=end - dt.timedelta(microseconds=1), code="A") is None
    assert do("ann", "redeem", TILL, at=end, code="B") == 1601
    # Other systems are told the last second at which it is valid, so that both say the same.
    told = display_object(the("B"), NOW)["expires_at"]
    assert dt.datetime.fromisoformat(told) == end - dt.timedelta(seconds=1)


def test_17_an_aggregated_pool_has_one_code_for_one_customer_in_one_order() -> None:
    make_pool("always", "A", "B", aggregated=True)
    for _ in range(2):
        assign("ann", "always")
    assert Coupon.objects.filter(customer__public_id="ann").count() == 1
    assert order("t1", coupons=["A", "A"]) == 1602


def test_18_a_code_is_free_again_once_its_order_is_rejected() -> None:
    make_pool("spring", "A")
    assign("ann")
    assert order("t1", coupons=["A"], auto_accept="2027-01-01") is None
    assert order("t1", action="checkout_reject") is None
    assert order("t2", coupons=["A"]) is None


def test_19_a_rejected_order_does_not_come_back_with_a_coupon_that_another_one_has_used() -> None:
    make_pool("spring", "A")
    assign("ann")
    order("t1", coupons=["A"], auto_accept="2027-01-01")
    order("t1", action="checkout_reject")
    assert order("t2", coupons=["A"]) is None
    assert order("t1", action="checkout_accept") is not None
    assert do("ann", "redeem", TILL, code="A", transaction_id="t1") is not None
    assert uses("A") == 1


def test_20_no_rest_stays_that_can_never_be_used() -> None:
    make_cards("FIRST", "SECOND", minimum_value="5", minimum_redemption_value="10")
    for code in ("FIRST", "SECOND"):
        assign("ann", "cards", code=code)
    assert do("ann", "redeem", TILL, code="FIRST", amount=43) is None
    assert do("ann", "redeem", TILL, code="FIRST", amount=7) is None
    assert do("ann", "redeem", TILL, code="SECOND", amount=Decimal("49.99")) is None
    assert (status("FIRST"), status("SECOND")) == ("redeemed", "invalid")
    assert {the(code).balance for code in ("FIRST", "SECOND")} == {Decimal(0)}


def test_21_a_card_is_not_topped_up_from_itself_nor_given_away_expired() -> None:
    make_cards("CARD", expires={"after": 1, "unit": "days"})
    assign("ann", "cards")
    assert do("ann", "transfer", to="ann", code="CARD") is not None
    later = NOW + dt.timedelta(days=3)
    assert do("ann", "transfer", to="ben", at=later, code="CARD") is not None
    assert do("ann", "redeem", TILL, at=later, code="CARD", amount=10) == 1601
    assert the("CARD").balance == Decimal(50)


def test_22_balance_and_movements_never_differ_by_a_cent() -> None:
    make_cards("CARD", value="10")
    assign("ann", "cards")
    assert do("ann", "redeem", TILL, code="CARD", amount=Decimal("3.333")) == 0
    for _ in range(3):
        assert do("ann", "redeem", TILL, code="CARD", amount=Decimal("3.33")) is None
    moved = Movement.objects.filter(coupon=the("CARD")).aggregate(sum=Sum("amount"))["sum"]
    assert (the("CARD").balance, moved) == (Decimal("0.01"), Decimal("0.01"))
    assert do("ann", "redeem", TILL, code="CARD", amount=Decimal("0.01")) is None
    assert compare(all_checks(), limit=10).mismatches == []


def test_23_credit_in_one_currency_is_not_spent_in_another() -> None:
    make_cards("CARD")
    assign("ann", "cards")
    assert do("ann", "redeem", TILL, code="CARD", amount=10, currency="USD") == 0
    assert do("ann", "redeem", TILL, code="CARD", amount=10, currency="eur") is None


def test_24_what_an_order_is_paid_with_is_taken_from_the_card() -> None:
    make_cards("CARD")
    assign("ann", "cards")
    assert order("t1", coupons=[{"code": "CARD", "amount": 20}]) is None
    assert the("CARD").balance == Decimal(30)
