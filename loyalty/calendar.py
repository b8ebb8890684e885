"""Days, ends of days, months and anniversaries, in the programme's time zone. Pure."""

import datetime as dt
from calendar import monthrange

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _

ONE_DAY = dt.timedelta(days=1)
# Days are counted between these: in every time zone they are instants that Python and the database have.
FIRST_DAY, LAST_DAY = dt.date(2, 1, 1), dt.date(9998, 12, 31)


def local_day(at: dt.datetime, zone: dt.tzinfo) -> dt.date:
    return at.astimezone(zone).date()


def end_of(day: dt.date, zone: dt.tzinfo) -> dt.datetime:
    """The instant at which the next day begins; where clocks skip midnight, the instant at which they skip it."""
    return dt.datetime.combine(day + ONE_DAY, dt.time(), zone).astimezone(dt.UTC)


def last_day_before(end: dt.datetime, zone: dt.tzinfo) -> dt.date:
    """The last day that is over when the instant comes: the other way round, `end_of`."""
    return local_day(end - dt.timedelta(microseconds=1), zone)


def later(day: dt.date, number: int, unit: str) -> dt.date:
    """So many days, months or years later (earlier, if negative): a month's last day where it is too short; the first or the
    last day that there is, where that would be beyond it. Raises ValueError for another unit, which would be taken for months."""
    if unit == Unit.DAYS:
        count = day.toordinal() + number
        return dt.date.fromordinal(min(max(count, FIRST_DAY.toordinal()), LAST_DAY.toordinal()))
    if unit not in (Unit.MONTHS, Unit.YEARS):
        raise ValueError(f"Days are counted on in days, months and years, not in {unit}")
    months = day.year * 12 + day.month - 1 + (number * 12 if unit == Unit.YEARS else number)
    if not FIRST_DAY.year <= months // 12 <= LAST_DAY.year:
        return LAST_DAY if number > 0 else FIRST_DAY
    return day_of(months // 12, months % 12 + 1, day.day)


def next_anniversary(joined: dt.date, day: dt.date) -> dt.date:
    """The first one after `day`; 29 February is kept on the 28th in other years. The first is a year after joining."""
    for year in (max(day.year, joined.year + 1), day.year + 1):
        found = day_of(year, joined.month, joined.day)
        if found > day:
            return found
    raise AssertionError("an anniversary of next year is after this year's days")


def day_of(year: int, month: int, day: int) -> dt.date:
    return dt.date(year, month, min(day, monthrange(year, month)[1]))


class Unit(TextChoices):
    DAYS = "days", _("Days")
    MONTHS = "months", _("Months")
    YEARS = "years", _("Years")
