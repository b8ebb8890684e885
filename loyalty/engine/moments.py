"""Reads times from outside: unix seconds, or ISO 8601. Pure.

A number in another unit is a number too: a day of a spreadsheet read as seconds is a morning of 1970. So there is a floor,
and what lies beyond the bounds is refused with what it most likely means.
"""

import datetime as dt
import re
from collections.abc import Iterator
from decimal import Decimal, InvalidOperation

EARLIEST = dt.datetime(2000, 1, 1, tzinfo=dt.UTC)
# So much may the sender's clock be ahead of ours, as for signatures.
AHEAD = dt.timedelta(seconds=300)
_ISO = re.compile(r"\d{4}-\d\d-\d\d([T ]\d\d:\d\d(:\d\d(\.\d{1,6})?)?(Z|[+-]\d\d:?\d\d)?)?", re.ASCII)
_NUMBER = re.compile(r"[+-]?[0-9]+(\.[0-9]+)?([eE][+-]?[0-9]+)?", re.ASCII)
# Day 0 of spreadsheets, and the numbers of their days that are taken for such: from 1905, since a smaller one is a year, to 2119.
_DAY_ZERO = dt.datetime(1899, 12, 30, tzinfo=dt.UTC)
_SERIALS = (2_101, 80_000)
_WRITTEN = ((8, "%Y%m%d"), (12, "%Y%m%d%H%M"), (14, "%Y%m%d%H%M%S"))
_UNITS = ((10**3, "milliseconds"), (10**6, "microseconds"), (10**9, "nanoseconds"))
# The seconds of 1970 and of 2100.
_SECONDS = (0, 4_102_444_800)
LONGEST = 40


def number_of(value: object) -> Decimal | None:
    """The value as a finite number, if it is one or a text that is."""
    if isinstance(value, Decimal):
        return value if value.is_finite() else None
    if isinstance(value, bool) or not isinstance(value, int | str):
        return None
    text = str(value).strip()
    if len(text) > LONGEST or not _NUMBER.fullmatch(text):
        return None
    try:
        return Decimal(text)
    except InvalidOperation:
        return None


def read_iso(text: str, zone: dt.tzinfo) -> dt.datetime | None:
    """`2025-11-28T18:30:00Z`, in the zone where no offset stands; a day is the instant at which it begins."""
    if len(text) > LONGEST or not _ISO.fullmatch(text):
        return None
    try:
        found = dt.datetime.fromisoformat(text)
        return (found if found.tzinfo else found.replace(tzinfo=zone)).astimezone(dt.UTC)
    except (ValueError, OverflowError):
        return None


def likely(number: Decimal) -> tuple[str, dt.datetime] | None:
    """What a number most likely means that is no time in unix seconds, as a phrase, and when that is."""
    return next(_meanings(number), None)


def _meanings(number: Decimal) -> Iterator[tuple[str, dt.datetime]]:
    if _SERIALS[0] <= number < _SERIALS[1]:
        found = _DAY_ZERO + dt.timedelta(seconds=round(float(number) * 86_400))
        yield f"{_shown(found)} of a spreadsheet", found
    if number != number.to_integral_value() or not 0 <= number < 10**20:
        return
    digits = str(int(number))
    for length, form in _WRITTEN:
        if len(digits) == length and (written := _written(digits, form)):
            yield _shown(written).replace("the day", "the date"), written
    for factor, name in _UNITS:
        if _SECONDS[0] + 10**8 <= number / factor < _SECONDS[1]:
            at = dt.datetime.fromtimestamp(int(number / factor), dt.UTC)
            yield f"{name}: {_shown(at)}", at


def _written(digits: str, form: str) -> dt.datetime | None:
    try:
        found = dt.datetime.strptime(digits, form).replace(tzinfo=dt.UTC)
    except ValueError:
        return None
    return found if 1900 <= found.year < 2100 else None


def _shown(at: dt.datetime) -> str:
    is_day = at.time() == dt.time()
    return f"the day {at.date().isoformat()}" if is_day else f"the time {at:%Y-%m-%dT%H:%M:%S}"
