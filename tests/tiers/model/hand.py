"""Levels and expiries that are set by hand."""

import datetime as dt
from dataclasses import dataclass

from . import validity
from .days import ONE_DAY
from .levels import Tell, event_of
from .status import Held, Status, TierEvent


@dataclass(frozen=True)
class Change:
    """`names_day`: a last day is named, or with None that there is none."""

    tier: str | None = None
    names_day: bool = False
    last_day: dt.date | None = None


def is_allowed(status: Status, change: Change, today: dt.date) -> bool:
    held, structure = status.held, status.structure
    if change.last_day and change.last_day < today:
        return False
    level = held.level if held else None
    if change.tier is not None:
        level = structure.place_of(change.tier)
        if held and level == held.level:
            return False
        if structure.method == "keep_highest" and level < status.reached_at(today):
            return False
    elif not change.names_day or level is None:
        return False
    return not (change.last_day and level == 0)


def set_by_hand(status: Status, change: Change, today: dt.date, tell: Tell) -> None:
    before = status.held.level if status.held else None
    if change.tier is not None:
        status.held = Held(status.structure.place_of(change.tier), today, today, by_hand=True)
    held = status.held
    assert held
    validity.compute(status, today)
    if change.names_day:
        held.expdate = change.last_day + ONE_DAY if change.last_day else None
    tell(TierEvent("tier_change", status.structure.id, None, change.tier, None, "manual", change.last_day))
    if change.tier is not None:
        action = "tier_up" if before is None or held.level > before else "tier_down"
        tell(event_of(status, action, before, status.points_at(today), "manual"))
