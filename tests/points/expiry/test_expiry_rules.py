"""Expiry dates against a search that goes through the calendar day by day, and through the clock quarter by quarter."""

import datetime as dt
from dataclasses import dataclass
from zoneinfo import ZoneInfo

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from loyalty.accounts.expiry import ExpiryRule, expires_at, idle_at, idle_before

DAY = dt.timedelta(days=1)
# Clocks that skip midnight, repeat it, turn by half an hour, and leave out a day.
ZONES = [
    ZoneInfo(name)
    for name in (
        "UTC", "Europe/Budapest", "America/New_York", "America/Sao_Paulo", "America/Havana", "America/Santiago",
        "Africa/Cairo", "Asia/Beirut", "Asia/Kathmandu", "Australia/Lord_Howe", "Pacific/Apia",
    )
]  # fmt: skip
BUDAPEST = ZoneInfo("Europe/Budapest")


@dataclass
class Member:
    created_at: dt.datetime
    optin_at: dt.datetime | None = None


SOMEBODY = Member(dt.datetime(2020, 5, 5, tzinfo=dt.UTC))
instants = st.datetimes(dt.datetime(1995, 1, 1), dt.datetime(2040, 12, 31), timezones=st.just(dt.UTC))
zones = st.sampled_from(ZONES)
# (number, unit), short enough for a search by days.
periods = st.one_of(
    st.tuples(st.integers(1, 800), st.just("days")),
    st.tuples(st.integers(1, 30), st.just("months")),
    st.tuples(st.integers(1, 6), st.just("years")),
)


def is_last_of_month(day: dt.date) -> bool:
    return (day + DAY).month != day.month


def first_day(start: dt.date, wanted: object) -> dt.date:
    day = start
    while not wanted(day):  # type: ignore[operator]
        day += DAY
    return day


def naive_period_end(start: dt.date, number: int, unit: str) -> dt.date:
    if unit == "days":
        return start + number * DAY
    months = number if unit == "months" else 12 * number

    def is_it(day: dt.date) -> bool:
        passed = (day.year - start.year) * 12 + day.month - start.month
        return passed == months and (day.day == start.day or (is_last_of_month(day) and day.day < start.day))

    return first_day(start, is_it)


def naive_calendar_day(start: dt.date, month: int, number: int) -> dt.date:
    return first_day(
        start,
        lambda day: day.month == month and (day.day == number or (is_last_of_month(day) and day.day < number)),
    )


def naive_anniversary(start: dt.date, joined: dt.date) -> dt.date:
    def is_it(day: dt.date) -> bool:
        kept = (day + DAY).month == 3 and day.month == 2 if (joined.month, joined.day) == (2, 29) else False
        return day.year > joined.year and ((day.month, day.day) == (joined.month, joined.day) or kept)

    return first_day(start + DAY, is_it)


def naive_end(last_day: dt.date, zone: ZoneInfo) -> dt.datetime:
    """The first quarter of an hour at which the local calendar shows a later day."""
    at = dt.datetime.combine(last_day - DAY, dt.time(), dt.UTC)
    while at.astimezone(zone).date() <= last_day:
        at += dt.timedelta(minutes=15)
    return at


@settings(max_examples=400)
@given(instants, periods, zones)
def test_rolling_points_are_valid_through_the_day_so_long_after_the_earning(
    earned_at: dt.datetime, period: tuple[int, str], zone: ZoneInfo
) -> None:
    rule = ExpiryRule("rolling", *period)

    last_day = naive_period_end(earned_at.astimezone(zone).date(), *period)

    assert expires_at(rule, earned_at, SOMEBODY, zone) == naive_end(last_day, zone)


@settings(max_examples=400)
@given(instants, st.integers(1, 12), st.integers(1, 31), zones)
def test_calendar_points_are_valid_through_the_next_such_day(
    earned_at: dt.datetime, month: int, day: int, zone: ZoneInfo
) -> None:
    rule = ExpiryRule("calendar", month=month, day=day)

    last_day = naive_calendar_day(earned_at.astimezone(zone).date(), month, day)

    assert expires_at(rule, earned_at, SOMEBODY, zone) == naive_end(last_day, zone)


@settings(max_examples=400)
@given(instants, instants, zones, st.booleans())
@example(dt.datetime(2024, 2, 29, 12, tzinfo=dt.UTC), dt.datetime(2025, 2, 28, 12, tzinfo=dt.UTC), BUDAPEST, True)
@example(dt.datetime(2024, 2, 29, 12, tzinfo=dt.UTC), dt.datetime(2028, 2, 28, 12, tzinfo=dt.UTC), BUDAPEST, True)
def test_anniversary_points_are_valid_through_the_day_before_the_next_anniversary(
    joined_at: dt.datetime, earned_at: dt.datetime, zone: ZoneInfo, opted_in: bool
) -> None:
    member = Member(SOMEBODY.created_at, joined_at) if opted_in else Member(joined_at)

    anniversary = naive_anniversary(earned_at.astimezone(zone).date(), joined_at.astimezone(zone).date())

    assert expires_at(ExpiryRule("anniversary"), earned_at, member, zone) == naive_end(anniversary - DAY, zone)


@settings(max_examples=400)
@given(instants, periods, zones)
def test_points_of_the_idle_are_valid_through_the_day_so_long_after_the_last_activity(
    active_at: dt.datetime, period: tuple[int, str], zone: ZoneInfo
) -> None:
    last_day = naive_period_end(active_at.astimezone(zone).date(), *period)

    assert idle_at(ExpiryRule("activity", *period), active_at, zone) == naive_end(last_day, zone)


@settings(max_examples=400)
@given(instants, periods, zones, st.integers(-5, 5), st.integers(0, 1))
def test_whoever_was_active_before_the_limit_is_idle_and_nobody_else(
    active_at: dt.datetime, period: tuple[int, str], zone: ZoneInfo, days: int, microseconds: int
) -> None:
    """The two ways to ask agree, days and a microsecond around the moment that matters."""
    rule = ExpiryRule("activity", *period)
    due_at = idle_at(rule, active_at, zone)

    at = due_at + days * DAY - dt.timedelta(microseconds=microseconds)

    assert (active_at < idle_before(rule, at, zone)) == (due_at <= at)


@given(instants, instants, periods, zones)
def test_nobody_is_idle_for_longer_than_activities_have_been_kept(
    active_at: dt.datetime, since: dt.datetime, period: tuple[int, str], zone: ZoneInfo
) -> None:
    young, old = ExpiryRule("activity", *period, since=since), ExpiryRule("activity", *period)

    assert idle_at(young, active_at, zone) == max(idle_at(old, active_at, zone), idle_at(old, since, zone))


def local(*parts: int) -> dt.datetime:
    return dt.datetime(*parts, tzinfo=BUDAPEST)  # type: ignore[misc,arg-type]


@pytest.mark.parametrize("hour", [0, 1, 22, 23])
def test_points_expire_neither_a_day_early_nor_a_day_late(hour: int) -> None:
    """PITFALLS 10: the day of earning is the programme's, whatever day it is in UTC."""
    rule = ExpiryRule("rolling", 30, "days")

    found = expires_at(rule, local(2026, 7, 10, hour, 59, 59), SOMEBODY, BUDAPEST)

    assert found == local(2026, 8, 10), "valid through 9 August, not a moment longer"


def test_a_change_of_the_clocks_between_earning_and_expiry_moves_nothing() -> None:
    """PITFALLS 10: earned in winter, expiring in summer, and the other way round."""
    rule = ExpiryRule("rolling", 1, "months")

    assert expires_at(rule, local(2026, 3, 10, 23, 30), SOMEBODY, BUDAPEST) == dt.datetime(
        2026, 4, 10, 22, tzinfo=dt.UTC
    )
    assert expires_at(rule, local(2026, 10, 10, 0, 30), SOMEBODY, BUDAPEST) == dt.datetime(
        2026, 11, 10, 23, tzinfo=dt.UTC
    )


def test_a_day_of_23_or_25_hours_is_one_day() -> None:
    rule = ExpiryRule("rolling", 1, "days")

    # The clocks turn on 29 March and on 25 October.
    for day, ends_at in (((2026, 3, 28), (2026, 3, 29, 22)), ((2026, 10, 24), (2026, 10, 25, 23))):
        for hour in (0, 12, 23):
            found = expires_at(rule, local(*day, hour, 59), SOMEBODY, BUDAPEST)
            assert found == dt.datetime(*ends_at, tzinfo=dt.UTC)


def test_the_last_second_of_the_day_in_utc_is_another_day_in_the_programme() -> None:
    """PITFALLS 10: 23:59:59 UTC is the next day in Budapest, and still the same in New York."""
    rule, at = ExpiryRule("calendar", month=12, day=31), dt.datetime(2026, 12, 31, 23, 59, 59, tzinfo=dt.UTC)
    new_york = ZoneInfo("America/New_York")

    assert expires_at(rule, at, SOMEBODY, BUDAPEST) == local(2028, 1, 1), "earned on 1 January 2027 there"
    assert expires_at(rule, at, SOMEBODY, new_york) == dt.datetime(2027, 1, 1, tzinfo=new_york)


def test_a_month_too_short_ends_on_its_last_day() -> None:
    end_of_january = local(2027, 1, 31, 9)

    assert expires_at(ExpiryRule("rolling", 1, "months"), end_of_january, SOMEBODY, BUDAPEST) == local(2027, 3, 1)
    assert expires_at(ExpiryRule("calendar", month=2, day=31), end_of_january, SOMEBODY, BUDAPEST) == local(2027, 3, 1)
    leap_day = local(2028, 2, 29, 9)
    assert expires_at(ExpiryRule("rolling", 1, "years"), leap_day, SOMEBODY, BUDAPEST) == local(2029, 3, 1)


def test_whoever_joined_on_29_february_keeps_the_28th_in_other_years() -> None:
    member = Member(SOMEBODY.created_at, local(2024, 2, 29, 9))
    rule = ExpiryRule("anniversary")

    assert expires_at(rule, local(2026, 1, 1), member, BUDAPEST) == local(2026, 2, 28)
    assert expires_at(rule, local(2026, 2, 28), member, BUDAPEST) == local(2027, 2, 28)
    assert expires_at(rule, local(2027, 3, 1), member, BUDAPEST) == local(2028, 2, 29)


def test_the_day_of_the_opt_in_is_not_yet_an_anniversary() -> None:
    member = Member(local(2025, 1, 1), local(2026, 6, 1, 9))
    rule = ExpiryRule("anniversary")

    assert expires_at(rule, local(2026, 6, 1, 10), member, BUDAPEST) == local(2027, 6, 1)
    assert expires_at(rule, local(2026, 2, 1), member, BUDAPEST) == local(2027, 6, 1), "backdated"
    assert expires_at(rule, local(2026, 2, 1), Member(local(2025, 1, 1)), BUDAPEST) == local(2027, 1, 1), "not opted in"


def test_points_that_never_expire_or_by_activity_only_have_no_date() -> None:
    assert expires_at(ExpiryRule("activity", 1, "days"), local(2026, 1, 1), SOMEBODY, BUDAPEST) is None
