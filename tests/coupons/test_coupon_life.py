"""The whole table of transitions, by events: what each does, and what is refused without a trace."""

import datetime as dt
from decimal import Decimal
from itertools import product
from typing import Any

import pytest

from coupons.enums import CouponStatus
from coupons.expiry.operations import expire_coupons
from coupons.life.transitions import TRANSITIONS, Act, is_legal
from coupons.models import Coupon, Use
from customers.models import Customer
from events.models import Event
from tests.coupons.pooling import (
    STRONG,
    TILL,
    assign,
    balance,
    do,
    make_cards,
    make_pool,
    members,
    movements,
    status,
    tell,
    the,
    uses,
)
from tests.engine.world import NOW, accepted, check_books, codes, event, merging, rows, send

pytestmark = pytest.mark.django_db
LATER = NOW + dt.timedelta(days=400)


def told(name: str = "ann") -> list[str]:
    rows = Event.objects.filter(customer__public_id=name, action__startswith="coupon").order_by("id")
    return list(rows.values_list("action", flat=True))


def test_the_next_free_code_is_given_then_redeemed_and_unredeemed() -> None:
    make_pool("spring", "A", "B")
    members("ann")

    assert assign("ann") is None
    assert (status("A"), status("B")) == ("claimed", "unassigned")
    assert do("ann", "redeem", TILL, code="a", transaction_id="t1") is None
    assert (status("A"), uses("A"), the("A").redeemed_at) == ("redeemed", 1, NOW)
    assert do("ann", "redeem", TILL, code="A") == 1602
    assert do("ann", "unredeem", TILL, code="A") is None
    assert (status("A"), uses("A"), the("A").redeemed_at) == ("claimed", 0, None)
    assert told() == ["coupon_assign", "coupon_redeem", "coupon_unredeem"]
    check_books()


def test_a_certain_code_is_given_in_capitals_or_not() -> None:
    make_pool("spring", "Abc", "B")
    members("ann")

    assert assign("ann", code="aBC") is None
    assert the("ABC").customer == Customer.objects.get(public_id="ann")
    assert assign("ann", code="Abc") == 1601


def test_a_pool_without_codes_gives_none() -> None:
    make_pool("spring", "A")
    members("ann", "ben")

    assert [assign("ann"), assign("ben"), assign("ben", "nothing")] == [None, 123771, 202001]
    assert told("ben") == []


def test_unassigned_the_code_is_free_for_somebody_else() -> None:
    make_pool("spring", "A")
    members("ann", "ben")
    assign("ann")

    assert do("ann", "unassign", code="A") is None
    assert (status("A"), the("A").original_id) == ("unassigned", None)
    assert assign("ben") is None
    check_books()


def test_invalidated_nothing_can_be_done_to_it() -> None:
    make_pool("spring", "A")
    members("ann", "ben")
    assign("ann")

    assert do("ann", "invalidate", code="A", reason="stolen") is None
    assert status("A") == "invalid"
    assert [do("ann", act, code="A") for act in ("redeem", "unredeem", "unassign", "invalidate")] == [1602] * 4
    assert do("ann", "transfer", to="ben", code="A") == 1602


def test_transferred_the_giver_keeps_a_row_and_the_receiver_knows_the_first_owner() -> None:
    make_pool("spring", "A")
    members("ann", "ben", "cem")
    assign("ann")

    assert do("ann", "transfer", to="ben", code="A") is None
    assert do("ben", "transfer", to="cem", code="a") is None

    ann = Customer.objects.get(public_id="ann")
    assert [status("A", name) for name in ("ann", "ben", "cem")] == ["transferred", "transferred", "claimed"]
    assert the("A", "cem").original_id == ann.id
    assert (told("ben"), told("cem")) == (["coupon_receive", "coupon_transfer"], ["coupon_receive"])
    assert Event.objects.get(customer__public_id="cem", action="coupon_receive").data["original_key"] == ann.id
    assert do("ann", "redeem", TILL, code="A") == 1602
    assert do("ann", "transfer", to="ann", code="A") == 1602
    check_books()


def test_a_coupon_is_valid_through_its_last_day_in_the_zone_of_the_programme() -> None:
    make_pool("spring", "A", "B", expires={"after": 2, "unit": "months"})
    members("ann")
    assign("ann", at=dt.datetime(2026, 1, 15, 20, tzinfo=dt.UTC))
    assign("ann", at=dt.datetime(2026, 1, 15, 20, tzinfo=dt.UTC))
    end = the("A").expires_at

    assert end is not None
    assert do("ann", "redeem", TILL, at=end - dt.timedelta(seconds=1), code="A") is None
    assert do("ann", "redeem", TILL, at=end, code="B") == 1601
    assert expire_coupons(now=lambda: end - dt.timedelta(seconds=1)) == 0
    assert expire_coupons(now=lambda: end) == 1
    assert expire_coupons(now=lambda: end) == 0
    assert (status("A"), status("B"), told()[-1]) == ("redeemed", "expired", "coupon_expire")
    check_books()


def test_expired_yesterday_and_valid_until_tomorrow_it_is_claimed_again() -> None:
    make_pool("spring", "A", expires={"after": 1, "unit": "days"})
    members("ann")
    assign("ann", at=NOW - dt.timedelta(days=3))
    expire_coupons(now=lambda: NOW)
    assert status("A") == "expired"

    assert do("ann", "change", code="A", after={"expires_on": "2026-03-02"}) is None
    assert status("A") == "claimed"
    assert Event.objects.get(action="coupon_change").data["before"] == {"expires_on": "2026-02-27"}
    assert do("ann", "change", code="A", after={"expires_on": "2026-02-20"}) is None
    assert status("A") == "expired"


def test_a_gift_card_to_its_written_off_rest_and_back() -> None:
    make_cards("CARD", minimum_value="5", minimum_redemption_value="10")
    members("ann")
    assign("ann", "cards")

    assert do("ann", "redeem", TILL, code="CARD", amount=9) == 1603
    assert do("ann", "redeem", TILL, code="CARD", amount=36) is None
    assert (status("CARD"), balance("CARD")) == ("partially_redeemed", 14)
    assert do("ann", "redeem", TILL, code="CARD", amount=10) is None
    assert (status("CARD"), balance("CARD"), movements("CARD")) == ("invalid", 0, [-36, -10, -4])
    assert do("ann", "unredeem", TILL, code="CARD", amount=10) is None
    assert (status("CARD"), balance("CARD")) == ("partially_redeemed", 14)
    assert sorted(movements("CARD")[3:]) == [4, 10]
    check_books()


def test_more_than_the_balance_is_refused_and_all_that_is_left_is_not() -> None:
    make_cards("CARD", minimum_redemption_value="10")
    members("ann")
    assign("ann", "cards")

    assert do("ann", "redeem", TILL, code="CARD", amount="50.01") == 1606
    assert do("ann", "redeem", TILL, code="CARD", amount="45") is None
    assert do("ann", "redeem", TILL, code="CARD", amount="5") is None
    assert (status("CARD"), balance("CARD")) == ("redeemed", 0)


def test_a_generic_code_is_held_by_each_and_redeemed_by_one() -> None:
    make_pool("spring", source="generated", pattern="SPRING")
    members("ann", "ben", "cem")

    assert [assign(name) for name in ("ann", "ben", "cem")] == [None] * 3
    assert assign("ann") == 1602
    assert do("ben", "redeem", TILL, code="spring") is None
    assert [status("SPRING", name) for name in ("ann", "ben", "cem")] == ["claimed", "redeemed", "claimed"]
    assert do("ann", "transfer", to="cem", code="SPRING") == 1602
    assert do("ann", "unassign", code="SPRING") is None
    assert Coupon.objects.count() == 2
    check_books()


def test_an_aggregated_pool_gives_the_same_code_again_with_another_use() -> None:
    make_pool("spring", "A", "B", aggregated=True)
    members("ann", "ben")
    assign("ann")
    do("ann", "redeem", TILL, code="A")

    assert assign("ann") is None
    assert (status("A"), status("B")) == ("partially_redeemed", "unassigned")
    assert do("ann", "redeem", TILL, code="A") is None
    assert do("ann", "redeem", TILL, code="A") == 1602
    assert (status("A"), uses("A")) == ("redeemed", 2)
    assert assign("ben") is None


def test_codes_made_at_each_claim_follow_the_pattern() -> None:
    make_pool("spring", source="generated", pattern="S-####")
    members("ann", "ben")

    assert [assign("ann"), assign("ben"), assign("ann")] == [None] * 3
    found = list(Coupon.objects.values_list("code", flat=True))
    assert all(len(code) == 6 and code[2:].isdigit() for code in found)
    assert len(set(found)) == 3


def test_a_code_of_a_refused_claim_is_the_next_one() -> None:
    make_pool("spring", source="generated", pattern=STRONG)
    members("ann")
    send(event("ben", "subscribe"))

    assert assign("ben") == 160216 or Customer.objects.get(public_id="ben").status == "active"
    assign("ann")
    assert Coupon.objects.filter(status="unassigned").count() <= 1
    assign("ann")
    assert Coupon.objects.filter(status="unassigned").count() == 0


# Orders


def checkout(name: str = "ann", transaction: str = "t1", **data: Any) -> int | None:
    return codes(send(event(name, "checkout", transaction_id=transaction, total=100, **data)))[0]


def test_a_checkout_redeems_the_coupons_that_it_names_or_is_refused() -> None:
    make_pool("spring", "A", "B")
    make_cards("CARD")
    members("ann")
    for pool in ("spring", "cards"):
        assign("ann", pool)

    assert checkout(coupons=["A", {"code": "CARD", "amount": 60}]) == 1606
    assert (status("A"), uses("A")) == ("claimed", 0)
    assert checkout(coupons=["a", {"code": "CARD", "amount": 20}]) is None
    assert (status("A"), balance("CARD")) == ("redeemed", 30)
    assert checkout(transaction="t2", coupons=["B"]) == 1601
    check_books()


def test_a_refunded_order_puts_its_redemptions_back_by_the_setting_of_the_pool() -> None:
    make_pool("spring", "A")
    make_pool("summer", "B", refund_returns=False)
    members("ann")
    for pool in ("spring", "summer"):
        assign("ann", pool)
    checkout(coupons=["A", "B"])

    accepted(event("ann", "partial_refund", transaction_id="t1", amount=40))
    assert (status("A"), status("B")) == ("redeemed", "redeemed")
    accepted(event("ann", "refund", transaction_id="t1"))
    assert (status("A"), status("B")) == ("claimed", "redeemed")
    check_books()


def test_a_payment_in_two_steps_redeems_once() -> None:
    make_cards("CARD")
    members("ann")
    assign("ann", "cards")
    checkout(coupons=[{"code": "CARD", "amount": 20}])

    assert do("ann", "redeem", TILL, code="CARD", amount=20, transaction_id="t1") == 1602
    assert balance("CARD") == 30


def test_the_purchase_must_reach_the_least_and_name_a_store_and_a_product_of_the_pool() -> None:
    make_pool("spring", "A", purchase_minimum="50", stores=["s1"], products=["shoe"])
    members("ann")
    assign("ann")

    def redeem(**data: Any) -> int | None:
        return do("ann", "redeem", TILL, code="A", **data)

    assert redeem(store="s1", products=["shoe"]) == 0
    assert redeem(purchase_total=49, store="s1", products=["shoe"]) == 1604
    assert redeem(purchase_total=50, store="s2", products=["shoe"]) == 1605
    assert redeem(purchase_total=50, store="s1", products=["hat"]) == 1605
    assert redeem(purchase_total=50, store="s1", products=["hat", "shoe"]) is None


# Merged and erased


def test_merged_the_survivor_has_the_coupons_and_one_use_of_a_generic_code() -> None:
    make_pool("spring", source="generated", pattern="SPRING")
    make_cards("CARD")
    members("ann", "old")
    for name in ("ann", "old"):
        assign(name)
    assign("old", "cards")
    do("old", "redeem", TILL, code="SPRING")
    do("old", "redeem", TILL, code="CARD", amount=20)

    accepted(merging("old", "ann"))

    assert the("CARD").customer == Customer.objects.get(public_id="ann")
    assert balance("CARD") == 30
    assert status("SPRING", "ann") == "redeemed"
    assert do("old", "redeem", TILL, code="CARD", amount=30) is None
    check_books()


def test_erased_the_rows_name_nobody_and_are_worth_nothing() -> None:
    make_cards("CARD-OF-ANN")
    members("ann", "ben")
    assign("ann", "cards")
    do("ann", "redeem", TILL, code="CARD-OF-ANN", amount=20, transaction_id="t1")

    accepted(event("ann", "opt_out"))

    found = Coupon.objects.get()
    assert (found.status, found.claimed_at, found.balance) == ("invalid", None, Decimal(30))
    assert "ANN" not in found.code
    assert Use.objects.get().transaction_id is None
    check_books()


# The table


def test_no_act_comes_from_a_status_that_the_table_does_not_name() -> None:
    """Told by hand a second time: (act, status before)."""
    assert {(act, before) for act, before in product(Act, CouponStatus) if TRANSITIONS[act].get(before)} == {
        (Act.ASSIGN, "unassigned"),
        *((Act.ASSIGN_AGAIN, one) for one in ("claimed", "partially_redeemed", "redeemed", "expired")),
        (Act.UNASSIGN, "claimed"),
        *((Act.REDEEM, one) for one in ("claimed", "partially_redeemed")),
        *((Act.UNREDEEM, one) for one in ("redeemed", "partially_redeemed", "invalid", "expired")),
        *((Act.INVALIDATE, one) for one in ("unassigned", "claimed")),
        (Act.TRANSFER, "claimed"),
        *((Act.EXPIRE, one) for one in ("claimed", "partially_redeemed")),
        *((Act.CHANGE_EXPIRATION, one) for one in ("claimed", "partially_redeemed", "expired")),
    }
    assert not is_legal(Act.REDEEM, CouponStatus.EXPIRED, CouponStatus.REDEEMED)


def test_a_refused_act_leaves_no_trace() -> None:
    make_cards("CARD")
    members("ann")
    assign("ann", "cards")
    tables = ("coupons_coupon", "coupons_use", "coupons_movement", "events_event")

    def stored() -> list[object]:
        return [rows(f"SELECT md5(string_agg(t::text, '|' ORDER BY t::text)) FROM {table} t") for table in tables]

    before = stored()
    assert do("ann", "redeem", TILL, code="CARD", amount=60) == 1606
    assert do("ann", "redeem", TILL, code="CARD", amount=5, currency="USD") == 0
    assert do("ann", "unredeem", TILL, code="CARD") == 1602
    assert stored() == before


def test_integrators_send_redemptions_and_nothing_else() -> None:
    make_pool("spring", "A")
    members("ann", "ben")
    assign("ann")

    found = [
        code
        for act in ("assign", "unassign", "invalidate", "change")
        if (code := do("ann", act, TILL, code="A", coupon="spring"))
    ]
    assert found == [10003] * 4
    assert do("ann", "receive", code="A") == 10003
    assert tell("ann", "expire", code="A").error is not None
