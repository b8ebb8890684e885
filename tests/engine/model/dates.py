"""When points expire, and other days: in the programme's time zone."""

import calendar
import datetime as dt
from zoneinfo import ZoneInfo

from .state import Expiry


def midnight(day: dt.date, zone: str) -> dt.datetime:
    """As the day begins."""
    return dt.datetime.combine(day, dt.time(), ZoneInfo(zone)).astimezone(dt.UTC)


def end_of(day: dt.date, zone: str) -> dt.datetime:
    return midnight(day + dt.timedelta(days=1), zone)


def local_day(at: dt.datetime, zone: str) -> dt.date:
    return at.astimezone(ZoneInfo(zone)).date()


def in_month(year: int, month: int, day: int) -> dt.date:
    """That day, or the month's last one where it is shorter."""
    return dt.date(year, month, min(day, calendar.monthrange(year, month)[1]))


def later(day: dt.date, after: int, unit: str) -> dt.date:
    if unit == "days":
        return day + dt.timedelta(days=after)
    months = day.year * 12 + day.month - 1 + after * (12 if unit == "years" else 1)
    return in_month(months // 12, months % 12 + 1, day.day)


def expiry_of_lot(rule: Expiry, earned_at: dt.datetime, joined: dt.datetime, zone: str) -> dt.datetime | None:
    """`joined`: the opt-in, or the customer's creation."""
    day = local_day(earned_at, zone)
    if rule.rule == "rolling":
        assert rule.after
        return end_of(later(day, rule.after, rule.unit), zone)
    if rule.rule == "calendar":
        assert rule.month
        assert rule.day
        this_year = in_month(day.year, rule.month, rule.day)
        return end_of(this_year if day <= this_year else in_month(day.year + 1, rule.month, rule.day), zone)
    if rule.rule == "anniversary":
        first = local_day(joined, zone)
        # The first one is a year after.
        years = (in_month(year, first.month, first.day) for year in range(first.year + 1, day.year + 3))
        return midnight(next(anniversary for anniversary in years if anniversary > day), zone)
    return None


def end_of_activity(rule: Expiry, active_at: dt.datetime, zone: str) -> dt.datetime:
    assert rule.after
    return end_of(later(local_day(active_at, zone), rule.after, rule.unit), zone)
