"""Rewards as they are for one customer now: what they cost, what is in the way, what the customer has claimed of them.

Pages and APIs read them here. A fixed number of queries, however many rewards there are.
"""

import datetime as dt
from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace

from django.db.models import Max, Min, Sum

from coupons.models import Coupon
from customers.models import Customer
from loyalty.engine.status import Status
from loyalty.program.queries import general_settings
from rewards.catalogue.enums import CategoryStatus, ReasonCode, RewardStatus, RewardType
from rewards.catalogue.models import Reward, RewardMessage
from rewards.catalogue.queries import lines_of, rewards

from .models import STANDS, Claim, HighestBid
from .queries import Claimability, claimability_of, coupons_of, highest_bids
from .rules import Reason

# Of a customer's claims, so many at most are told with their coupons: the latest ones.
MOST_CLAIMS = 1_000
# What keeps somebody from all rewards: the wire's number and word.
SUSPENDED, NOT_A_MEMBER = (110003, "suspended"), (160216, "not_active")
Bar = tuple[int, str]


@dataclass(frozen=True)
class Claimed:
    """What a customer has of a reward: the claims that stand, the first one first, and the coupons of these."""

    number: int = 0
    spent: int = 0
    first_at: dt.datetime | None = None
    last_at: dt.datetime | None = None
    claims: Sequence[Claim] = ()
    coupons: Sequence[Coupon] = ()


NOTHING_CLAIMED = Claimed()


@dataclass(frozen=True)
class Offer:
    """A reward for one customer at an instant. `price`: in their currency, None if there is none; `left`: of the stock,
    None without end; `reasons`: why they cannot claim it now; `bar`: what keeps them from all rewards; `highest`: the
    highest bid."""

    reward: Reward
    reasons: Sequence[Reason] = ()
    price: int | None = None
    left: int | None = None
    claimed: Claimed = NOTHING_CLAIMED
    highest: HighestBid | None = None
    bar: Bar | None = None

    @property
    def can_be_claimed(self) -> bool:
        return not self.reasons and self.bar is None

    @property
    def is_restricted(self) -> bool:
        """For others."""
        return any(one.reason == ReasonCode.AUDIENCE for one in self.reasons)


def offers_of(customer: Customer, at: dt.datetime, listed: Sequence[Reward]) -> list[Offer]:
    """These rewards for the customer, in their order."""
    known, bar = claimability_of(customer, at), _bar(customer)
    bids = highest_bids([one.pk for one in listed if one.type == RewardType.BIDDING])
    return [_offer(reward, known, bids.get(reward.pk), bar) for reward in listed]


def _offer(reward: Reward, known: Claimability, highest: HighestBid | None, bar: Bar | None) -> Offer:
    price, left = known.price(reward), known.left(reward)
    return Offer(
        reward,
        known.reasons(reward),
        price[1] if price else None,
        None if left is None else max(left, 0),
        highest=highest,
        bar=bar,
    )


def _bar(customer: Customer) -> Bar | None:
    if customer.status == Status.SUSPENDED:
        return SUSPENDED
    return None if customer.status == Status.ACTIVE else NOT_A_MEMBER


def is_shown(offer: Offer, at: dt.datetime) -> bool:
    """Whether the customer sees it among the available ones."""
    reward = offer.reward
    if reward.status != RewardStatus.ACTIVE or reward.hidden:
        return False
    if reward.category and reward.category.status == CategoryStatus.HIDDEN:
        return False
    if reward.ends_at and reward.ends_at <= at:
        return False
    if reward.starts_at and reward.starts_at > at and not reward.display_coming_soon:
        return False
    return not (reward.hide_restricted and offer.is_restricted)


def library() -> Mapping[str, Mapping[str, str]]:
    """What customers are told of each reason, by language."""
    return dict(RewardMessage.objects.values_list("code", "texts"))


# What was claimed


def claimed_offers(customer: Customer, at: dt.datetime) -> list[Offer]:
    """Those that the customer has claims of that stand, the last one claimed first; whatever became of the rewards since,
    unless they are archived. Without their coupons: `with_claims` reads these of a page."""
    claimed = _sums(customer)
    listed = list(rewards().filter(pk__in=claimed))
    found = [replace(one, claimed=claimed[one.reward.pk]) for one in offers_of(customer, at, listed)]
    return sorted(found, key=lambda one: (one.claimed.last_at, one.reward.pk), reverse=True)


def with_claims(customer: Customer, offers: Sequence[Offer]) -> list[Offer]:
    """The same with what the customer has claimed of each, and the coupons of that. Three queries."""
    ids = [one.reward.pk for one in offers]
    sums = _sums(customer, ids)
    latest = Claim.objects.filter(STANDS, customer=customer, reward__in=ids).order_by("-event_id")[:MOST_CLAIMS]
    by_reward = defaultdict[int, list[Claim]](list)
    for claim in reversed(list(latest) if sums else []):
        by_reward[claim.reward_id].append(claim)
    coupons = coupons_of([claim for claims in by_reward.values() for claim in claims])
    return [
        replace(
            one,
            claimed=replace(
                sums.get(one.reward.pk, NOTHING_CLAIMED),
                claims=by_reward[one.reward.pk],
                coupons=_each_once(by_reward[one.reward.pk], coupons),
            ),
        )
        for one in offers
    ]


def _sums(customer: Customer, rewards: Collection[int] | None = None) -> dict[int, Claimed]:
    """By reward; one query."""
    claims = Claim.objects.filter(STANDS, customer=customer)
    claims = claims if rewards is None else claims.filter(reward__in=rewards)
    rows = claims.order_by().values_list("reward").annotate(
        Sum("count"), Sum("spent"), Min("claimed_at"), Max("claimed_at")
    )  # fmt: skip
    return {reward: Claimed(number, spent, first, last) for reward, number, spent, first, last in rows}


def _each_once(claims: Sequence[Claim], coupons: Mapping[int, Sequence[Coupon]]) -> list[Coupon]:
    """An aggregated coupon stands as often as it was given."""
    return list({one.pk: one for claim in claims for one in coupons[claim.event_id]}.values())


def open_offers(listed: Sequence[Reward]) -> list[Offer]:
    """These rewards for nobody in particular, at the programme's price. Two queries."""
    currency = general_settings().currency
    return [
        Offer(
            line.reward,
            price=next((line.reward.prices[name] for name in (currency, "") if name in line.reward.prices), None),
            left=line.left,
        )
        for line in lines_of(listed)
    ]
