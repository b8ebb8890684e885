"""Rising and falling: at the actions that count points."""

import datetime as dt
from collections.abc import Callable
from decimal import Decimal

from . import validity
from .days import ONE_DAY, Period
from .status import Count, Held, Status, TierEvent

Tell = Callable[[TierEvent], None]


def act(status: Status, counts: list[Count], today: dt.date, reason: str, tell: Tell) -> None:
    """After the counts of one action: `reason` is that of a fall, a rise is by points."""
    status.counts += counts
    adds, takes = (any(one.points * sign > 0 for one in counts) for sign in (1, -1))
    if status.held is None:
        begin(status, today)
    moved = False
    if adds:
        moved = rise(status, today, "points", tell) or _reach_in_the_period_before(status, counts, today, tell)
    if not moved and not (takes and _fall(status, today, reason, tell)):
        _renew(status, today, tell)
    if status.held:
        validity.compute(status, today)


def begin(status: Status, today: dt.date) -> None:
    """The lowest level is had at once where it asks for nothing."""
    if status.structure.levels[0].threshold == 0 and status.structure.reached_by(status.points_at(today)) is not None:
        status.held = Held(0, today, today)


def rise(status: Status, today: dt.date, reason: str, tell: Tell) -> bool:
    """To the level that the points of the window reach, if that is higher."""
    points = status.points_at(today)
    reached = status.structure.reached_by(points)
    if reached is None or (status.held and reached <= status.held.level):
        return False
    move(status, "tier_up", Held(reached, today, today), points, reason, today, tell)
    return True


def _reach_in_the_period_before(status: Status, counts: list[Count], today: dt.date, tell: Tell) -> bool:
    """Late points may reach a level there that is valid until the end of this period, or renew it there."""
    period = _period_before(status, today)
    if period is None or status.structure.validity != "next_period" or not _came_into(period, counts):
        return False
    points, held, there = status.points_in(period), status.held, period.end - ONE_DAY
    reached = status.structure.reached_by(points)
    if reached is None or (held and reached < held.level):
        return False
    if held is None or reached > held.level:
        move(status, "tier_up", Held(reached, today, there), points, "points", today, tell)
        return True
    return _move_on(status, period, there, points, today, tell)


def _came_into(period: Period, counts: list[Count]) -> bool:
    return any(one.points > 0 and period.start <= one.day < period.end for one in counts)


def _period_before(status: Status, today: dt.date) -> Period | None:
    start = status.period_of(today).start if status.structure.has_periods else dt.date.min
    return None if start == dt.date.min else status.period_of(start - ONE_DAY)


def _fall(status: Status, today: dt.date, reason: str, tell: Tell) -> bool:
    held, level = status.held, status.level
    if not held or not level or held.by_hand or level.kept_for_good or not status.structure.downgrade:
        return False
    reached = status.reached_at(today)
    if reached >= held.level:
        return False
    move(status, "tier_down", Held(reached, today, today), status.points_at(today), reason, today, tell)
    return True


def _renew(status: Status, today: dt.date, tell: Tell) -> None:
    """In its grace a level is renewed as of its expiry; under `next_period` it moves on with each period."""
    held = status.held
    if not held or held.level == 0 or not status.holds_at(today):
        return
    points = status.points_at(today)
    if held.grace_from:
        renew(status, held.grace_from, points, "points", today, tell)
    elif status.structure.validity == "next_period":
        _move_on(status, status.period_of(today), today, points, today, tell)


def _move_on(status: Status, period: Period, valid_from: dt.date, points: Decimal, today: dt.date, tell: Tell) -> bool:
    """To a later period than that in which the level was reached before."""
    held = status.held
    if not held or not validity.has_expiry(status) or held.valid_from >= period.start:
        return False
    held.valid_from, held.grace_from = valid_from, None
    validity.compute(status, today)
    tell(event_of(status, "tier_renew", held.level, points, "points"))
    return True


def renew(status: Status, valid_from: dt.date, points: Decimal, reason: str, today: dt.date, tell: Tell) -> None:
    """The level stays, and is by hand no longer."""
    held = status.held
    assert held
    held.valid_from, held.by_hand, held.grace_from, held.computed = valid_from, False, None, None
    validity.compute(status, today)
    tell(event_of(status, "tier_renew", held.level, points, reason))


def move(
    status: Status, action: str, held: Held, points: Decimal | None, reason: str, today: dt.date, tell: Tell
) -> None:
    before = status.held.level if status.held else None
    status.held = held
    validity.compute(status, today)
    tell(event_of(status, action, before, points, reason))


def event_of(status: Status, action: str, before: int | None, points: Decimal | None, reason: str) -> TierEvent:
    held = status.held
    assert held
    names = status.name_of(before), status.name_of(held.level)
    return TierEvent(action, status.structure.id, *names, points, reason, held.expdate)
