"""What decides about claims of a customer, of all rewards in a fixed number of queries; how many are taken; bids."""

import datetime as dt
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db import connection
from django.db.models import QuerySet

from coupons.enums import CouponStatus
from coupons.models import Coupon
from customers.models import Customer
from loyalty.program.queries import general_settings
from rewards.catalogue.config import RewardRule, RewardsConfig, rule_from
from rewards.catalogue.enums import CategoryStatus, RewardType
from rewards.catalogue.models import Reward
from segments.audience.audience import Group
from segments.audience.kinds import held_groups

from .models import Claim, HighestBid
from .rows import CLAIMS_OF_COUPON, TIMES_GIVEN, ClaimRow
from .rules import ONE, Asked, Had, Reason, Standing, bid_reasons, least_bid, reasons

_TAKEN = """
    SELECT r.id, CASE WHEN r.stock IS NOT NULL THEN t.taken ELSE coalesce((
        SELECT sum(count) FROM claims_claim c WHERE c.reward_id = r.id AND c.revoked_by IS NULL), 0)::bigint END
    FROM rewards_reward r JOIN claims_taken t ON t.reward_id = r.id WHERE r.id = ANY(%s)
"""
# What stands in the way of everybody: of rewards with a stock how many are left, and until when one is locked.
_LEFT = """
    SELECT t.reward_id, r.stock - t.taken, t.locked_until FROM claims_taken t JOIN rewards_reward r ON r.id = t.reward_id
    WHERE r.status = 'active' AND (r.stock IS NOT NULL OR t.locked_until IS NOT NULL)
"""
_SPENDABLE = """
    SELECT a.slug, a.is_default, b.spendable FROM points_balance b JOIN points_account a ON a.id = b.account_id
    WHERE b.customer_id = %s
"""
_HAD = """
    SELECT reward_id, sum(count)::bigint, max(claimed_at) FROM claims_claim
    WHERE customer_id = %s AND revoked_by IS NULL GROUP BY reward_id
"""
# Of what no code is left, of all pools that rewards name.
_EMPTY = """
    SELECT p.slug FROM coupons_pool p
    WHERE p.slug IN (SELECT unnest(pools) FROM rewards_reward WHERE status = 'active') AND p.source NOT IN ('generated', 'remote')
        AND NOT EXISTS (SELECT FROM coupons_coupon c WHERE c.pool_id = p.id AND c.status = 'unassigned')
"""
# Those whose reward does not let them go over, or not once more: by the last claim that stands, as the engine has it.
_KEPT = f"""
    SELECT found.id FROM (
        SELECT DISTINCT ON (k.id) k.id, c.reward_id, {TIMES_GIVEN} AS times FROM coupons_coupon k {CLAIMS_OF_COUPON}
        WHERE k.id = ANY(%s) ORDER BY k.id, c.event_id DESC
    ) found JOIN rewards_reward r ON r.id = found.reward_id
    WHERE NOT r.transferable OR r.transfer_limit <= found.times
"""  # of constants of the room


@dataclass(frozen=True)
class Claimability:
    """What a customer can claim at an instant, and why not. Nothing more is read."""

    standing: Standing
    config: RewardsConfig
    at: dt.datetime
    zone: dt.tzinfo
    _rules: dict[int, RewardRule] = field(default_factory=dict)

    def rule(self, reward: Reward) -> RewardRule:
        """Made once, whatever is asked of it."""
        if reward.pk not in self._rules:
            self._rules[reward.pk] = rule_of(reward)
        return self._rules[reward.pk]

    def reasons(self, reward: Reward, asked: Asked = ONE) -> list[Reason]:
        """All that is in the way, of a bid where it is bid for; none: now."""
        rule = self.rule(reward)
        if rule.type == RewardType.BIDDING:
            return bid_reasons(rule, self.standing, self.config, at=self.at, zone=self.zone)
        return reasons(rule, self.standing, self.config, at=self.at, zone=self.zone, asked=asked)

    def price(self, reward: Reward) -> tuple[str, int] | None:
        """The currency and the points for this customer; None: there is no price for them."""
        return self.config.price_of(self.rule(reward), self.standing.currency)

    def left(self, reward: Reward) -> int | None:
        """None: without end."""
        return self.standing.left.get(reward.pk)

    def least_bid(self, reward: Reward, highest: int | None) -> int:
        _, price = self.price(reward) or ("", 0)
        return least_bid(self.rule(reward), price, highest)


def claimability_of(customer: Customer, at: dt.datetime) -> Claimability:
    """Of all rewards: a fixed number of queries, however many there are."""
    config = RewardsConfig(currency=general_settings().currency)
    return Claimability(standing_of(customer), config, at, ZoneInfo(settings.TIME_ZONE))


def standing_of(customer: Customer) -> Standing:
    with connection.cursor() as cursor:
        left = cursor.execute(_LEFT).fetchall()
        groups = cursor.execute(held_groups("%(customer)s"), {"customer": customer.id}).fetchall()
        balances = cursor.execute(_SPENDABLE, [customer.id]).fetchall()
        had = cursor.execute(_HAD, [customer.id]).fetchall()
        empty = cursor.execute(_EMPTY).fetchall()
    return Standing(
        currency=(customer.currency or "").upper() or None,
        groups={Group(kind, id): admits for _, kind, id, admits in groups},
        spendable=_by_account(balances),
        had={reward: Had(number, last_at) for reward, number, last_at in had},
        left={reward: number for reward, number, _ in left if number is not None},
        locked={reward: until for reward, _, until in left if until is not None},
        empty=frozenset(slug for (slug,) in empty),
    )


def _by_account(balances: Sequence[tuple[str, bool, int]]) -> Mapping[str | None, int]:
    """Under None, of the default account."""
    found = dict[str | None, int]()
    for slug, is_default, points in balances:
        found |= dict.fromkeys((slug, None) if is_default else (slug,), points)
    return found


def rule_of(reward: Reward) -> RewardRule:
    """As the programme's configuration has it, of a row; its category is read with it where it has one."""
    return rule_from(
        partial(getattr, reward),
        id=reward.pk,
        slug=reward.slug,
        starts_at=reward.starts_at,
        ends_at=reward.ends_at,
        repeat_interval=(reward.repeat_after, reward.repeat_unit) if reward.repeat_after else None,
        transfer_expires=(reward.transfer_after, reward.transfer_unit) if reward.transfer_after else None,
        category_status=CategoryStatus(reward.category.status) if reward.category else CategoryStatus.ACTIVE,
    )


# Claims


def claims_of(customer: Customer) -> QuerySet[Claim]:
    """Whatever became of them, the last ones first."""
    return Claim.objects.filter(customer=customer).select_related("reward").order_by("-event_id")


def coupons_of(claims: Collection[Claim | ClaimRow]) -> Mapping[int, Sequence[Coupon]]:
    """By the event of the claim, its coupons in their order: those that the claimant holds, and in place of one that they have
    given away their own row, which says so. One query, one more where some are not theirs any more; without any none."""
    ids = {id for claim in claims for id in claim.coupons}
    found = {row.pk: row for row in _with_owners(pk__in=ids)} if ids else {}
    given = [(claim, found[id]) for claim in claims for id in claim.coupons if id in found]
    gone = {row.folded for claim, row in given if _owner(row) != claim.customer_id}
    kept = _given_away({claim.customer_id for claim in claims}, gone) if gone else {}
    coupons: dict[int, list[Coupon]] = {claim.event_id: [] for claim in claims}
    for claim, row in given:
        is_own = _owner(row) == claim.customer_id
        if own := row if is_own else kept.get((claim.customer_id, row.pool_id, row.folded)):
            coupons[claim.event_id].append(own)
    return coupons


def _with_owners(**where: Any) -> QuerySet[Coupon]:
    return Coupon.objects.filter(**where).select_related("pool", "customer__merge")


def _owner(coupon: Coupon) -> int | None:
    """Of what a merge left with the profile that was merged away: the survivor."""
    merge = getattr(coupon.customer, "merge", None)
    return merge.survivor_id if merge else coupon.customer_id


def _given_away(givers: Collection[int], codes: Collection[str]) -> Mapping[tuple[int | None, int, str], Coupon]:
    """What the givers keep of these codes, by giver and pool; of one that came back and was given away again, the last one."""
    found = _with_owners(customer__in=givers, folded__in=codes, status=CouponStatus.TRANSFERRED).order_by("id")
    return {(row.customer_id, row.pool_id, row.folded): row for row in found}


def kept_coupons(coupons: Collection[int]) -> Collection[int]:
    """Of these, those whose rewards do not let their holders transfer them; one query."""
    with connection.cursor() as cursor:
        cursor.execute(_KEPT, [list(coupons)])
        return {id for (id,) in cursor.fetchall()}


def taken_of(rewards: Collection[int]) -> Mapping[int, int]:
    """By reward, how many the claims that stand have taken; one query."""
    with connection.cursor() as cursor:
        cursor.execute(_TAKEN, [list(rewards)])
        return dict(cursor.fetchall())


def highest_bids(rewards: Collection[int]) -> Mapping[int, HighestBid]:
    """By reward, those that there are; one query."""
    return {row.reward_id: row for row in HighestBid.objects.filter(reward_id__in=rewards)}
