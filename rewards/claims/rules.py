"""Why a customer cannot claim a reward, all of it: one function for the engine, for lists and for pages. Pure."""

import datetime as dt
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from coupons.codes import EXHAUSTED
from loyalty.refusals import MissingField, Refused, WrongField
from rewards.catalogue.config import Interval, RewardRule, RewardsConfig
from rewards.catalogue.enums import CategoryStatus, LockKind, ReasonCode, RewardStatus, RewardType
from rewards.catalogue.schedule import BY_THE_CLOCK, later_by_calendar, later_by_clock
from segments.audience.audience import Group

from .codes import LIMIT, LOCKED, NO_PRICE, NO_STOCK, NOT_ACTIVE, NOT_ELIGIBLE, TOO_FEW_POINTS

# Of these the customer says how many points it shall cost.
DYNAMIC = frozenset({RewardType.DYNAMIC, RewardType.DYNAMIC_COUPON})
# The wire's number of each reason, and what it says; the first of several is the public one.
CODES: Mapping[ReasonCode, tuple[int, str]] = {
    ReasonCode.INACTIVE: (NOT_ACTIVE, "Reward is not active"),
    ReasonCode.NOT_STARTED: (NOT_ACTIVE, "Reward is not active"),
    ReasonCode.ENDED: (NOT_ACTIVE, "Reward is not active"),
    ReasonCode.AUDIENCE: (NOT_ELIGIBLE, "Customer is not eligible for this reward"),
    ReasonCode.STOCK: (NO_STOCK, "Reward stock ran out"),
    ReasonCode.LIMIT: (LIMIT, "Customer can't claim this reward more times"),
    ReasonCode.INTERVAL: (LIMIT, "Customer can't claim this reward more times"),
    ReasonCode.PRICE: (NO_PRICE, "Reward has no price in the customer's currency"),
    ReasonCode.POINTS: (TOO_FEW_POINTS, "Customer does not have enough points"),
    ReasonCode.LOCK: (LOCKED, "Reward is locked for the moment"),
    ReasonCode.CODES: (EXHAUSTED, "Ran out of coupons"),
}


@dataclass(frozen=True)
class Reason:
    """`numbers` are what people and programs can do something with, by name:

    inactive: `status`; not_started: `starts_at`; ended: `ends_at` (aware times); audience: `not_in` or `in` (lists of
    "segment:buyers"), or `store`; stock: `left`, `wanted`; limit: `limit`, `claimed`; interval: `again_at`; price:
    `currency`; points: `required`, `available`, `missing`; lock: `until`; codes: `pool`.
    """

    reason: ReasonCode
    numbers: Mapping[str, Any] = field(default_factory=dict)

    @property
    def code(self) -> int:
        """The wire's number."""
        return CODES[self.reason][0]

    def told(self) -> dict[str, Any]:
        """As answers have it: times in ISO 8601."""
        numbers = {name: one.isoformat() if isinstance(one, dt.datetime) else one for name, one in self.numbers.items()}
        return {"code": self.code, "reason": self.reason.value, **numbers}


@dataclass(frozen=True)
class Had:
    """Of one reward, the customer's claims that stand: how many of it, and when the last one was."""

    number: int = 0
    last_at: dt.datetime | None = None


NEVER = Had()


@dataclass(frozen=True)
class Standing:
    """What of a customer and of the stocks decides about claims. Rewards by their internal ids, pools by their IDs.

    `groups`: those that the customer is in, and whether they admit. `spendable`: by account, None for the default one.
    `left`: of rewards with a stock that is known. `locked`: until when a reward is locked for everybody.
    `empty`: pools without a code.
    """

    currency: str | None = None
    groups: Mapping[Group, bool] = field(default_factory=dict)
    spendable: Mapping[str | None, int] = field(default_factory=dict)
    had: Mapping[int, Had] = field(default_factory=dict)
    left: Mapping[int, int] = field(default_factory=dict)
    locked: Mapping[int, dt.datetime] = field(default_factory=dict)
    empty: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Asked:
    """How many of a reward somebody wants, for how many points each where they choose them, in which store."""

    count: int = 1
    points: int | None = None
    store: str | None = None
    # By staff: free, and only what there is too little of is in the way.
    forced: bool = False


ONE = Asked()


def reasons(
    rule: RewardRule, standing: Standing, config: RewardsConfig, *, at: dt.datetime, zone: dt.tzinfo, asked: Asked = ONE
) -> list[Reason]:
    """All that is in the way of a claim at this time, in the order of the public codes; none: it can be claimed.

    Raises nothing: that `asked.points` are none that the reward can cost is said by `check_points`.
    """
    case = _Case(rule, standing, config, at, zone, asked)
    checks = FORCED_CHECKS if asked.forced else CHECKS
    return [found for check in checks for found in check(case)]


@dataclass(frozen=True)
class _Case:
    rule: RewardRule
    standing: Standing
    config: RewardsConfig
    at: dt.datetime
    zone: dt.tzinfo
    asked: Asked


def _not_active(case: _Case) -> Iterator[Reason]:
    rule = case.rule
    if rule.status != RewardStatus.ACTIVE:
        yield Reason(ReasonCode.INACTIVE, {"status": rule.status.value})
    elif rule.category_status == CategoryStatus.COMING_SOON:
        yield Reason(ReasonCode.INACTIVE, {"status": rule.category_status.value})
    if rule.starts_at is not None and case.at < rule.starts_at:
        yield Reason(ReasonCode.NOT_STARTED, {"starts_at": rule.starts_at})
    if rule.ends_at is not None and case.at >= rule.ends_at:
        yield Reason(ReasonCode.ENDED, {"ends_at": rule.ends_at})


def _not_eligible(case: _Case) -> Iterator[Reason]:
    """Whom a group keeps out is kept out by an inactive one as well; it admits nobody."""
    audience, groups = case.rule.audience, case.standing.groups
    if audience.admitted and not any(groups.get(group) for group in audience.admitted):
        yield Reason(ReasonCode.AUDIENCE, {"not_in": _named(audience.admitted)})
    if kept_out := [group for group in audience.kept_out if group in groups]:
        yield Reason(ReasonCode.AUDIENCE, {"in": _named(kept_out)})
    if case.rule.stores and case.asked.store is not None and case.asked.store not in case.rule.stores:
        yield Reason(ReasonCode.AUDIENCE, {"store": case.asked.store})


def _named(groups: Sequence[Group]) -> list[str]:
    return [f"{group.kind}:{group.id}" for group in groups]


def _no_stock(case: _Case) -> Iterator[Reason]:
    left = case.standing.left.get(case.rule.id)
    if left is not None and left < case.asked.count:
        yield Reason(ReasonCode.STOCK, {"left": max(left, 0), "wanted": case.asked.count})


def _limit(case: _Case) -> Iterator[Reason]:
    """With an interval, one at a time."""
    rule, had = case.rule, case.standing.had.get(case.rule.id, NEVER)
    if rule.max_claims is not None and had.number + case.asked.count > rule.max_claims:
        yield Reason(ReasonCode.LIMIT, {"limit": rule.max_claims, "claimed": had.number})
    if rule.repeat_interval is not None:
        if case.asked.count > 1:
            yield Reason(ReasonCode.LIMIT, {"limit": 1, "claimed": 0})
        again_at = after(had.last_at, rule.repeat_interval, case.zone) if had.last_at else None
        if again_at and case.at < again_at:
            yield Reason(ReasonCode.INTERVAL, {"again_at": again_at})


def _price(case: _Case) -> Iterator[Reason]:
    if case.config.price_of(case.rule, case.standing.currency) is None:
        yield Reason(ReasonCode.PRICE, {"currency": case.standing.currency or case.config.currency})


def _points(case: _Case) -> Iterator[Reason]:
    price = case.config.price_of(case.rule, case.standing.currency)
    if price is None:
        return
    required = cost(case.rule, price[1], case.asked)
    if found := missing_points(required, case.standing.spendable.get(case.rule.account, 0)):
        yield found


def missing_points(required: int, available: int) -> Reason | None:
    if required <= available:
        return None
    return Reason(ReasonCode.POINTS, {"required": required, "available": available, "missing": required - available})


def _locked(case: _Case) -> Iterator[Reason]:
    rule, seconds = case.rule, dt.timedelta(seconds=case.rule.lock_seconds)
    until = None
    if rule.lock == LockKind.REWARD:
        until = case.standing.locked.get(rule.id)
    elif rule.lock == LockKind.CUSTOMER:
        last_at = case.standing.had.get(rule.id, NEVER).last_at
        until = last_at + seconds if last_at else None
    if until is not None and case.at < until:
        yield Reason(ReasonCode.LOCK, {"until": until})


def _no_code(case: _Case) -> Iterator[Reason]:
    for pool in case.rule.pools:
        if pool in case.standing.empty:
            yield Reason(ReasonCode.CODES, {"pool": pool})


# In the order of the public codes.
CHECKS: Sequence[Callable[[_Case], Iterator[Reason]]] = (
    _not_active, _not_eligible, _no_stock, _limit, _price, _points, _locked, _no_code,
)  # fmt: skip
# What there is too little of cannot be had by force either.
FORCED_CHECKS = (_no_stock, _no_code)


def bid_reasons(
    rule: RewardRule, standing: Standing, config: RewardsConfig, *, at: dt.datetime, zone: dt.tzinfo
) -> list[Reason]:
    """All that is in the way of a bid, but that it is too low or that points are missing for it."""
    case = _Case(rule, standing, config, at, zone, ONE)
    return [found for check in (_not_active, _not_eligible, _price) for found in check(case)]


def least_bid(rule: RewardRule, price: int, highest: int | None) -> int:
    """The price at first, or a step; then a step more than the highest one."""
    step = rule.price_step or 1
    return max(price, step) if highest is None else highest + step


def after(at: dt.datetime, interval: Interval, zone: dt.tzinfo) -> dt.datetime:
    """So much later: hours and minutes by the clock, days and longer by the calendar at the same time of the day."""
    number, unit = interval
    if unit in BY_THE_CLOCK:
        return later_by_clock(at, number, unit)
    local = at.astimezone(zone)
    day = later_by_calendar(local.date(), number, unit)
    return dt.datetime.combine(day, local.time(), zone).astimezone(dt.UTC)


def cost(rule: RewardRule, price: int, asked: Asked) -> int:
    """In points, for all that are asked for."""
    if asked.forced:
        return 0
    each = asked.points if rule.type in DYNAMIC and asked.points is not None else price
    return each * asked.count


def check_points(rule: RewardRule, price: int, points: int | None) -> None:
    """Of a reward whose price the customer chooses: from the price to the highest one, in steps. Raises Refused."""
    if rule.type not in DYNAMIC:
        if points is not None:
            raise WrongField("points", "is of rewards whose price the customer chooses")
        return
    if points is None:
        raise MissingField("points")
    if points < price or (rule.max_price is not None and points > rule.max_price):
        most = "" if rule.max_price is None else f" and at most {rule.max_price}"
        raise WrongField("points", f"must be at least {price}{most}")
    if rule.price_step and (points - price) % rule.price_step:
        raise WrongField("points", f"must be {price}, or so many steps of {rule.price_step} more")


class NotClaimable(Refused):
    """By the code of the first reason; `reasons` are all of them, which the API shows beside it."""

    def __init__(self, found: Sequence[Reason]) -> None:
        code, message = CODES[found[0].reason]
        super().__init__(code, message, field="points" if code == TOO_FEW_POINTS else "reward")
        self.reasons = found
        self.details = {"reasons": [reason.told() for reason in found]}
