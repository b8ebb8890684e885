"""Biddings that are over: the highest bid is charged, and its reward claimed. Where nobody can win, it is released.

Nothing is kept about how far a run has come: a settled bid is no longer the highest. So a run may end at any point, and two
at once wait for each other and then find nothing left to do.
"""

import logging
from collections.abc import Callable, Iterator
from datetime import datetime

from django.db.models import Q

from loyalty.engine.events import Incoming
from loyalty.engine.record import record
from loyalty.engine.status import Status
from loyalty.intake.actors import TIMER
from rewards.catalogue.enums import RewardStatus
from rewards.claims.actions import BID, CLAIM, RELEASE, REWARD
from rewards.claims.models import HighestBid

log = logging.getLogger("loyalty.claims")


def end_biddings(*, now: Callable[[], datetime]) -> int:
    """Each in a transaction of its own; how many have ended."""
    at = now()
    return sum(_ended(event, at) for event in _due(at))


def _due(at: datetime) -> Iterator[Incoming]:
    over = Q(reward__ends_at__lte=at) | Q(reward__status=RewardStatus.ARCHIVED)
    for highest in HighestBid.objects.filter(over).select_related("reward", "customer").order_by("reward_id"):
        wins = highest.reward.status == RewardStatus.ACTIVE and highest.customer.status == Status.ACTIVE
        data = {REWARD.name: highest.reward.slug, BID.name: highest.bid_id}
        if wins:
            yield Incoming(highest.customer.public_id, CLAIM.name, data)
        else:
            yield Incoming(highest.customer.public_id, RELEASE.name, {**data, "reason": "ended"})


def _ended(event: Incoming, at: datetime) -> bool:
    """What has changed meanwhile, or lacks a coupon, is tried again by the next run."""
    [outcome] = record([event], by=TIMER, at=at)
    if outcome.error:
        log.warning("The bidding for %s could not end: %s", event.data[REWARD.name], outcome.error.code)
    return outcome.error is None
