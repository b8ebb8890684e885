"""What the rules of points read of the programme. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from functools import cached_property

from loyalty.accounts.enums import Expiry
from loyalty.accounts.expiry import ExpiryRule


@dataclass(frozen=True)
class AccountRule:
    id: int
    slug: str
    name: str
    negative_points: bool = False
    # None: its points never expire by themselves.
    expiry: ExpiryRule | None = None


@dataclass(frozen=True)
class Earning:
    """Points for every 100 units of money, by currency; `percentage` of any other one, None: that earns nothing."""

    basis: str
    rounding: str
    percentage: Decimal | None
    percentages: Mapping[str, Decimal]


@dataclass(frozen=True, slots=True)
class BonusRule:
    """An active bonus; its texts are folded to lower case, but product IDs. `ends_at` is exclusive."""

    id: int
    name: str
    multiplier: Decimal | None = None
    points: int = 0
    starts_at: datetime | None = None
    ends_at: datetime | None = None
    products: frozenset[str] = frozenset()
    categories: frozenset[str] = frozenset()
    channels: frozenset[str] = frozenset()
    currency: str | None = None
    minimum: Decimal = Decimal(0)
    customer_limit: int | None = None
    total_limit: int | None = None

    def is_on(self, at: datetime) -> bool:
        return (self.starts_at is None or self.starts_at <= at) and (self.ends_at is None or at < self.ends_at)


@dataclass(frozen=True)
class PointsConfig:
    """What the points mechanism runs under; `earning` and `bonuses` by account id."""

    accounts: Mapping[str, AccountRule]
    default: AccountRule
    earning: Mapping[int, Earning]
    by_id: Mapping[int, AccountRule]
    bonuses: Mapping[int, tuple[BonusRule, ...]] = field(default_factory=dict)
    # By id the bonuses, active or not, whose limits stay used by orders that are refunded in full.
    used_by_refunded: frozenset[int] = frozenset()

    @cached_property
    def by_activity(self) -> tuple[AccountRule, ...]:
        """The accounts whose points expire some time after the last activity."""
        return tuple(rule for rule in self.by_id.values() if rule.expiry and rule.expiry.kind == Expiry.ACTIVITY)
