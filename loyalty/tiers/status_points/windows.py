"""Which days of status points are added up: docs/tiers.md, "The window". Pure."""

import datetime as dt
from collections.abc import Iterator, Mapping
from decimal import Decimal

from loyalty.calendar import ONE_DAY, Unit, day_of, later, next_anniversary
from loyalty.tiers.config import StructureRule
from loyalty.tiers.enums import Expiration

NOTHING = Decimal(0)


def period(rule: StructureRule, day: dt.date, joined: dt.date) -> tuple[dt.date, dt.date]:
    """The first day of the period that the day lies in, and the first day of the next: calendar dates or anniversaries."""
    if rule.expiration == Expiration.CALENDAR:
        return _between_dates(rule.dates, day)
    if day < joined:
        return dt.date.min, joined
    begins = (day_of(year, joined.month, joined.day) for year in (day.year, day.year - 1))
    return next(begin for begin in begins if begin <= day), next_anniversary(joined, day)


def _between_dates(dates: tuple[tuple[int, int], ...], day: dt.date) -> tuple[dt.date, dt.date]:
    years = (day.year - 1, day.year, day.year + 1)
    found = sorted(day_of(year, month, number) for year in years for month, number in dates)
    return max(one for one in found if one <= day), min(one for one in found if one > day)


def counting_day(rule: StructureRule, day: dt.date, today: dt.date, joined: dt.date) -> dt.date:
    """The day on which points of `day` count that arrive today: late ones of the period before count now."""
    if not rule.has_periods or day >= today:
        return day
    begin, _ = period(rule, today, joined)
    is_late = day < begin and (today - begin).days >= rule.points_grace_days
    # What came before the opt-in is in no period.
    before = period(rule, begin - ONE_DAY, joined)[0] if begin > dt.date.min else dt.date.min
    return today if is_late and dt.date.min < before <= day else day


class Sums:
    """A customer's status points in one structure, by day, and what they add up to. Negative sums are possible."""

    def __init__(
        self, rule: StructureRule, days: Mapping[dt.date, Decimal], joined: dt.date, since: dt.date | None = None
    ) -> None:
        self.rule, self.days, self.joined, self.since = rule, days, joined, since

    def on(self, day: dt.date) -> Decimal:
        """What counts on the day; points of later days do, too: they were sent with a time ahead of ours."""
        first = self.first(day)
        return sum((points for at, points in self.days.items() if at >= first), NOTHING)

    def of_period_before(self, day: dt.date) -> Decimal:
        """What the period before the day's came to."""
        begin, _ = period(self.rule, day, self.joined)
        if begin == dt.date.min:
            return NOTHING
        first = max(period(self.rule, begin - ONE_DAY, self.joined)[0], self.since or dt.date.min)
        return sum((points for at, points in self.days.items() if first <= at < begin), NOTHING)

    def first(self, day: dt.date) -> dt.date:
        """The first day that counts."""
        found = self.since or dt.date.min
        if self.rule.expiration == Expiration.ROLLING:
            return max(found, self._first_of_months(day))
        return max(found, period(self.rule, day, self.joined)[0]) if self.rule.has_periods else found

    def _first_of_months(self, day: dt.date) -> dt.date:
        found = later(day, -self.rule.rolling_months, Unit.MONTHS)
        while self._leaves(found) <= day:
            found += ONE_DAY
        return found

    def _leaves(self, day: dt.date) -> dt.date:
        return later(day, self.rule.rolling_months, Unit.MONTHS)

    def leaving(self, today: dt.date) -> Iterator[tuple[dt.date, Decimal]]:
        """The days from tomorrow on on which points leave a rolling window, and what is left on each."""
        left, first = self.on(today), self.first(today)
        by_day: dict[dt.date, Decimal] = {}
        for day in sorted(day for day, points in self.days.items() if day >= first and points):
            by_day[self._leaves(day)] = by_day.get(self._leaves(day), NOTHING) + self.days[day]
        for day, points in by_day.items():
            left -= points
            yield day, left
