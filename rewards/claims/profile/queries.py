"""The rewards of a customer as the profile shows them: what they could claim, and what they have claimed."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, field

from django.db.models import Q
from django.utils.translation import get_language

from coupons.models import Coupon
from customers.models import Customer
from rewards.catalogue.enums import RewardStatus, RewardType
from rewards.catalogue.models import Reward
from rewards.catalogue.queries import rewards
from rewards.catalogue.texts import text_in
from rewards.claims.models import Claim
from rewards.claims.offers import Offer, offers_of
from rewards.claims.queries import coupons_of

from .words import why_not


def name_of(reward: Reward) -> str:
    """In the language of who looks."""
    return text_in(reward.name, get_language() or "") or reward.slug


@dataclass(frozen=True)
class OfferLine:
    """A reward for the customer now; `why_not` in words, empty if they can claim it."""

    offer: Offer

    @property
    def reward(self) -> Reward:
        return self.offer.reward

    @property
    def name(self) -> str:
        return name_of(self.reward)

    @property
    def can_be_claimed(self) -> bool:
        return self.offer.can_be_claimed and self.reward.type != RewardType.BIDDING

    @property
    def why_not(self) -> str:
        return why_not(self.offer)


@dataclass(frozen=True)
class ClaimLine:
    claim: Claim
    coupons: Sequence[Coupon] = field(default=())

    @property
    def name(self) -> str:
        return name_of(self.claim.reward)


def lines_for(customer: Customer, at: dt.datetime) -> list[OfferLine]:
    """All that are active, hidden ones too: staff may claim these. Those that can be claimed now come first."""
    is_over = Q(ends_at__isnull=False, ends_at__lte=at)
    active = list(rewards().filter(~is_over, status=RewardStatus.ACTIVE))
    found = [OfferLine(one) for one in (offers_of(customer, at, active) if active else [])]
    return sorted(found, key=lambda line: not line.can_be_claimed)


def claim_lines(claims: Sequence[Claim]) -> list[ClaimLine]:
    coupons = coupons_of(claims)
    return [ClaimLine(one, coupons[one.event_id]) for one in claims]
