"""What the rules of rewards read of the programme. Pure."""

import datetime as dt
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from segments.audience.audience import EVERYONE, Audience, Group

from .enums import CategoryStatus, LockKind, RewardStatus, RewardType, TransferDate

APP = "rewards"
# (2, "weeks").
Interval = tuple[int, str]


@dataclass(frozen=True)
class RewardRule:
    id: int
    slug: str
    # By language.
    name: Mapping[str, str]
    type: RewardType
    status: RewardStatus = RewardStatus.INACTIVE
    # Points by the customer's currency. Under "": of whoever has none.
    prices: Mapping[str, int] = field(default_factory=dict)
    max_price: int | None = None
    price_step: int | None = None
    # The account that pays; None: the default one.
    account: str | None = None
    # A claim gives a code of each.
    pools: tuple[str, ...] = ()
    audience: Audience = EVERYONE
    stores: frozenset[str] = frozenset()
    # From the start, before the end.
    starts_at: dt.datetime | None = None
    ends_at: dt.datetime | None = None
    # Shown before its start, but not claimable.
    coming_soon: bool = False
    hidden: bool = False
    hide_restricted: bool = False
    # How many were ever offered; what is left is that less the claims that stand. None: without end.
    stock: int | None = None
    # Of one customer.
    max_claims: int | None = None
    # From the last claim that stands to the next one.
    repeat_interval: Interval | None = None
    lock: LockKind = LockKind.NONE
    lock_seconds: int = 60
    transferable: bool = False
    transfer_points: int | None = None
    transfer_limit: int | None = None
    transfer_date: TransferDate = TransferDate.REMAIN
    # With MODIFY from the transfer, with EXTEND after the coupon's own last day.
    transfer_expires: Interval | None = None
    category_status: CategoryStatus = CategoryStatus.ACTIVE


@dataclass(frozen=True)
class RewardsConfig:
    """The rewards by their IDs. `currency`: the programme's, of customers who have none of their own."""

    rewards: Mapping[str, RewardRule] = field(default_factory=dict)
    currency: str = ""
    # What customers are told when they cannot claim: by reason, then by language. See `texts.message_of`.
    messages: Mapping[str, Mapping[str, str]] = field(default_factory=dict)

    @cached_property
    def by_id(self) -> Mapping[int, RewardRule]:
        return {rule.id: rule for rule in self.rewards.values()}

    def price_of(self, rule: RewardRule, currency: str | None) -> tuple[str, int] | None:
        """The currency and the points for a customer of this one; None: there is no price for them."""
        for name in [currency] if currency else [self.currency, ""]:
            if name in rule.prices:
                return name, rule.prices[name]
        return None


def config_of(document: Mapping[str, Any], facts: Mapping[str, Any]) -> RewardsConfig:
    """Of a programme: versions from before there were rewards have none."""
    categories = {item["id"]: item["status"] for item in document.get("reward_categories", ())}
    rules = {
        item["id"]: _rule(item, facts["rewards"][item["id"]]["id"], categories) for item in document.get("rewards", ())
    }
    messages = {item["id"]: item["texts"] for item in document.get("reward_messages", ())}
    return RewardsConfig(rules, document.get("settings", {}).get("currency", ""), messages)


_PLAIN = (
    "name", "prices", "max_price", "price_step", "hidden", "hide_restricted", "stock", "max_claims", "lock_seconds",
    "transferable", "transfer_points", "transfer_limit",
)  # fmt: skip


def _rule(item: Mapping[str, Any], id: int, categories: Mapping[str, str]) -> RewardRule:
    return rule_from(
        item.__getitem__,
        id=id,
        slug=item["id"],
        starts_at=_instant(item["starts_at"]),
        ends_at=_instant(item["ends_at"]),
        repeat_interval=_interval(item["repeat_interval"]),
        transfer_expires=_interval(item["transfer_expires"]),
        category_status=CategoryStatus(categories.get(item["category"], CategoryStatus.ACTIVE)),
    )


def rule_from(
    get: Callable[[str], Any],
    *,
    id: int,
    slug: str,
    starts_at: dt.datetime | None,
    ends_at: dt.datetime | None,
    repeat_interval: Interval | None,
    transfer_expires: Interval | None,
    category_status: CategoryStatus,
) -> RewardRule:
    """`get`: what the program file and the table call by the same name; of what they write in two ways the values are given."""
    return RewardRule(
        id=id,
        slug=slug,
        starts_at=starts_at,
        ends_at=ends_at,
        repeat_interval=repeat_interval,
        transfer_expires=transfer_expires,
        category_status=category_status,
        type=RewardType(get("type")),
        status=RewardStatus(get("status")),
        account=get("account") or None,
        pools=tuple(get("pools")),
        audience=audience_of(get("audience")),
        stores=frozenset(get("stores")),
        coming_soon=get("display_coming_soon"),
        lock=LockKind(get("lock")),
        transfer_date=TransferDate(get("transfer_date")),
        **{name: get(name) for name in _PLAIN},
    )


def audience_of(stored: Mapping[str, Any]) -> Audience:
    """As segments have it, without asking whether its groups are there."""
    return Audience(_groups(stored.get("any", ())), _groups(stored.get("not", ())))


def _groups(stored: Any) -> tuple[Group, ...]:
    return tuple(Group(kind, id) for one in stored for kind, id in one.items())


def _instant(text: str | None) -> dt.datetime | None:
    return dt.datetime.fromisoformat(text) if text else None


def _interval(stored: Mapping[str, Any] | None) -> Interval | None:
    return (stored["after"], stored["unit"]) if stored else None
