"""Bids: what they reserve, what outbidding releases, and what the end charges."""

import datetime as dt

import pytest

from events.models import Event
from loyalty.points.expiry.operations import expire_points
from rewards.claims.bidding.ending import end_biddings
from rewards.claims.models import Bid, Claim, HighestBid
from tests.claims.claiming import DAY, bid, buckets, claim, claimed, lots, make_reward, members, revoke, tell
from tests.engine.world import NOW, accepted, check_books, event, merging, spendable

pytestmark = pytest.mark.django_db
END = NOW + 10 * DAY


@pytest.fixture(autouse=True)
def reward() -> None:
    make_reward(type="bidding", prices={"EUR": 100}, price_step=10, ends_at=END.isoformat())
    members("ann", "ben")


def end(at: dt.datetime = END) -> int:
    return end_biddings(now=lambda: at)


def highest() -> tuple[str, int] | None:
    found = HighestBid.objects.select_related("customer").first()
    return (found.customer.public_id, found.points) if found else None


def told(name: str) -> list[tuple[str, dict[str, object]]]:
    events = Event.objects.filter(customer__public_id=name, action__startswith="reward").order_by("id")
    return [(one.action, one.data) for one in events]


class TestABid:
    def test_reserves_its_points(self) -> None:
        assert bid("ann", 150) is None

        assert (highest(), buckets("ann")["reserved"], spendable("ann")) == (("ann", 150), 150, 850)
        check_books()

    def test_without_an_amount_is_the_price_and_then_a_step_more(self) -> None:
        assert [bid("ann"), bid("ben"), bid("ann")] == [None] * 3

        assert highest() == ("ann", 120)

    def test_that_is_higher_releases_the_one_before(self) -> None:
        before = lots("ann")
        bid("ann", 150)

        assert bid("ben", 160) is None

        assert (buckets("ann")["reserved"], lots("ann"), buckets("ben")["reserved"]) == (0, before, 160)
        assert told("ann")[-1] == (
            "reward_bid_release", {"reward": "mug", "bid": Bid.objects.get(points=150).event_id, "points": 150, "reason": "outbid"},
        )  # fmt: skip
        assert [action for action, _ in told("ben")] == ["reward_bid"]
        check_books()

    def test_of_the_same_customer_may_use_what_the_last_one_has_reserved(self) -> None:
        assert [bid("ann", 600), bid("ann", 1_000)] == [None, None]

        assert (highest(), buckets("ann")["reserved"]) == (("ann", 1_000), 1_000)
        check_books()

    @pytest.mark.parametrize("amount", [99, 150, 159])
    def test_that_is_no_step_higher_is_refused(self, amount: int) -> None:
        bid("ann", 150)

        assert bid("ben", amount) == 0
        assert highest() == ("ann", 150)

    def test_of_more_than_can_be_spent_is_refused(self) -> None:
        bid("ann", 150)

        assert bid("ben", 1_001) == 120241
        assert (highest(), buckets("ann")["reserved"]) == (("ann", 150), 150)

    def test_before_and_after_its_time_or_for_another_kind_of_reward_is_refused(self) -> None:
        make_reward("pen")

        assert [bid("ann", at=END), bid("ann", 100, "pen"), bid("ann", 100, "none")] == [160321, 0, 0]

    def test_that_names_the_wrong_bidder_is_refused(self) -> None:
        """Operations name whom they outbid; what does not is sent again."""
        bid("ann", 150)
        error = tell("ben", "reward_bid", reward="mug", amount=200).error

        assert error is not None
        assert (error.code, error.status) == (0, 409)

    def test_is_no_claim(self) -> None:
        assert claim("ann") == 0

    def test_that_is_released_repays_a_debt(self) -> None:
        accepted(event("cat", "opt_in"), event("cat", "checkout", transaction_id="T", total=500))
        earned = spendable("cat") or 0
        make_reward(type="bidding", prices={"EUR": earned}, price_step=10, ends_at=END.isoformat())
        bid("cat", earned)
        accepted(event("cat", "refund", transaction_id="T"))
        assert buckets("cat")["debt"] == earned

        assert bid("ann", earned + 10) is None
        assert (buckets("cat")["debt"], buckets("cat")["reserved"], spendable("cat")) == (0, 0, 0)
        check_books()

    def test_of_points_that_expire_meanwhile_is_released_into_nothing(self) -> None:
        accepted(event("ann", "point_add", points=500, expdate=(NOW + DAY).date().isoformat()))
        bid("ann", 500)
        expire_points(now=lambda: NOW + 3 * DAY)

        assert bid("ben", 600, at=NOW + 3 * DAY) is None
        assert (buckets("ann")["expired"], spendable("ann")) == (500, 1_000)
        check_books()


class TestTheEnd:
    def test_charges_the_highest_bid_once(self) -> None:
        bid("ann", 150)
        bid("ben", 160)

        assert (end(END - DAY), end(), end()) == (0, 1, 0)

        [claim] = Claim.objects.select_related("customer")
        assert (claim.customer.public_id, claim.spent) == ("ben", 160)
        assert (buckets("ben")["reserved"], buckets("ben")["spent"], spendable("ann")) == (0, 160, 1_000)
        assert highest() is None
        check_books()

    def test_spends_points_that_have_expired_meanwhile(self) -> None:
        accepted(event("ann", "point_add", points=500, expdate=(NOW + DAY).date().isoformat()))
        bid("ann", 500)
        expire_points(now=lambda: END)

        assert end() == 1
        assert (buckets("ann")["spent"], buckets("ann")["expired"], spendable("ann")) == (500, 0, 1_000)
        check_books()

    def test_without_a_winner_releases_the_bid(self) -> None:
        bid("ann", 150)
        accepted(event("ann", "suspend"))

        assert end() == 1
        assert (highest(), spendable("ann"), Claim.objects.count()) == (None, 1_000, 0)
        check_books()

    def test_of_a_reward_that_is_inactive_releases_the_bid(self) -> None:
        bid("ann", 150)
        make_reward(type="bidding", status="inactive", prices={"EUR": 100}, ends_at=END.isoformat())

        assert end() == 1
        assert (highest(), spendable("ann")) == (None, 1_000)

    def test_is_revoked_as_any_claim(self) -> None:
        bid("ann", 150)
        end()

        assert revoke("ann", Claim.objects.get().event_id, END + DAY) is None
        assert spendable("ann") == 1_000
        check_books()


class TestWhoeverIsGone:
    def test_releases_their_bid_and_others_begin_anew(self) -> None:
        bid("ann", 150)

        accepted(event("ann", "opt_out"))

        assert (highest(), bid("ben", 100)) == (None, None)
        check_books()

    @pytest.mark.parametrize("source", ["ann", "ben"])
    def test_merged_leaves_the_bid_to_the_survivor(self, source: str) -> None:
        bid("ann", 150)

        accepted(merging(source, "ben" if source == "ann" else "ann"))

        left = "ben" if source == "ann" else "ann"
        assert highest() == (left, 150)
        members("cat")
        assert bid("cat", 160) is None
        assert (buckets(left)["reserved"], spendable(left)) == (0, 2_000)
        check_books()

    def test_merged_pays_at_the_end(self) -> None:
        bid("ann", 150)
        accepted(merging("ann", "ben"))

        assert end() == 1
        assert (Claim.objects.get().customer.public_id, spendable("ben")) == ("ben", 1_850)
        check_books()


def test_a_plain_claim_beside_changes_nothing_of_the_bid() -> None:
    make_reward("pen")
    bid("ann", 150)

    claimed("ann", "pen")

    assert (highest(), spendable("ann")) == (("ann", 150), 750)
    check_books()


def test_a_higher_bid_cannot_use_what_has_expired_while_it_was_reserved() -> None:
    accepted(event("ann", "point_add", points=60, expdate=NOW.date().isoformat()))
    assert bid("ann", 100) is None

    assert bid("ann", 1_060, at=NOW + DAY) == 120241
    assert highest() == ("ann", 100)
    assert bid("ann", 1_000, at=NOW + DAY) is None

    assert (highest(), spendable("ann")) == (("ann", 1_000), 0)
    check_books()
