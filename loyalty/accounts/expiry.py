"""When the points of an account expire, by each kind of rule."""

import datetime as dt
from dataclasses import dataclass
from typing import Protocol

from django.utils import timezone

from loyalty.calendar import ONE_DAY, Unit, day_of, end_of, last_day_before, later, local_day, next_anniversary

from .enums import Expiry


@dataclass(frozen=True, slots=True)
class ExpiryRule:
    """An account's rule. Of `after` and `unit`, `month` and `day`, `actions` and `since` each kind reads its own."""

    kind: str
    after: int = 0
    unit: str = Unit.MONTHS.value
    month: int = 1
    day: int = 1
    # What counts as an activity; empty: all that earns or spends.
    actions: frozenset[str] = frozenset()
    # Activities have been kept only since then: nobody counts as idle for longer.
    since: dt.datetime | None = None


class Member(Protocol):
    @property
    def optin_at(self) -> dt.datetime | None: ...
    @property
    def created_at(self) -> dt.datetime: ...


def expires_at(rule: ExpiryRule, earned_at: dt.datetime, member: Member, zone: dt.tzinfo) -> dt.datetime | None:
    """When what is earned then expires by itself; None where it never does, or by the last activity only."""
    day = local_day(earned_at, zone)
    if rule.kind == Expiry.ROLLING:
        return end_of(later(day, rule.after, rule.unit), zone)
    if rule.kind == Expiry.CALENDAR:
        return end_of(_next_calendar_day(rule, day), zone)
    if rule.kind == Expiry.ANNIVERSARY:
        joined = local_day(member.optin_at or member.created_at, zone)
        return end_of(next_anniversary(joined, day) - ONE_DAY, zone)
    return None


def last_day(expires_at: dt.datetime) -> dt.date:
    """The last day on which points that expire then are valid, in the programme's time zone."""
    return last_day_before(expires_at, timezone.get_default_timezone())


def idle_at(rule: ExpiryRule, active_at: dt.datetime, zone: dt.tzinfo) -> dt.datetime:
    """When the points of somebody whose last activity was then expire, all together."""
    last = max(active_at, rule.since) if rule.since else active_at
    return end_of(later(local_day(last, zone), rule.after, rule.unit), zone)


def idle_before(rule: ExpiryRule, at: dt.datetime, zone: dt.tzinfo) -> dt.datetime:
    """Whose last activity was before this instant is idle for too long at `at`: `idle_at(active_at) <= at`."""
    day = later(local_day(at, zone), -rule.after, rule.unit)
    # Months differ in length: the day sought is a few days beside the one so long ago.
    while end_of(later(day, rule.after, rule.unit), zone) > at:
        day -= ONE_DAY
    while end_of(later(day + ONE_DAY, rule.after, rule.unit), zone) <= at:
        day += ONE_DAY
    return end_of(day, zone)


def _next_calendar_day(rule: ExpiryRule, day: dt.date) -> dt.date:
    found = day_of(day.year, rule.month, rule.day)
    return found if found >= day else day_of(day.year + 1, rule.month, rule.day)
