"""Two statuses in one structure become one."""

import datetime as dt
from dataclasses import replace

from . import validity
from .levels import Moment, begin, renew_reached, rise
from .status import Held, Status


def merge(ours: Status, theirs: Status, first_lot: int, now: Moment) -> None:
    """Into `ours`; `first_lot` is the number that the first of their lots has now."""
    ours.held = higher(ours.held, theirs.held)
    ours.counts += theirs.counts
    ours.lots |= {first_lot + number: count for number, count in theirs.lots.items()}
    ours.orders |= theirs.orders
    ours.opted_in = min((day for day in (ours.opted_in, theirs.opted_in) if day), default=None)
    reset_on = max((day for day in (ours.reset_on, theirs.reset_on) if day), default=None)
    if reset_on:
        ours.count_from(reset_on)
    if theirs.counts:
        begin(ours, now)
        _reach_together(ours, now)


def _reach_together(status: Status, now: Moment) -> None:
    """Else the expiry is computed anew, unless it was set by hand, or would come forward."""
    before = replace(status.held) if status.held else None
    if rise(status, now, "merge") or renew_reached(status, now, "merge") or status.held is None:
        return
    validity.compute(status, now.today)
    is_sooner = before and (status.held.expdate or dt.date.max) < (before.expdate or dt.date.max)
    if before and (is_sooner or before.expdate != before.computed):
        status.held = before


def higher(ours: Held | None, theirs: Held | None) -> Held | None:
    """Of equal levels the one that expires later; none is the latest."""
    if ours is None or theirs is None:
        return ours or theirs
    return max(ours, theirs, key=lambda held: (held.level, held.expdate or dt.date.max))
