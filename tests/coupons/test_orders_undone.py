"""An order that falls through gives back its own redemptions and leaves those of others alone."""

import datetime as dt

import pytest

from tests.coupons.pooling import TILL, assign, balance, do, make_cards, make_pool, members, status, the, uses
from tests.engine.world import NOW, accepted, check_books, event

pytestmark = pytest.mark.django_db
LATER = NOW + dt.timedelta(hours=1)


def two_orders(*coupons: object) -> None:
    for number, at in enumerate([NOW, LATER], start=1):
        accepted(event("ann", "checkout", transaction_id=f"t{number}", total=100, coupons=[*coupons]), at=at)


@pytest.mark.parametrize(("undone", "left"), [("t1", LATER), ("t2", NOW)])
def test_a_coupon_was_redeemed_last_by_the_order_that_stands(undone: str, left: dt.datetime) -> None:
    make_pool("spring", "A", aggregated=True)
    members("ann")
    for _ in range(2):
        assign("ann")
    two_orders("A")

    accepted(event("ann", "refund", transaction_id=undone), at=LATER)

    assert (status("A"), uses("A"), the("A").redeemed_at) == ("partially_redeemed", 1, left)
    check_books()


def test_a_gift_card_was_redeemed_last_by_the_order_that_stands() -> None:
    make_cards("CARD")
    members("ann")
    assign("ann", "cards")
    two_orders({"code": "CARD", "amount": 20})

    accepted(event("ann", "refund", transaction_id="t1"), at=LATER)

    assert (balance("CARD"), the("CARD").redeemed_at) == (30, LATER)
    accepted(event("ann", "refund", transaction_id="t2"), at=LATER)
    assert (status("CARD"), balance("CARD"), the("CARD").redeemed_at) == ("claimed", 50, None)


def test_a_redemption_that_comes_in_late_is_not_the_last_one() -> None:
    make_cards("CARD")
    members("ann")
    assign("ann", "cards")
    assert do("ann", "redeem", TILL, at=LATER, code="CARD", amount=20) is None

    late = NOW.isoformat()
    assert do("ann", "redeem", TILL, at=LATER, code="CARD", amount=10, effective_timestamp=late) is None

    assert (balance("CARD"), the("CARD").redeemed_at) == (20, LATER)
    assert do("ann", "unredeem", code="CARD", amount=20) is None
    assert the("CARD").redeemed_at == NOW
