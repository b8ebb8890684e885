"""Windows of local days: today counts as one of the last, and of the next, so many days. Pure."""

import datetime as dt
from dataclasses import dataclass

from loyalty.calendar import ONE_DAY, Unit, end_of, later

from .enums import Period, Span

MAX_NUMBER = 3_650
MOVING = frozenset({Span.LAST, Span.NEXT, Span.PERIOD})


@dataclass(frozen=True)
class Window:
    """As rules say it. `number` and `unit` of the last and the next; `first` and `last` are days, included."""

    span: Span
    number: int = 0
    unit: Unit = Unit.DAYS
    first: dt.date | None = None
    last: dt.date | None = None
    period: Period | None = None

    @property
    def moves(self) -> bool:
        """Whether the days are others tomorrow."""
        return self.span in MOVING

    def days(self, today: dt.date) -> "Days":
        if self.span == Span.LAST:
            return Days(later(today, -self.number, self.unit) + ONE_DAY, today)
        if self.span == Span.NEXT:
            return Days(today, later(today, self.number, self.unit) - ONE_DAY)
        if self.period is not None:
            return _days_of(self.period, today)
        return Days(self.first, self.last)


@dataclass(frozen=True)
class Days:
    """From the first through the last; None: without an end."""

    first: dt.date | None = None
    last: dt.date | None = None

    def begin(self, zone: dt.tzinfo) -> dt.datetime | None:
        return end_of(self.first - ONE_DAY, zone) if self.first else None

    def end(self, zone: dt.tzinfo) -> dt.datetime | None:
        """The instant that is no part of it any more."""
        return end_of(self.last, zone) if self.last else None


def _days_of(period: Period, today: dt.date) -> Days:
    monday, month, year = today - dt.timedelta(today.weekday()), today.replace(day=1), today.replace(month=1, day=1)
    return {
        Period.TODAY: Days(today, today),
        Period.YESTERDAY: Days(today - ONE_DAY, today - ONE_DAY),
        Period.THIS_WEEK: Days(monday, monday + dt.timedelta(6)),
        Period.LAST_WEEK: Days(monday - dt.timedelta(7), monday - ONE_DAY),
        Period.THIS_MONTH: Days(month, later(month, 1, Unit.MONTHS) - ONE_DAY),
        Period.LAST_MONTH: Days(later(month, -1, Unit.MONTHS), month - ONE_DAY),
        Period.THIS_YEAR: Days(year, later(year, 1, Unit.YEARS) - ONE_DAY),
        Period.LAST_YEAR: Days(later(year, -1, Unit.YEARS), year - ONE_DAY),
    }[period]
