"""Days counted on by the calendar."""

import datetime as dt

import pytest

from loyalty.calendar import FIRST_DAY, LAST_DAY, Unit, later
from rewards.catalogue.enums import IntervalUnit

DAY = dt.date(2024, 1, 31)


@pytest.mark.parametrize(
    ("number", "unit", "day"),
    [
        (1, "days", "2024-02-01"),
        (1, "months", "2024-02-29"),
        (-2, "months", "2023-11-30"),
        (1, "years", "2025-01-31"),
        (1, IntervalUnit.MONTHS, "2024-02-29"),
    ],
)
def test_a_month_that_is_too_short_ends_with_its_last_day(number: int, unit: str, day: str) -> None:
    assert later(DAY, number, unit) == dt.date.fromisoformat(day)


@pytest.mark.parametrize("unit", ["minutes", "hours", "weeks", "month", ""])
def test_a_unit_that_days_are_not_counted_in_is_refused(unit: str) -> None:
    with pytest.raises(ValueError, match="not in"):
        later(DAY, 48, unit)


@pytest.mark.parametrize("unit", Unit.values)
def test_beyond_the_last_day_there_is_none(unit: str) -> None:
    assert later(DAY, 10_000_000, unit) == LAST_DAY
    assert later(DAY, -10_000_000, unit) == FIRST_DAY
    for zone in (dt.timezone(dt.timedelta(hours=14)), dt.timezone(-dt.timedelta(hours=12))):
        for day in (FIRST_DAY, LAST_DAY):
            dt.datetime.combine(day, dt.time(), zone).astimezone(dt.UTC)
