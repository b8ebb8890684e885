"""Instants and intervals as rewards have them: read from texts, written, and counted. Pure."""

import datetime as dt
import re
from collections.abc import Mapping

from loyalty.calendar import LAST_DAY, Unit, end_of, later

from .enums import IntervalUnit

INSTANT = r"^[12][0-9]{3}-[0-9]{2}-[0-9]{2}(T[0-9]{2}:[0-9]{2}(:[0-9]{2}(\.[0-9]{1,6})?)?(Z|[+-][0-9]{2}:[0-9]{2}))?$"
MAX_INTERVAL = 10_000
# Of each unit at most ten years, as of the expiry of coupon pools.
LONGEST: Mapping[str, int] = {
    IntervalUnit.MINUTES: MAX_INTERVAL,
    IntervalUnit.HOURS: MAX_INTERVAL,
    IntervalUnit.DAYS: 3_660,
    IntervalUnit.WEEKS: 520,
    IntervalUnit.MONTHS: 120,
    IntervalUnit.YEARS: 10,
}
# Counted by the clock; what is longer is counted by the calendar.
BY_THE_CLOCK = frozenset({IntervalUnit.MINUTES, IntervalUnit.HOURS})
_INTERVAL = re.compile(r"\s*([0-9]{1,5})\s*([a-z]+?)s?\s*", re.IGNORECASE)
_UNITS = {unit.value.removesuffix("s"): unit for unit in IntervalUnit}


def read_instant(text: str, zone: dt.tzinfo, *, is_end: bool = False) -> dt.datetime:
    """A day alone is its first instant there; of an end, the first one after it, so that the day belongs to it.

    Raises ValueError for what is no date, and for an instant without its offset.
    """
    if not re.fullmatch(INSTANT, text):
        raise ValueError(text)
    if "T" in text:
        return dt.datetime.fromisoformat(text).astimezone(dt.UTC)
    day = dt.date.fromisoformat(text)
    return end_of(day if is_end else day - dt.timedelta(days=1), zone)


def tidy_instant(text: str | None, zone: dt.tzinfo, *, is_end: bool = False) -> str | None:
    """The one way of writing it; what is no date stays, for the check to name it."""
    if text is None:
        return None
    try:
        return read_instant(text, zone, is_end=is_end).isoformat()
    except ValueError:
        return text


def is_instant(text: str) -> bool:
    try:
        return dt.datetime.fromisoformat(text).tzinfo is not None
    except ValueError:
        return False


def read_interval(text: str) -> tuple[int, IntervalUnit]:
    """`1 week`, `36 hours`. Raises ValueError for what is none."""
    found = _INTERVAL.fullmatch(text)
    unit = _UNITS.get(found[2].lower()) if found else None
    if found is None or unit is None or not 1 <= int(found[1]) <= MAX_INTERVAL:
        raise ValueError(text)
    return int(found[1]), unit


def interval_text(number: int, unit: str) -> str:
    """`1 week`, `2 weeks`."""
    return f"{number} {unit.removesuffix('s') if number == 1 else unit}"


def later_by_clock(at: dt.datetime, number: int, unit: str) -> dt.datetime:
    """So many minutes or hours later, at most the end of the last day that there is."""
    more = dt.timedelta(minutes=number) if unit == IntervalUnit.MINUTES else dt.timedelta(hours=number)
    return min(at, end_of(LAST_DAY, dt.UTC) - more) + more


def later_by_calendar(day: dt.date, number: int, unit: str) -> dt.date:
    """So many days, weeks, months or years later."""
    if unit == IntervalUnit.WEEKS:
        return later(day, number * 7, Unit.DAYS)
    return later(day, number, unit)
