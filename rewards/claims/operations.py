"""Claims, revocations and bids: by staff, and as whoever else sends them has them recorded."""

from dataclasses import replace
from datetime import datetime
from typing import Any

from customers.models import Customer
from loyalty.engine.events import Actor, Incoming
from loyalty.engine.mechanism import Outcome
from loyalty.engine.record import record_one
from loyalty.intake.hand import recorded
from loyalty.intake.once import REPLAYED, AlreadyRecorded
from loyalty.intake.staff import BY_HAND, deed_of, staff_actor
from loyalty.refusals import Refused
from loyalty.staff.audit.deeds import Deed, operation
from loyalty.staff.sender import Sender
from rewards.catalogue.models import Reward

from .actions import AMOUNT, CLAIM, COUNT, EVENT, FORCE, FORCED, PLACE_BID, POINTS, REVOKE, REWARD
from .bidding.mechanism import OtherBidder
from .models import Claim, HighestBid
from .rights import CLAIM_REWARDS, FORCE_CLAIMS

# Each that is lost was won by somebody else's bid, so many bidders at once have to try as often.
BIDS = 200


@operation(right=CLAIM_REWARDS, audit="reward.claim", approvable=BY_HAND)
def claim_reward(
    *, customer: Customer, reward: Reward, by: Sender, count: int = 1, points: int | None = None, force: bool = False
) -> Deed[Outcome]:
    """`points`: for each, of a reward whose price the customer chooses; `force`: free, and without the checks.

    Raises NotClaimable (120211, 120212, 120213, 120219, 120241, 120242, 123771, 160321), Refused, PermissionDenied.
    """
    if force:
        by.require(FORCE_CLAIMS)
    data = {REWARD.name: reward.slug, COUNT.name: count, POINTS.name: points, FORCED.name: force or None}
    outcome = _by_staff(claim_event(customer.public_id, **data), by, *([FORCE] if force else []))
    return _deed(outcome, reward.slug)


@operation(right=CLAIM_REWARDS, audit="reward.revoke", approvable=BY_HAND)
def revoke_claim(*, customer: Customer, claim: Claim, by: Sender, reason: str = "") -> Deed[Outcome]:
    """Raises Refused (160340, 160344; 1602 for a coupon that was used), PermissionDenied."""
    data = {EVENT.name: claim.event_id, "reason": reason or None}
    outcome = _by_staff(Incoming(customer.public_id, REVOKE.name, _told(data)), by)
    return _deed(outcome, claim.reward.slug)


@operation(right=CLAIM_REWARDS, audit="reward.bid", approvable=BY_HAND)
def bid_for_reward(*, customer: Customer, reward: Reward, by: Sender, amount: int | None = None) -> Deed[Outcome]:
    """Raises NotClaimable, Refused, PermissionDenied."""

    def record(incoming: Incoming) -> Outcome:
        return _by_staff(incoming, by)

    return _deed(_bid(customer.public_id, reward.slug, amount, record), reward.slug)


def record_bid(customer: str, reward: str, *, by: Actor, at: datetime, amount: int | None = None) -> Outcome:
    """Of whoever else bids; `customer` and `reward` by their IDs. Raises Refused."""
    return _bid(customer, reward, amount, lambda incoming: record_one(incoming, by=by, at=at))


def claim_event(customer: str, **data: Any) -> Incoming:
    return Incoming(customer, CLAIM.name, _told(data))


def _bid(customer: str, reward: str, amount: int | None, record: Any) -> Outcome:
    """Whose bid is the highest is read before anything is locked, and compared afterwards: who was too late tries again."""
    event = Incoming(customer, PLACE_BID.name, _told({REWARD.name: reward, AMOUNT.name: amount}))
    for _attempt in range(BIDS):
        try:
            outcome: Outcome = record(replace(event, target=_bidder(reward)))
        except OtherBidder:
            continue
        return outcome
    raise OtherBidder


def _bidder(reward: str) -> tuple[str, str] | None:
    found = HighestBid.objects.filter(reward__slug=reward).values_list("customer__public_id", flat=True).first()
    return ("id", found) if found else None


def _told(data: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in data.items() if value is not None}


def _by_staff(incoming: Incoming, by: Sender, *grants: str) -> Outcome:
    nonce = f"staff:{by.user.pk}:{by.token}" if by.user and by.token else None
    sent = replace(incoming, nonce=nonce)
    try:
        return recorded(incoming.action, by, lambda: record_one(sent, by=staff_actor(by, *grants), at=by.at))
    except Refused as refused:
        if refused.code == REPLAYED:
            raise AlreadyRecorded from None
        raise


def _deed(outcome: Outcome, slug: str) -> Deed[Outcome]:
    return deed_of(outcome, after={REWARD.name: slug})
