"""What users of comparable systems suffer from, of rewards: by their numbers in the list of pitfalls."""

import uuid

import pytest
from django.utils import timezone

from customers.models import Customer
from loyalty.intake.once import AlreadyRecorded
from loyalty.refusals import Refused
from loyalty.staff.enums import Role
from loyalty.staff.models import User
from loyalty.staff.sender import Sender
from rewards.claims.models import Claim
from rewards.claims.operations import claim_reward, revoke_claim
from tests.claims.claiming import buckets, claim, claimed, lots, make_reward, members, revoke, standing, taken
from tests.coupons.pooling import TILL, balance, do, make_cards
from tests.engine.world import accepted, check_books, event, rows, spendable

pytestmark = pytest.mark.django_db


def _by() -> Sender:
    return Sender(
        User.objects.create_user(f"dana-{uuid.uuid4().hex[:8]}", role=Role.MANAGER),
        timezone.now(),
        token=uuid.uuid4().hex,
    )


def test_5_the_card_of_a_claim_that_was_revoked_cannot_be_spent() -> None:
    make_cards("CARD")
    make_reward(type="gift_card", pools=["cards"])
    members("ann")
    id = claimed("ann")

    assert revoke("ann", id) is None
    assert do("ann", "redeem", TILL, code="CARD", amount=10) is not None
    assert spendable("ann") == 1_000


def test_5_a_claim_whose_card_was_spent_from_is_not_given_back() -> None:
    make_cards("CARD")
    make_reward(type="gift_card", pools=["cards"])
    members("ann")
    id = claimed("ann")
    assert do("ann", "redeem", TILL, code="CARD", amount=10) is None

    assert revoke("ann", id) == 1602
    assert (spendable("ann"), balance("CARD")) == (900, 40)


def test_31_a_form_that_is_sent_twice_claims_once() -> None:
    reward = make_reward()
    members("ann")
    ann, by = Customer.objects.get(public_id="ann"), _by()

    claim_reward(customer=ann, reward=reward, by=by)
    with pytest.raises(AlreadyRecorded):
        claim_reward(customer=ann, reward=reward, by=by)

    assert (standing("ann"), spendable("ann")) == (1, 900)


def test_31_at_most_35_times_is_35_times() -> None:
    make_reward(max_claims=35)
    members("ann", points=4_000)

    assert [claim("ann") for _ in range(35)] == [None] * 35
    assert claim("ann") == 120211
    assert (standing("ann"), spendable("ann")) == (35, 500)


def test_32_what_was_refused_can_be_claimed_once_nothing_is_in_the_way() -> None:
    make_reward(max_claims=1, stock=1)
    members("ann", points=60)
    assert claim("ann") == 120241

    accepted(event("ann", "point_add", points=40))

    assert (claim("ann"), taken(), spendable("ann")) == (None, 1, 0)


def test_33_no_claim_without_its_points() -> None:
    """Whatever fails after the points were taken gives none, and takes none."""
    make_reward("pen", type="coupon", status="inactive")
    make_reward(stock=1)
    members("ann", points=150)

    assert [claim("ann"), claim("ann")] == [None, 120212]

    assert (spendable("ann"), standing("ann")) == (50, 1)
    [(spent,)] = rows("SELECT -sum(points) FROM points_entry WHERE kind = 'spend'")
    assert spent == Claim.objects.get().spent == 100
    check_books()


def test_34_a_claim_that_is_revoked_twice_gives_the_points_once() -> None:
    reward = make_reward(stock=1)
    members("ann")
    ann = Customer.objects.get(public_id="ann")
    claim_reward(customer=ann, reward=reward, by=_by())
    found = Claim.objects.get()

    revoke_claim(customer=ann, claim=found, by=_by())
    with pytest.raises(Refused, match="already revoked"):
        revoke_claim(customer=ann, claim=found, by=_by())

    assert (spendable("ann"), taken(), buckets("ann")["spent"]) == (1_000, 0, 0)
    check_books()


def test_35_part_of_the_purchase_is_returned_and_less_is_left_than_was_spent() -> None:
    """The claim stands; what was not earned after all is owed, and nothing is counted twice when it is revoked."""
    members("ann", points=0)
    accepted(event("ann", "checkout", transaction_id="T", total=100), at=timezone.now())
    price = spendable("ann") or 0
    make_reward(prices={"EUR": price})
    id = claimed("ann", at=timezone.now())

    accepted(event("ann", "partial_refund", transaction_id="T", amount=40), at=timezone.now())
    owed = buckets("ann")["debt"]
    assert (standing("ann"), owed > 0) == (1, True)

    assert revoke("ann", id, timezone.now()) is None
    assert (buckets("ann")["debt"], spendable("ann")) == (0, price - owed)
    check_books()


def test_36_a_revocation_does_not_raise_what_was_earned() -> None:
    make_reward()
    members("ann")
    before = (buckets("ann")["earned"], len(lots("ann")))
    id = claimed("ann")

    revoke("ann", id)

    assert (buckets("ann")["earned"], len(lots("ann"))) == before
    assert rows("SELECT count(*) FROM points_entry WHERE kind = 'earn'") == [(1,)]
