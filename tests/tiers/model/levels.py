"""Rising and falling: at the actions that count points."""

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal

from . import validity
from .days import ONE_DAY, Period
from .status import Count, Held, Status, TierEvent


@dataclass(frozen=True)
class Moment:
    """`today`: as of which it is counted; `since`: when the event says that it happened, if that was before."""

    today: dt.date
    since: dt.date
    tell: Callable[[TierEvent], None]


def act(status: Status, counts: list[Count], now: Moment, reason: str) -> None:
    """After the counts of one action: `reason` is that of a fall, a rise is by points."""
    status.counts += counts
    adds, takes = (any(one.points * sign > 0 for one in counts) for sign in (1, -1))
    if adds:
        begin(status, now)
    if (adds and _reach(status, counts, now)) or (takes and _fall(status, now, reason)):
        return
    if not (adds and renew_reached(status, now, "points")) and status.held:
        validity.compute(status, now.today)


def _reach(status: Status, counts: list[Count], now: Moment) -> bool:
    """The higher of the levels that the window and, for late points, the period before reach; of equals the window's."""
    late, reached_by = _late_period(status, counts, now.today), status.structure.reached_by
    if late is None:
        return rise(status, now, "points")
    here, there = reached_by(status.points_at(now.today)), reached_by(status.points_in(late))
    if there is not None and (here is None or there > here):
        return _reach_in_the_period_before(status, late, now)
    return rise(status, now, "points") or _reach_in_the_period_before(status, late, now)


def begin(status: Status, now: Moment) -> None:
    """The lowest level is had at once where it asks for nothing."""
    is_free = status.structure.levels[0].threshold == 0 and status.points_at(now.today) >= 0
    if status.held is None and is_free:
        status.held = Held(0, now.since, now.today)


def rise(status: Status, now: Moment, reason: str) -> bool:
    """To the level that the points of the window reach, if that is higher."""
    points = status.points_at(now.today)
    reached = status.structure.reached_by(points)
    if reached is None or (status.held and reached <= status.held.level):
        return False
    move(status, "tier_up", Held(reached, now.since, now.today), points, reason, now)
    return True


def _late_period(status: Status, counts: list[Count], today: dt.date) -> Period | None:
    """The period before, if points came into it and a level of that period is valid until the end of this one."""
    period = _period_before(status, today)
    is_late = period and status.structure.validity == "next_period" and _came_into(period, counts)
    return period if is_late else None


def _reach_in_the_period_before(status: Status, period: Period, now: Moment) -> bool:
    """Late points may reach a level there that is valid until the end of this period, or renew it there."""
    points, held, there = status.points_in(period), status.held, period.end - ONE_DAY
    reached = status.structure.reached_by(points)
    if reached is None or (held and reached < held.level):
        return False
    if held is None or reached > held.level:
        move(status, "tier_up", Held(reached, now.since, there), points, "points", now)
        return True
    return _move_on(status, period, there, points, "points", now)


def _came_into(period: Period, counts: list[Count]) -> bool:
    return any(one.points > 0 and period.start <= one.day < period.end for one in counts)


def _period_before(status: Status, today: dt.date) -> Period | None:
    """What happened before the opt-in is in none."""
    start = status.period_of(today).start if status.structure.has_periods else dt.date.min
    found = status.period_of(start - ONE_DAY) if start > dt.date.min else None
    return found if found and found.start > dt.date.min else None


def _fall(status: Status, now: Moment, reason: str) -> bool:
    held, level = status.held, status.level
    if not held or not level or held.by_hand or level.kept_for_good or not status.structure.downgrade:
        return False
    reached = status.reached_at(now.today)
    if reached >= held.level:
        return False
    move(status, "tier_down", Held(reached, now.since, now.today), status.points_at(now.today), reason, now)
    return True


def renew_reached(status: Status, now: Moment, reason: str) -> bool:
    """In its grace a level is renewed as of its expiry; with each period in which it is reached it moves on."""
    held = status.held
    if not held or held.level == 0 or not status.holds_at(now.today):
        return False
    points = status.points_at(now.today)
    if held.grace_from:
        renew(status, held.grace_from, points, reason, now)
        return True
    ends_with_periods = status.structure.validity != "months" and status.structure.has_periods
    return ends_with_periods and _move_on(status, status.period_of(now.today), now.today, points, reason, now)


def _move_on(status: Status, period: Period, valid_from: dt.date, points: Decimal, reason: str, now: Moment) -> bool:
    """To a later period than that in which the level was reached before; whether there is something to tell."""
    held = status.held
    if not held or not validity.has_expiry(status) or held.valid_from >= period.start:
        return False
    held.valid_from, held.grace_from, held.computed = valid_from, None, None
    validity.compute(status, now.today)
    if status.structure.validity != "next_period":
        return False
    now.tell(event_of(status, "tier_renew", held.level, points, reason))
    return True


def renew(status: Status, valid_from: dt.date, points: Decimal, reason: str, now: Moment) -> None:
    """The level stays, and is by hand no longer."""
    held = status.held
    assert held
    held.valid_from, held.by_hand, held.grace_from, held.computed = valid_from, False, None, None
    validity.compute(status, now.today)
    now.tell(event_of(status, "tier_renew", held.level, points, reason))


def move(status: Status, action: str, held: Held, points: Decimal, reason: str, now: Moment) -> None:
    before = status.held.level if status.held else None
    status.held = held
    validity.compute(status, now.today)
    now.tell(event_of(status, action, before, points, reason))


def event_of(status: Status, action: str, before: int | None, points: Decimal | None, reason: str) -> TierEvent:
    held = status.held
    assert held
    names = status.name_of(before), status.name_of(held.level)
    return TierEvent(action, status.structure.id, *names, points, reason, held.expdate)
