"""The rewards of a customer on the Overview: what they could claim now, or why not, and what they have claimed."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.utils import timezone

from customers.models import Customer
from customers.profile.frame import Area, Card, OverviewCards, ProfilePage
from loyalty.staff.permissions import may
from rewards.catalogue.rights import VIEW_REWARDS
from rewards.claims.queries import claims_of
from rewards.claims.rights import CLAIM_REWARDS

from .queries import ClaimLine, OfferLine, claim_lines, lines_for

MOST_SHOWN = 4


@dataclass(frozen=True)
class RewardCard:
    """`more`: how many are available beside those that are shown."""

    customer: Customer
    available: Sequence[OfferLine]
    more: int
    claimed: Sequence[ClaimLine]
    may_claim: bool


def _cards(page: ProfilePage) -> Iterable[Card]:
    """None where there is no reward and never was one."""
    if not may(page.request.user, VIEW_REWARDS):
        return
    available = lines_for(page.customer, timezone.now())
    claimed = claim_lines(list(claims_of(page.customer)[:MOST_SHOWN]))
    if available or claimed:
        shown, more = available[:MOST_SHOWN], max(len(available) - MOST_SHOWN, 0)
        may_claim = page.may(CLAIM_REWARDS)
        yield Card(Area.SIDE, 25, "claims/card.html", RewardCard(page.customer, shown, more, claimed, may_claim))


OVERVIEW = OverviewCards(_cards)
