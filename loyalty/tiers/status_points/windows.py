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


def period_before(rule: StructureRule, day: dt.date, joined: dt.date) -> tuple[dt.date, dt.date] | None:
    """The first day of the period before that of the day, and of that one; None: what came before the opt-in is in none."""
    begin, _ = period(rule, day, joined)
    if begin == dt.date.min:
        return None
    found = period(rule, begin - ONE_DAY, joined)
    return None if found[0] == dt.date.min else found


def counting_day(rule: StructureRule, day: dt.date, today: dt.date, joined: dt.date) -> dt.date:
    """The day on which points of `day` count that arrive today: late ones of the period before count now."""
    if not rule.has_periods or day >= today:
        return day
    before = period_before(rule, today, joined)
    is_over = before is not None and (today - before[1]).days >= rule.points_grace_days
    return today if is_over and before and before[0] <= day < before[1] else day


class Sums:
    """A customer's status points in one structure, by day, and what they add up to. Negative sums are possible."""

    def __init__(
        self, rule: StructureRule, days: Mapping[dt.date, Decimal], joined: dt.date, since: dt.date | None = None
    ) -> None:
        self.rule, self.days, self.joined, self.since = rule, days, joined, since
        # By day: the rules ask for the same one again and again.
        self._on = dict[dt.date, Decimal]()

    def on(self, day: dt.date) -> Decimal:
        """What counts on the day; points of later days do, too: they were sent with a time ahead of ours."""
        if day not in self._on:
            first = self.first(day)
            self._on[day] = sum((points for at, points in self.days.items() if at >= first), NOTHING)
        return self._on[day]

    def of_period_before(self, day: dt.date) -> Decimal | None:
        """What the period before the day's came to; None: there is none."""
        before = period_before(self.rule, day, self.joined)
        if before is None:
            return None
        first = max(before[0], self.since or before[0])
        return sum((points for at, points in self.days.items() if first <= at < before[1]), NOTHING)

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
