"""A gift card pays in its own currency, whoever says in which one an amount is."""

from typing import Any

import pytest

from tests.coupons.pooling import STAFF, TILL, assign, balance, do, make_cards, make_pool, members, tell
from tests.engine.world import codes, event, send

pytestmark = pytest.mark.django_db
OTHER, TOO_SMALL = 0, 1604


@pytest.fixture
def card() -> None:
    """Of 50 EUR, in a programme whose orders are in EUR unless they say otherwise."""
    make_cards("CARD")
    members("ann")
    assign("ann", "cards")


def checkout(*coupons: Any, transaction: str = "t1", **data: Any) -> int | None:
    sent = event("ann", "checkout", transaction_id=transaction, **{"total": 60, **data}, coupons=list(coupons))
    return codes(send(sent))[0]


def paid(**more: Any) -> dict[str, Any]:
    return {"code": "CARD", "amount": 50, **more}


@pytest.mark.usefixtures("card")
def test_an_order_in_another_currency_is_not_paid_with_the_card() -> None:
    assert checkout(paid(), currency="usd") == OTHER
    assert balance("CARD") == 50
    assert checkout(paid(), currency="eur") is None
    assert balance("CARD") == 0


@pytest.mark.usefixtures("card")
def test_what_the_coupon_of_an_order_says_of_its_currency_counts_before_the_order() -> None:
    assert checkout(paid(currency="USD"), currency="EUR") == OTHER
    assert checkout(paid(currency="EUR"), currency="USD") is None


@pytest.mark.usefixtures("card")
def test_a_redemption_for_a_known_order_is_in_the_currency_of_the_order() -> None:
    assert checkout(currency="USD") is None

    refused = tell("ann", "redeem", TILL, code="CARD", amount=50, transaction_id="t1").error

    assert refused is not None
    assert refused.message == (
        "'currency' is USD by the transaction, but the gift card is in EUR: send the amount in EUR, with that as its currency"
    )
    assert do("ann", "redeem", STAFF, code="CARD", amount=50, transaction_id="t1") == OTHER
    assert do("ann", "redeem", TILL, code="CARD", amount=50, transaction_id="t1", currency="EUR") is None


def test_without_an_order_an_amount_is_in_the_currency_of_the_card() -> None:
    make_pool("dollars", "CARD", "OTHER", type="gift_card", value="50", currency="USD")
    members("ann")
    assign("ann", "dollars", code="CARD")

    assert do("ann", "redeem", TILL, code="CARD", amount=10) is None
    assert do("ann", "redeem", STAFF, code="CARD", amount=10) is None
    assert do("ann", "redeem", TILL, code="CARD", amount=10, currency="EUR") == OTHER
    assert checkout(paid(amount=10)) == OTHER
    assert balance("CARD") == 30


def test_a_card_without_a_currency_has_the_programmes() -> None:
    make_pool("plain", "CARD", type="gift_card", value="50")
    members("ann")
    assign("ann", "plain")

    assert checkout(paid(), currency="USD") == OTHER
    assert checkout(paid()) is None


def test_the_least_purchase_of_a_card_is_not_compared_with_dollars() -> None:
    make_cards("CARD", purchase_minimum="50")
    members("ann")
    assign("ann", "cards")
    in_euros = paid(currency="EUR", amount=10)

    assert checkout(in_euros, currency="USD") == TOO_SMALL
    assert checkout(currency="USD") is None
    by_itself = {**in_euros, "transaction_id": "t1"}
    assert do("ann", "redeem", TILL, **by_itself) == TOO_SMALL
    assert do("ann", "redeem", TILL, **by_itself, purchase_total=49) == TOO_SMALL
    assert do("ann", "redeem", TILL, **by_itself, purchase_total=50) is None
