"""What becomes of a level on the day of its expiry."""

import datetime as dt
from collections.abc import Callable

from . import validity
from .levels import Moment, move, renew, rise
from .status import Held, Status, TierEvent


def expire_due(status: Status, today: dt.date, tell: Callable[[TierEvent], None]) -> None:
    """By the timer, or before the next action that counts points; a timer that was long away comes to several."""
    while status.is_due(today):
        assert status.held
        assert status.held.expdate
        _expire(status, status.held, Moment(status.held.expdate, status.held.expdate, tell))


def _expire(status: Status, held: Held, now: Moment) -> None:
    """All as of the day of the expiry, whenever it is seen to. By `reset` nothing is held, and nothing has a grace."""
    if status.structure.method == "reset":
        _fall(status, held, now)
    elif rise(status, now, "expiry"):
        pass
    elif status.holds_at(now.today):
        renew(status, held.grace_from or now.today, status.points_at(now.today), "expiry", now)
    elif status.structure.level_grace_days and held.grace_from is None:
        held.grace_from = now.today
        validity.compute(status, now.today)
    else:
        _fall(status, held, now)


def _fall(status: Status, held: Held, now: Moment) -> None:
    points, reached = status.points_at(now.today), status.reached_at(now.today)
    level = {"one_down": max(held.level - 1, reached), "reset": 0}.get(status.structure.method, reached)
    if status.structure.method == "reset":
        status.count_from(now.today)
    move(status, "tier_down", Held(level, now.today, now.today), points, "expiry", now)
