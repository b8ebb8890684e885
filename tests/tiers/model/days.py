"""Days of the programme's zone: which period a day is in, and which days are added up at another."""

import datetime as dt
from collections.abc import Callable
from functools import cache
from typing import NamedTuple
from zoneinfo import ZoneInfo

from tests.engine.model.dates import in_month, later

from .structures import Structure

ZONE = "Europe/Berlin"
ONE_DAY = dt.timedelta(days=1)


class Period(NamedTuple):
    """`end` is the first day after it."""

    start: dt.date
    end: dt.date


def local_day(at: dt.datetime) -> dt.date:
    return at.astimezone(ZoneInfo(ZONE)).date()


@cache
def months_after(day: dt.date, months: int) -> dt.date:
    return later(day, months, "months")


@cache
def period_of(structure: Structure, opted_in: dt.date | None, day: dt.date) -> Period:
    """A period begins on its date. Before the opt-in there is no anniversary."""
    begins = {in_month(year, *date) for year in _years_around(day) for date in structure.dates}
    if structure.expiration == "anniversary" and opted_in:
        yearly = {in_month(year, opted_in.month, opted_in.day) for year in _years_around(day)}
        begins = {opted_in, *(date for date in yearly if date > opted_in)}
    return Period(
        max((date for date in begins if date <= day), default=dt.date.min),
        min((date for date in begins if date > day), default=dt.date.max),
    )


def _years_around(day: dt.date) -> range:
    return range(day.year - 1, day.year + 2)


def window_at(structure: Structure, opted_in: dt.date | None, today: dt.date) -> Callable[[dt.date], bool]:
    """Whether the points of a day are added up today."""
    if structure.expiration == "rolling":
        return lambda day: months_after(day, structure.rolling_months) > today
    start = period_of(structure, opted_in, today).start if structure.has_periods else dt.date.min
    return lambda day: day >= start


def day_to_count_on(structure: Structure, opted_in: dt.date | None, happened: dt.date, arrived: dt.date) -> dt.date:
    """Its own, unless the period in which it happened is the one before, and that has been over for too long."""
    if not structure.has_periods:
        return happened
    current = period_of(structure, opted_in, arrived)
    if current.start == dt.date.min:
        return happened
    before = period_of(structure, opted_in, current.start - ONE_DAY)
    was_the_period_before = before.start != dt.date.min and before.start <= happened < current.start
    is_too_late = (arrived - current.start).days >= structure.points_grace_days
    return arrived if was_the_period_before and is_too_late else happened
