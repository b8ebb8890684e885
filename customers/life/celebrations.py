"""Birthdays and anniversaries, told by a timer that may be late, run twice at once or be killed.

What decides is the engine, under the lock of the customer; what is read here only finds whom to ask it about.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db import connection

from loyalty.engine.events import Incoming
from loyalty.engine.record import record
from loyalty.intake.actors import TIMER

from .mechanism import MEMBERS, kept_on, local_day

# What a timer that stood still catches up.
LATE = 7
AT_ONCE = 500
ONE_DAY = timedelta(days=1)
_MARK = "(EXTRACT(MONTH FROM {0}) * 100 + EXTRACT(DAY FROM {0}))"


@dataclass(frozen=True)
class Celebration:
    """`first`: the day that is celebrated, in the programme's time zone; `indexed`: what the index holds of it.

    `slack`: by how many days the two may differ.
    """

    action: str
    first: str
    indexed: str
    slack: int


BIRTHDAY = Celebration("birthday", "c.birth_date", _MARK.format("c.birth_date"), slack=0)
ANNIVERSARY = Celebration(
    "anniversary",
    "(c.optin_at AT TIME ZONE %(zone)s)::date",
    _MARK.format("c.optin_at AT TIME ZONE 'UTC'"),
    slack=1,
)

_OF_THE_YEAR = "e.action = %(action)s AND e.occurred_at >= %(begin)s AND e.occurred_at < %(end)s"
# OFFSET 0: asked for each customer. As joins, young statistics made them go through all celebrations of the year each time.
_DUE = f"""
SELECT c.id, c.public_id FROM customers_customer c
WHERE {{indexed}} = %(mark)s AND c.id > %(after)s AND c.status = ANY(%(members)s)
    AND {_MARK.format("{first}")} = ANY(%(marks)s) AND {{first}} < %(day)s
    AND (coalesce(c.optin_at, c.created_at) AT TIME ZONE %(zone)s)::date <= %(day)s
    AND NOT EXISTS (SELECT 1 FROM events_event e WHERE e.customer_id = c.id AND {_OF_THE_YEAR} OFFSET 0)
    AND NOT EXISTS (
        SELECT 1 FROM customers_merge m JOIN events_event e ON e.customer_id = m.source_id
        WHERE m.survivor_id = c.id AND {_OF_THE_YEAR} OFFSET 0
    )
ORDER BY c.id LIMIT %(limit)s
"""


def record_celebrations(celebration: Celebration, *, now: Callable[[], datetime]) -> int:
    """Tell of all that are due today and were not told in the week before; how many were told.

    In chunks of a transaction each: what a run that is lost has not done the next one does.
    """
    zone, told = ZoneInfo(settings.TIME_ZONE), 0
    today = local_day(now(), zone)
    for late in range(LATE, -1, -1):
        day = today - late * ONE_DAY
        for chunk in _due(celebration, day, zone):
            at = now()
            events = [Incoming(public_id, celebration.action, _effect(day, at, zone)) for public_id in chunk]
            told += sum(outcome.error is None for outcome in record(events, by=TIMER, at=at))
    return told


def _effect(day: date, at: datetime, zone: ZoneInfo) -> dict[str, int]:
    """On the day itself now, else the last second of it."""
    return (
        {} if local_day(at, zone) <= day else {"effective_timestamp": int(_begin(day + ONE_DAY, zone).timestamp()) - 1}
    )


def _begin(day: date, zone: ZoneInfo) -> datetime:
    return datetime(day.year, day.month, day.day, tzinfo=zone)


def _due(celebration: Celebration, day: date, zone: ZoneInfo) -> Iterator[list[str]]:
    """The IDs of the customers of whom there is something to celebrate on the day, so many at once."""
    sql = _DUE.format(first=celebration.first, indexed=celebration.indexed)
    marks = marks_of(day)
    fixed: dict[str, Any] = {
        "action": celebration.action, "members": sorted(MEMBERS), "marks": sorted(marks), "day": day, "zone": zone.key,
        "begin": _begin(date(day.year, 1, 1), zone), "end": _begin(date(day.year + 1, 1, 1), zone), "limit": AT_ONCE,
    }  # fmt: skip
    for mark in sorted(neighbours(marks, celebration.slack)):
        after, rows = 0, [(0, "")]
        while rows:
            with connection.cursor() as cursor:
                cursor.execute(sql, {**fixed, "mark": mark, "after": after})
                rows = cursor.fetchall()
            if rows:
                yield [public_id for _, public_id in rows]
                after = rows[-1][0]


def marks_of(day: date) -> set[int]:
    """Which days of a year, as month × 100 + day, are celebrated on that day."""
    leap_day = date(2000, 2, 29)
    return {_mark(day)} | ({_mark(leap_day)} if kept_on(leap_day, day.year) == day else set())


def neighbours(marks: set[int], slack: int) -> set[int]:
    """The marks, and those of so many days before and after, whether or not the year has a 29 February."""
    found = set(marks)
    for mark in marks:
        for year in (2000, 2001):
            if (year, mark) != (2001, 229):
                day = date(year, mark // 100, mark % 100)
                found |= {_mark(day + offset * ONE_DAY) for offset in range(-slack, slack + 1)}
    return found


def _mark(day: date) -> int:
    return day.month * 100 + day.day
