"""What the engine holds of tiers: a customer's standing in each structure, and status points by day. Pure."""

import datetime as dt
from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from loyalty.engine.state import Part, Row, State, Table

from .config import StructureRule
from .rules import Standing

_DATES = ("expires_on", "computed_on", "grace_from", "counts_from")
_TIER_COLUMNS = {
    "customer_id": "bigint",
    "structure_id": "bigint",
    "level_id": "bigint",
    "since": "timestamptz",
    "event_id": "bigint",
    "manual": "boolean",
    **dict.fromkeys(_DATES, "date"),
    "announced_on": "date",
}


class TierRow(Row):
    """Where a customer stands; `level_id` is None while only points are counted."""

    __slots__ = tuple(_TIER_COLUMNS)
    TABLE = Table(
        name="tiers_customertier",
        columns=_TIER_COLUMNS,
        key=("customer_id", "structure_id"),
        mutable=("level_id", "since", "event_id", "manual", *_DATES, "announced_on"),
    )

    customer_id: int
    structure_id: int
    level_id: int | None
    since: dt.datetime | None
    event_id: int | None
    manual: bool
    expires_on: dt.date | None
    computed_on: dt.date | None
    grace_from: dt.date | None
    counts_from: dt.date | None
    announced_on: dt.date | None

    @classmethod
    def new(cls, customer_id: int, structure_id: int) -> "TierRow":
        return cls.load((customer_id, structure_id, None, None, None, False, None, None, None, None, None))

    def standing(self, rule: StructureRule) -> Standing:
        """A level that was removed is none."""
        level = rule.places.get(self.level_id) if self.level_id is not None else None
        return Standing(level, self.manual, self.expires_on, self.computed_on, self.grace_from, self.counts_from)

    def set(self, standing: Standing, rule: StructureRule) -> None:
        self.level_id = None if standing.level is None else rule.levels[standing.level].id
        self.manual, self.expires_on, self.computed_on = standing.manual, standing.expires, standing.computed
        self.grace_from, self.counts_from = standing.grace, standing.counts_from


_DAY_COLUMNS = {"customer_id": "bigint", "structure_id": "bigint", "day": "date", "points": "numeric"}


class DayRow(Row):
    """The status points of one local day."""

    __slots__ = tuple(_DAY_COLUMNS)
    TABLE = Table(
        name="tiers_statusday",
        columns=_DAY_COLUMNS,
        key=("customer_id", "structure_id", "day"),
        mutable=("points",),
    )

    customer_id: int
    structure_id: int
    day: dt.date
    points: Decimal


_LATE_COLUMNS = {"customer_id": "bigint", "structure_id": "bigint", "about": "bigint", "day": "date"}


class LateRow(Row):
    """What arrived too late for its own day: `about` is the event that earned, or the order, and `day` where it counts."""

    __slots__ = tuple(_LATE_COLUMNS)
    TABLE = Table(
        name="tiers_latepoints",
        columns=_LATE_COLUMNS,
        key=("customer_id", "structure_id", "about"),
    )

    customer_id: int
    structure_id: int
    about: int
    day: dt.date


def _put_tier(state: State, row: Sequence[Any]) -> None:
    *columns, days, points = row
    found = TierRow.load(columns)
    state.part("tiers")[found.structure_id] = found
    filed = state.part("status_days")
    for day, number in zip(days or (), points or (), strict=True):
        filed[found.structure_id, day] = DayRow.load((found.customer_id, found.structure_id, day, number))


# Whoever has days has a row, so one statement reads both.
TIERS = Part(
    "tiers",
    f"SELECT {', '.join(f't.{name}' for name in _TIER_COLUMNS)}, d.days, d.points FROM tiers_customertier t"
    " CROSS JOIN LATERAL (SELECT array_agg(day) AS days, array_agg(points) AS points FROM tiers_statusday"
    " WHERE customer_id = t.customer_id AND structure_id = t.structure_id) d WHERE t.customer_id IN ({customers})",
    _put_tier,
)
LATE = Part(
    "late_points",
    f"SELECT {', '.join(_LATE_COLUMNS)} FROM tiers_latepoints WHERE customer_id IN ({{customers}})",
    lambda state, row: state.part("late_points").update({(row[1], row[2]): LateRow.load(row)}),
)
# By what action lots were earned: only structures that count certain actions ask.
EARNED_BY = Part(
    "earned_by",
    "SELECT survivor, v.id, v.action FROM {family} family JOIN points_lot l ON l.customer_id = family.survivor"
    " JOIN events_event v ON v.customer_id = family.id AND v.id = l.event_id",
    lambda state, row: state.part("earned_by").update({row[1]: row[2]}),
)


def days_of(state: State, structure_id: int) -> dict[dt.date, Decimal]:
    """The status points in the structure, by day."""
    return {day: row.points for (structure, day), row in state.part("status_days").items() if structure == structure_id}
