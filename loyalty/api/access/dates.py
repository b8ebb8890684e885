"""The three forms in which clients write the `Date` header."""

import datetime as dt
import re

MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")

_BASIC = re.compile(r"[0-9]{8}T[0-9]{6}Z")
_EXTENDED = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(?:Z|[+-][0-9]{2}:[0-9]{2})")
_HTTP = re.compile(
    rf"(?:{'|'.join(DAYS)}), ([0-9]{{2}}) ({'|'.join(MONTHS)}) ([0-9]{{4}}) ([0-9]{{2}}):([0-9]{{2}}):([0-9]{{2}}) GMT"
)


class BadDate(ValueError):
    pass


def read_date(text: str) -> dt.datetime:
    """`20240102T030405Z`, `Tue, 02 Jan 2024 03:04:05 GMT` or `2024-01-02T03:04:05+00:00`, as an aware UTC moment."""
    try:
        if _BASIC.fullmatch(text) or _EXTENDED.fullmatch(text):
            return dt.datetime.fromisoformat(text).astimezone(dt.UTC)
        if match := _HTTP.fullmatch(text):
            day, month, year, hour, minute, second = match.groups()
            number = MONTHS.index(month) + 1
            return dt.datetime(int(year), number, int(day), int(hour), int(minute), int(second), tzinfo=dt.UTC)
    except (ValueError, OverflowError):
        raise BadDate(text) from None
    raise BadDate(text)


def long_date(moment: dt.datetime) -> str:
    day = f"{moment.year:04}{moment.month:02}{moment.day:02}"
    return f"{day}T{moment.hour:02}{moment.minute:02}{moment.second:02}Z"


def http_date(moment: dt.datetime) -> str:
    # Not strftime("%a %b"): that follows the locale of the process.
    month = MONTHS[moment.month - 1]
    return f"{DAYS[moment.weekday()]}, {moment.day:02} {month} {moment.year:04} {moment:%H:%M:%S} GMT"


def iso_date(moment: dt.datetime) -> str:
    """`2026-06-13T15:38:16+00:00`, as the Read API writes instants."""
    return moment.astimezone(dt.UTC).isoformat(timespec="seconds")
