"""Revocations: what comes back, of merged profiles too."""

import pytest

from coupons.models import Coupon
from loyalty.engine.events import Incoming
from loyalty.engine.record import record
from loyalty.points.expiry.operations import expire_points
from tests.claims.claiming import (
    DAY,
    TILL,
    buckets,
    claim,
    claimed,
    code,
    lots,
    make_reward,
    members,
    revoke,
    standing,
    taken,
    tell,
)
from tests.coupons.pooling import assign, make_cards, make_pool, status, the
from tests.coupons.pooling import do as do_coupon
from tests.engine.world import NOW, accepted, check_books, event, merging, rows, spendable

pytestmark = pytest.mark.django_db


class TestARevocation:
    def test_puts_everything_back(self) -> None:
        make_pool("spring", "A-1")
        make_reward(type="coupon", pools=["spring"], stock=1, max_claims=1)
        members("ann")
        before = (lots("ann"), buckets("ann"))
        id = claimed("ann")

        assert revoke("ann", id) is None

        assert (lots("ann"), buckets("ann"), taken()) == (*before, 0)
        assert Coupon.objects.get(code="A-1").status == "invalid"
        assert claim("ann") == 123771
        check_books()

    def test_of_two_lots_leaves_both_as_they_were(self) -> None:
        make_reward(prices={"EUR": 80})
        members("ann", points=0)
        accepted(event("ann", "point_add", points=100))
        accepted(event("ann", "point_add", points=50, expdate=(NOW + DAY).date().isoformat()))
        before = lots("ann")
        id = claimed("ann")
        assert [remaining for _, remaining, _, _ in lots("ann")] == [70, 0]

        assert revoke("ann", id) is None

        assert lots("ann") == before
        check_books()

    def test_what_goes_back_to_an_expired_lot_expires_at_once(self) -> None:
        make_reward(prices={"EUR": 80})
        members("ann", points=0)
        accepted(event("ann", "point_add", points=100))
        accepted(event("ann", "point_add", points=50, expdate=(NOW + DAY).date().isoformat()))
        id = claimed("ann")
        expire_points(now=lambda: NOW + 3 * DAY)

        assert revoke("ann", id, NOW + 3 * DAY) is None

        assert [(remaining, expired) for _, remaining, expired, _ in lots("ann")] == [(100, 0), (0, 50)]
        assert buckets("ann") | {"earned": 0} == {
            "earned": 0, "spent": 0, "expired": 50, "reserved": 0, "debt": 0, "spendable": 100,
        }  # fmt: skip
        check_books()

    def test_is_done_once(self) -> None:
        make_reward()
        members("ann")
        id = claimed("ann")

        assert [revoke("ann", id), revoke("ann", id)] == [None, 160344]
        assert spendable("ann") == 1_000

    def test_is_of_the_customers_own_claim_and_of_the_named_reward(self) -> None:
        make_reward()
        make_reward("pen")
        members("ann", "ben")
        id = claimed("ann")

        assert [revoke("ben", id), revoke("ann", 1), revoke("ann", id, reward="pen")] == [160340] * 3
        assert revoke("ann", id, reward="mug") is None

    @pytest.mark.parametrize("act", ["redeem", "transfer", "expire"])
    def test_is_refused_where_the_coupon_was_used(self, act: str) -> None:
        make_pool("spring", "A-1")
        make_reward(type="coupon", pools=["spring"], transferable=True)
        members("ann", "ben")
        id, at = claimed("ann"), NOW
        if act == "expire":
            rows("UPDATE coupons_coupon SET expires_at = %s", [NOW])
        else:
            assert do_coupon("ann", act, to="ben" if act == "transfer" else "", code="A-1") is None

        assert revoke("ann", id, at) == 1602
        assert (spendable("ann"), standing("ann")) == (900, 1)

    def test_of_a_coupon_that_was_taken_back_before_gives_the_points(self) -> None:
        make_pool("spring", "A-1")
        make_reward(type="coupon", pools=["spring"])
        members("ann")
        id = claimed("ann")
        do_coupon("ann", "unassign", code="A-1")

        assert revoke("ann", id) is None
        assert Coupon.objects.get(code="A-1").status == "unassigned"

    def test_of_an_aggregated_code_takes_one_use(self) -> None:
        make_pool("again", "A-1", aggregated=True)
        make_reward(type="coupon", pools=["again"])
        members("ann")
        first, second = claimed("ann"), claimed("ann")
        assert Coupon.objects.get(code="A-1").issued == 2
        do_coupon("ann", "redeem", code="A-1")

        assert revoke("ann", first) is None
        assert (Coupon.objects.get(code="A-1").issued, Coupon.objects.get(code="A-1").status) == (1, "redeemed")
        assert revoke("ann", second) == 1602
        check_books()

    def test_of_an_aggregated_gift_card_takes_its_value(self) -> None:
        make_cards("CARD", value="50", aggregated=True)
        make_reward(type="gift_card", pools=["cards"])
        members("ann")
        first, second = claimed("ann"), claimed("ann")
        do_coupon("ann", "redeem", code="CARD", amount=60)

        assert revoke("ann", first) == 1602
        do_coupon("ann", "unredeem", code="CARD")
        assert revoke("ann", first) is None
        assert Coupon.objects.get(code="CARD").balance == 50
        assert revoke("ann", second) is None
        check_books()

    def test_of_a_dynamic_gift_card_takes_what_the_claim_added(self) -> None:
        make_cards("CARD", value="50", aggregated=True)
        make_reward(type="dynamic_coupon", pools=["cards"], max_price=500, price_step=50)
        members("ann")
        first, second = claimed("ann", points=100), claimed("ann", points=300)
        assert Coupon.objects.get(code="CARD").balance == 50 + 150
        make_cards(value="20", aggregated=True)

        assert revoke("ann", second) is None
        assert Coupon.objects.get(code="CARD").balance == 50
        assert revoke("ann", first) is None
        assert Coupon.objects.get(code="CARD").status == "invalid"
        check_books()

    def test_of_a_gift_card_whose_pool_is_worth_less_by_now_takes_what_it_was_worth(self) -> None:
        make_cards("CARD", value="50", aggregated=True)
        make_reward(type="gift_card", pools=["cards"])
        members("ann")
        first, _second = claimed("ann"), claimed("ann")
        make_cards(value="20", aggregated=True)

        assert revoke("ann", first) is None
        assert Coupon.objects.get(code="CARD").balance == 50
        check_books()

    def test_what_a_claim_has_spent_is_not_unspent_otherwise(self) -> None:
        make_reward()
        members("ann")
        id = claimed("ann")
        accepted(event("ann", "point_spend", points=30))

        assert code(tell("ann", "point_unspend", points=31)) == 112900
        assert code(tell("ann", "point_unspend", points=30)) is None
        assert revoke("ann", id) is None
        assert spendable("ann") == 1_000
        check_books()

    def test_lowers_a_debt_first(self) -> None:
        make_reward()
        members("ann", points=0)
        accepted(event("ann", "checkout", transaction_id="T", total=100))
        earned = spendable("ann") or 0
        make_reward(prices={"EUR": earned})
        id = claimed("ann")
        accepted(event("ann", "refund", transaction_id="T"))
        assert buckets("ann")["debt"] == earned

        assert revoke("ann", id) is None
        assert (buckets("ann")["debt"], spendable("ann")) == (0, 0)
        check_books()

    def test_and_a_claim_in_one_batch(self) -> None:

        make_reward(stock=1, max_claims=1)
        members("ann")
        id = claimed("ann")

        found = record(
            [Incoming("ann", "reward_revoke", {"event": id}), Incoming("ann", "reward", {"reward": "mug"})],
            by=TILL,
            at=NOW,
        )

        assert [code(one) for one in found] == [None, None]
        assert (taken(), standing("ann"), spendable("ann")) == (1, 1, 900)
        check_books()


class TestACouponThatIsSomebodyElsesByNow:
    """Code A-1 was ann's, by a claim."""

    def _claimed(self) -> int:
        make_pool("spring", "A-1")
        make_reward(type="coupon", pools=["spring"], transferable=True)
        members("ann", "ben", "cem")
        return claimed("ann")

    def test_does_not_keep_the_claim_where_it_was_taken_back(self) -> None:
        id = self._claimed()
        assert do_coupon("ann", "unassign", code="A-1") is None
        assert assign("ben") is None

        assert revoke("ann", id) is None
        assert (status("A-1", "ben"), spendable("ann")) == ("claimed", 1_000)
        check_books()

    def test_keeps_the_claim_where_it_was_given_away_whoever_has_it(self) -> None:
        id = self._claimed()
        assert do_coupon("ann", "transfer", to="ben", code="A-1") is None
        assert do_coupon("ben", "transfer", to="cem", code="A-1") is None

        assert revoke("ann", id) == 1602
        assert status("A-1", "cem") == "claimed"

    def test_is_withdrawn_once_it_has_come_back(self) -> None:
        id = self._claimed()
        assert do_coupon("ann", "transfer", to="ben", code="A-1") is None
        assert do_coupon("ben", "transfer", to="ann", code="A-1", at=NOW + DAY) is None

        assert revoke("ann", id) is None
        assert the("A-1").status == "invalid"
        check_books()

    def test_stays_where_a_later_claim_has_given_it_to_the_same_customer(self) -> None:
        id = self._claimed()
        assert do_coupon("ann", "unassign", code="A-1") is None
        second = claimed("ann", at=NOW + DAY)

        assert revoke("ann", id, NOW + DAY) is None
        assert status("A-1", "ann") == "claimed"
        assert revoke("ann", second, NOW + DAY) is None
        assert status("A-1", "ann") == "invalid"
        check_books()


class TestMergedProfiles:
    def test_of_a_code_that_the_source_got_twice_one_use_goes(self) -> None:
        make_pool("again", "A-1", aggregated=True)
        make_reward(type="coupon", pools=["again"])
        members("ann", "ben")
        first, second = claimed("ben"), claimed("ben")
        accepted(merging("ben", "ann"))

        assert revoke("ann", first) is None
        assert (the("A-1").status, the("A-1").issued) == ("claimed", 1)
        assert revoke("ann", second) is None
        assert the("A-1").status == "invalid"
        check_books()

    def test_claims_move_and_limits_add_up(self) -> None:
        make_reward(max_claims=2)
        members("ann", "ben")
        claimed("ann")
        id = claimed("ben")

        accepted(merging("ben", "ann"))

        assert (standing("ann"), claim("ann")) == (2, 120211)
        assert revoke("ann", id) is None
        assert (spendable("ann"), claim("ann")) == (1_900, None)
        check_books()

    def test_a_coupon_that_moved_is_invalid_once_its_claim_is_revoked(self) -> None:
        make_pool("spring", "A-1")
        make_reward(type="coupon", pools=["spring"])
        members("ann", "ben")
        id = claimed("ben")
        accepted(merging("ben", "ann"))

        assert revoke("ann", id) is None
        assert Coupon.objects.get(code="A-1").status == "invalid"
        check_books()
