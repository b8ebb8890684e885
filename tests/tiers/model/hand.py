"""Levels and expiries that are set by hand."""

import datetime as dt
from dataclasses import dataclass, replace

from . import validity
from .days import ONE_DAY
from .levels import Moment, event_of
from .status import Held, Status, TierEvent


@dataclass(frozen=True)
class Change:
    """`names_day`: a last day is named, or with None that there is none."""

    tier: str | None = None
    names_day: bool = False
    last_day: dt.date | None = None

    @property
    def expdate(self) -> dt.date | None:
        return self.last_day + ONE_DAY if self.last_day else None


def is_allowed(status: Status, change: Change, today: dt.date) -> bool:
    held, structure = status.held, status.structure
    if change.tier is not None:
        level = structure.place_of(change.tier)
        is_below_points = structure.method == "keep_highest" and level < status.reached_at(today)
        if (held and level == held.level) or is_below_points:
            return False
    elif held is None or not change.names_day or change.expdate == held.expdate:
        return False
    return change.last_day is None or _may_end(status, change, today)


def _may_end(status: Status, change: Change, today: dt.date) -> bool:
    """No day in the past, and none for a level that does not expire."""
    assert change.last_day
    structure = status.structure
    level = structure.place_of(change.tier) if change.tier else status.held.level if status.held else 0
    would_be = replace(status, held=Held(level, today, today))
    return change.last_day >= today and validity.has_expiry(would_be)


def set_by_hand(status: Status, change: Change, now: Moment) -> None:
    before = status.held.level if status.held else None
    if change.tier is not None:
        status.held = Held(status.structure.place_of(change.tier), now.since, now.today, by_hand=True)
    held = status.held
    assert held
    validity.compute(status, now.today)
    if change.names_day:
        held.expdate = change.expdate
    now.tell(
        TierEvent(
            "tier_change", status.structure.id, status.name_of(before), change.tier, None, "manual", change.last_day
        )
    )
    if change.tier is not None:
        action = "tier_up" if before is None or held.level > before else "tier_down"
        now.tell(event_of(status, action, before, status.points_at(now.today), "manual"))
