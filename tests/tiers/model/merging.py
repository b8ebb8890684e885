"""Two statuses in one structure become one."""

import datetime as dt

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
    ours.reset_on = max((day for day in (ours.reset_on, theirs.reset_on) if day), default=None)
    if theirs.counts:
        begin(ours, now)
        _reach_together(ours, now)


def _reach_together(status: Status, now: Moment) -> None:
    """Else the expiry stays; the one that follows the points themselves follows them, unless it was set by hand."""
    if rise(status, now, "merge") or renew_reached(status, now, "merge"):
        return
    follows = status.structure.expiration == "rolling" and status.structure.validity is None
    if follows and status.held and status.held.expdate == status.held.computed:
        validity.compute(status, now.today)


def higher(ours: Held | None, theirs: Held | None) -> Held | None:
    """Of equal levels the one that expires later; none is the latest."""
    if ours is None or theirs is None:
        return ours or theirs
    return max(ours, theirs, key=lambda held: (held.level, held.expdate or dt.date.max))
