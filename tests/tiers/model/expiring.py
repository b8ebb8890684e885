"""What becomes of a level on the day of its expiry."""

import datetime as dt

from . import validity
from .levels import Tell, move, renew, rise
from .status import Held, Status


def expire_due(status: Status, today: dt.date, tell: Tell) -> None:
    """By the timer, or before the next action that counts points; a timer that was long away comes to several."""
    while status.is_due(today):
        assert status.held
        assert status.held.expdate
        _expire(status, status.held, status.held.expdate, tell)


def _expire(status: Status, held: Held, day: dt.date, tell: Tell) -> None:
    cannot_fall = not validity.has_expiry(status)
    if status.structure.method == "reset" and not cannot_fall:
        _reset(status, day, tell)
    elif rise(status, day, "expiry", tell):
        pass
    elif status.holds_at(day) or cannot_fall:
        renew(status, held.grace_from or day, status.points_at(day), "expiry", day, tell)
    elif status.structure.level_grace_days and held.grace_from is None:
        held.grace_from = day
        validity.compute(status, day)
    else:
        _fall(status, held, day, tell)


def _reset(status: Status, day: dt.date, tell: Tell) -> None:
    """Points from this day on count."""
    status.reset_on = day
    for count in (*status.counts, *status.lots.values(), *status.orders.values()):
        count.is_over = count.is_over or count.day < day
    move(status, "tier_down", Held(0, day, day), status.points_at(day), "expiry", day, tell)


def _fall(status: Status, held: Held, day: dt.date, tell: Tell) -> None:
    reached = status.reached_at(day)
    level = max(held.level - 1, reached) if status.structure.method == "one_down" else reached
    move(status, "tier_down", Held(level, day, day), status.points_at(day), "expiry", day, tell)
