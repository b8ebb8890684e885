"""What the model remembers of a customer in one structure."""

import datetime as dt
from dataclasses import dataclass, field
from decimal import Decimal

from .days import Period, period_of, window_at
from .structures import Level, Structure


@dataclass
class Count:
    """Points that count on a day, or that leave it; `is_over` after a fall by `reset`."""

    day: dt.date
    points: Decimal
    is_over: bool = False


@dataclass
class Held:
    """The level that a customer has."""

    # Its place in the structure's levels.
    level: int
    since: dt.date
    # On which it was reached, set or renewed.
    valid_from: dt.date
    by_hand: bool = False
    # The expiry that the level has outlived for now.
    grace_from: dt.date | None = None
    # The day as which it is computed anew; `computed` by the rules, whatever was set by hand.
    expdate: dt.date | None = None
    computed: dt.date | None = None


@dataclass(frozen=True)
class TierEvent:
    """`expdate` is that of the level `after`; of a `tier_change` the last day that was named."""

    action: str
    structure: str
    before: str | None
    after: str | None
    points: Decimal | None
    reason: str
    expdate: dt.date | None


@dataclass
class Status:
    structure: Structure
    opted_in: dt.date | None = None
    counts: list[Count] = field(default_factory=list)
    # On which day each lot and each order was counted: (day, whether that was before a fall by `reset`).
    lots: dict[int, Count] = field(default_factory=dict)
    orders: dict[str, Count] = field(default_factory=dict)
    held: Held | None = None
    # The day of the last fall by `reset`.
    reset_on: dt.date | None = None

    def points_at(self, day: dt.date) -> Decimal:
        """The sum of the window."""
        is_in_window = window_at(self.structure, self.opted_in, day)
        return sum((one.points for one in self.counts if not one.is_over and is_in_window(one.day)), Decimal(0))

    def points_in(self, period: Period) -> Decimal:
        in_period = (one for one in self.counts if period.start <= one.day < period.end)
        return sum((one.points for one in in_period if not one.is_over), Decimal(0))

    def net_of(self, day: dt.date) -> Decimal:
        return sum((one.points for one in self.counts if one.day == day and not one.is_over), Decimal(0))

    def period_of(self, day: dt.date) -> Period:
        return period_of(self.structure, self.opted_in, day)

    def reached_at(self, day: dt.date) -> int:
        """Nobody falls below the lowest level."""
        return self.structure.reached_by(self.points_at(day)) or 0

    def holds_at(self, day: dt.date) -> bool:
        return self.held is not None and self.reached_at(day) >= self.held.level

    def count_from(self, day: dt.date) -> None:
        """After a fall by `reset`: what was before counts no longer."""
        self.reset_on = day
        for count in (*self.counts, *self.lots.values(), *self.orders.values()):
            count.is_over = count.is_over or count.day < day

    def is_due(self, day: dt.date) -> bool:
        return bool(self.held and self.held.expdate and self.held.expdate <= day)

    @property
    def level(self) -> Level | None:
        return self.structure.levels[self.held.level] if self.held else None

    def name_of(self, place: int | None) -> str | None:
        return None if place is None else self.structure.levels[place].id
