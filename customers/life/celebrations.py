"""Birthdays and anniversaries, told by a timer that may be late, run twice at once or be killed.

What decides is the engine, under the lock of the customer; what is read here only finds whom to ask it about.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import groupby
from operator import itemgetter
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
# Found at once: what is known of them takes some 100 bytes each.
MOST_FOUND = 50_000
ONE_DAY = timedelta(days=1)
_MARK = "(EXTRACT(MONTH FROM {0}) * 100 + EXTRACT(DAY FROM {0}))::int"


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

_OF_THE_YEAR = "e.action = %(action)s AND e.occurred_at >= days.year_begins AND e.occurred_at < days.year_ends"
# All days at once, so that each customer near one of them is read once. OFFSET 0: asked for each customer. As joins, young
# statistics made them go through all celebrations of the year each time.
_DUE = f"""
WITH days(mark, day, year_begins, year_ends) AS (
    SELECT * FROM unnest(%(marks)s::int[], %(days)s::date[], %(begins)s::timestamptz[], %(ends)s::timestamptz[])
),
near AS MATERIALIZED (
    SELECT c.id, c.public_id, c.status, {{first}} AS first, (coalesce(c.optin_at, c.created_at) AT TIME ZONE %(zone)s)::date AS since
    FROM customers_customer c WHERE {{indexed}} = ANY(%(near)s)
)
SELECT days.day, c.id, c.public_id FROM near c JOIN days ON days.mark = {_MARK.format("c.first")}
WHERE c.status = ANY(%(members)s) AND c.first < days.day AND c.since <= days.day AND (days.day, c.id) > (%(after_day)s, %(after)s)
    AND NOT EXISTS (SELECT 1 FROM events_event e WHERE e.customer_id = c.id AND {_OF_THE_YEAR} OFFSET 0)
    AND NOT EXISTS (
        SELECT 1 FROM customers_merge m JOIN events_event e ON e.customer_id = m.source_id
        WHERE m.survivor_id = c.id AND {_OF_THE_YEAR} OFFSET 0
    )
ORDER BY days.day, c.id LIMIT %(limit)s
"""


def record_celebrations(celebration: Celebration, *, now: Callable[[], datetime]) -> int:
    """Tell of all that are due today and were not told in the week before; how many were told.

    In chunks of a transaction each: what a run that is lost has not done the next one does.
    """
    zone, told = ZoneInfo(settings.TIME_ZONE), 0
    for day, chunk in _due(celebration, local_day(now(), zone), zone):
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


def _due(celebration: Celebration, today: date, zone: ZoneInfo) -> Iterator[tuple[date, list[str]]]:
    """Each day, and the IDs of customers of whom there is something to celebrate on it, so many at once."""
    sql = _DUE.format(first=celebration.first, indexed=celebration.indexed)
    bounds, after, rows = _bounds(celebration, today, zone), (date.min, 0), [(today, 0, "")]
    while rows:
        with connection.cursor() as cursor:
            cursor.execute(sql, {**bounds, "after_day": after[0], "after": after[1]})
            rows = cursor.fetchall()
        for day, found in groupby(rows, key=itemgetter(0)):
            names = [public_id for _, _, public_id in found]
            yield from ((day, names[first : first + AT_ONCE]) for first in range(0, len(names), AT_ONCE))
        if len(rows) < MOST_FOUND:
            return
        after = rows[-1][:2]


def _bounds(celebration: Celebration, today: date, zone: ZoneInfo) -> dict[str, Any]:
    """What the query asks for: today and the days before it that may have been missed."""
    days = [today - late * ONE_DAY for late in range(LATE, -1, -1)]
    pairs = [(mark, day) for day in days for mark in sorted(marks_of(day))]
    return {
        "action": celebration.action,
        "members": sorted(MEMBERS),
        "zone": zone.key,
        "limit": MOST_FOUND,
        "near": sorted(neighbours({mark for mark, _ in pairs}, celebration.slack)),
        "marks": [mark for mark, _ in pairs],
        "days": [day for _, day in pairs],
        "begins": [_begin(date(day.year, 1, 1), zone) for _, day in pairs],
        "ends": [_begin(date(day.year + 1, 1, 1), zone) for _, day in pairs],
    }


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
