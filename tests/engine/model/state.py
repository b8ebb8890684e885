"""What the model remembers: one dictionary a customer, and of an order its lines."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from .values import Data

TEXT_FIELDS = ("first_name", "last_name", "language", "email")
CODE_FIELDS = {"country": 2, "currency": 3}


@dataclass(frozen=True)
class Earning:
    basis: str
    rounding: str
    percentage: str
    rates: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Expiry:
    """`after` units, for the rules rolling and activity; `month` and `day` for the calendar's."""

    rule: str
    after: int | None = None
    unit: str = "days"
    month: int | None = None
    day: int | None = None
    # Of the last activity: what counts as one. Empty: everything that earns or spends.
    actions: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Custom:
    points: int
    one_time: bool = False
    pending_days: int | None = None


@dataclass(frozen=True)
class Setup:
    """`accounts`: slug → how purchases earn in it, or None; `custom`: action → what the brand said of it."""

    auto_subscribe: str
    accounts: Mapping[str, Earning | None]
    custom: Mapping[str, Custom]
    currency: str = "EUR"
    default: str = "main"
    # Accounts that may go below zero.
    negative: frozenset[str] = frozenset()
    expiry: Mapping[str, Expiry] = field(default_factory=dict)
    zone: str = "UTC"
    # The module Checkout accept, and after how many days it accepts by itself.
    accept: bool = False
    accept_after_days: int | None = None
    # What has no percentage of its own earns by the general one.
    unknown_currencies: bool = False


@dataclass
class Sent:
    customer: str
    action: str
    data: Data
    account: str | None = None
    nonce: str | None = None
    guest: bool = False


@dataclass
class Lot:
    account: str
    # Number of the event that earned it.
    event: int
    points: int
    left: int
    expired: int
    earned_at: dt.datetime
    expires_at: dt.datetime | None


@dataclass
class Balance:
    earned: int = 0
    spent: int = 0
    expired: int = 0
    reserved: int = 0
    pending: int = 0
    debt: int = 0
    active_at: dt.datetime | None = None

    @property
    def spendable(self) -> int:
        return self.earned - self.spent - self.expired - self.reserved + self.debt


@dataclass
class Event:
    action: str
    data: Data
    transaction: str | None
    when: dt.datetime
    recorded: dt.datetime
    points: int = 0
    account: str | None = None
    cause: int | None = None


@dataclass
class Pending:
    event: int
    account: str
    points: int
    transaction: str | None = None
    line: int | None = None
    due_at: dt.datetime | None = None
    settled_by: int | None = None


@dataclass
class Use:
    """Points of a lot that are in use, and the number of the event that used it last."""

    points: int = 0
    last: int = 0


@dataclass
class Line:
    product_id: str | None
    quantity: Decimal
    subtotal: Decimal
    item: Data
    # The sender's name of it within the order.
    id: str | None = None
    refunded: Decimal = Decimal(0)
    returned: Decimal = Decimal(0)
    earned: int = 0
    accepted: bool = False
    # Number of the lot that it earned.
    lot: int | None = None

    @property
    def cost(self) -> Decimal:
        """A line below nothing costs nothing: it lowers what the others cost."""
        return max(self.subtotal, Decimal(0))

    @property
    def lowers(self) -> bool:
        return self.quantity < 0 or self.subtotal < 0

    @property
    def left(self) -> Decimal:
        return self.quantity - self.returned


@dataclass
class Order:
    id: str
    # The how-manieth of the whole brand.
    rank: int
    created_at: dt.datetime
    updated_at: dt.datetime
    status: str = "draft"
    event: int | None = None
    account: str | None = None
    currency: str | None = None
    total: Decimal = Decimal(0)
    refunded: Decimal = Decimal(0)
    lines: list[Line] = field(default_factory=list)
    # What the order earned as a whole; the lines say of their own. What was taken back is counted together.
    earned: int = 0
    taken_back: int = 0
    lot: int | None = None
    burned: int = 0
    given_back: int = 0
    checkout_at: dt.datetime | None = None
    accept_at: dt.datetime | None = None
    accepted_at: dt.datetime | None = None
    # Number of the lot → points that are reserved in it, that were burned of it.
    held: dict[int, Use] = field(default_factory=dict)
    used: dict[int, Use] = field(default_factory=dict)

    def place_of(self, line: Line) -> int:
        return next(place for place, other in enumerate(self.lines) if other is line)

    @property
    def reserved(self) -> int:
        return sum(use.points for use in self.held.values())

    @property
    def all_earned(self) -> int:
        return self.earned + sum(line.earned for line in self.lines)


@dataclass
class Member:
    created_at: dt.datetime
    # The how-manieth customer.
    rank: int
    fields: Data
    properties: Data = field(default_factory=dict)
    balances: dict[str, Balance] = field(default_factory=dict)
    lots: list[Lot] = field(default_factory=list)
    events: list[Event] = field(default_factory=list)
    # (number of the event, account, kind, points, number of the lot; None is debt or pending)
    entries: list[tuple[int, str, str, int, int | None]] = field(default_factory=list)
    pending: list[Pending] = field(default_factory=list)
    orders: dict[str, Order] = field(default_factory=dict)
    in_use: dict[int, Use] = field(default_factory=dict)
    told: int = 0
    # What the programme calls the events, as far as it has told.
    ids: list[int] = field(default_factory=list)


@dataclass
class Guest:
    data: Data
    account: str | None
    when: dt.datetime
    claimed_by: str | None = None


def new_member(at: dt.datetime, rank: int) -> Member:
    nothing = dict.fromkeys(
        (*TEXT_FIELDS, *CODE_FIELDS, "birth_date", "optin_at", "login", "first", "last", "earn", "spend")
    )
    return Member(at, rank, {**nothing, "status": "inactive", "total": Decimal(0), "count": 0, "items": 0})


def lots_in_order(member: Member, account: str) -> list[int]:
    """Earliest-expiring first, never-expiring last, then by earning time, then oldest."""
    never, lots = dt.datetime.max.replace(tzinfo=dt.UTC), member.lots
    own: list[Any] = [index for index, lot in enumerate(lots) if lot.account == account]
    return sorted(own, key=lambda index: (lots[index].expires_at or never, lots[index].earned_at, index))
