"""The timer of birthdays and anniversaries: whom it tells of, when, and that nobody has one twice."""

import calendar
import datetime as dt
import threading
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.core.management import call_command
from django.db import connection
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from customers.life import celebrations
from customers.life.celebrations import ANNIVERSARY, BIRTHDAY, Celebration, record_celebrations
from loyalty.engine.storage import statements
from tests.engine.races.racing import BALANCES, blocked
from tests.engine.races.test_races import WITHOUT_LOCK
from tests.engine.world import accepted, event, rows

DAY = dt.timedelta(days=1)
NOON = dt.datetime(2026, 6, 15, 12, tzinfo=dt.UTC)


def join(name: str, at: dt.datetime = NOON - 1_000 * DAY, **profile: Any) -> None:
    accepted(event(name, "opt_in", **profile), at=at)


def run(celebration: Celebration, at: dt.datetime) -> int:
    return record_celebrations(celebration, now=lambda: at)


def told(action: str = "birthday") -> list[tuple[str, dt.datetime]]:
    return rows(
        "SELECT public_id, occurred_at FROM events_event e JOIN customers_customer c ON c.id = customer_id"
        " WHERE action = %s ORDER BY e.id",
        [action],
    )


@pytest.mark.django_db
class TestOne:
    def test_a_birthday_is_told_once_however_often_the_timer_runs(self) -> None:
        join("ann", birth_date="1990-06-15")
        join("bob", birth_date="1990-06-16")
        assert [run(BIRTHDAY, NOON + dt.timedelta(hours=hour)) for hour in range(3)] == [1, 0, 0]
        assert told() == [("ann", NOON)]
        assert run(BIRTHDAY, NOON.replace(year=2027)) == 1

    def test_it_comes_from_the_timer_and_tells_nothing_of_the_person(self) -> None:
        join("ann", birth_date="1990-06-15")
        run(BIRTHDAY, NOON)
        assert rows("SELECT source, data, staff_id FROM events_event WHERE action = 'birthday'") == [
            ("timer", "{}", None)
        ]

    def test_an_anniversary_counts_the_years(self) -> None:
        join("ann", NOON.replace(year=2023))
        join("new", NOON)
        assert run(ANNIVERSARY, NOON) == 1
        assert rows("SELECT data FROM events_event WHERE action = 'anniversary'") == [('{"years": 3}',)]

    @pytest.mark.parametrize(("late", "found"), [(0, 1), (1, 1), (7, 1), (8, 0)])
    def test_a_timer_that_stood_still_catches_up_seven_days(self, late: int, found: int) -> None:
        join("ann", birth_date="1990-06-15")
        assert run(BIRTHDAY, NOON + late * DAY) == found

    def test_what_it_catches_up_takes_effect_on_its_day(self) -> None:
        join("ann", birth_date="1990-06-15")
        run(BIRTHDAY, NOON + 3 * DAY)
        assert told() == [("ann", dt.datetime(2026, 6, 15, 23, 59, 59, tzinfo=dt.UTC))]

    def test_a_birthday_that_is_told_after_new_year_belongs_to_the_old_one(self) -> None:
        join("ann", birth_date="1990-12-31")
        for year in (2027, 2028, 2029):
            assert run(BIRTHDAY, dt.datetime(year, 1, 2, tzinfo=dt.UTC)) == 1
        assert [at.year for _, at in told()] == [2026, 2027, 2028]

    @pytest.mark.parametrize(("day", "year"), [("02-28", 2026), ("02-29", 2028)])
    @pytest.mark.parametrize("celebration", [BIRTHDAY, ANNIVERSARY])
    def test_29_february_is_kept_on_28_february_in_other_years(
        self, celebration: Celebration, day: str, year: int
    ) -> None:
        join("ann", dt.datetime(2024, 2, 29, 12, tzinfo=dt.UTC), birth_date="1992-02-29")
        on = dt.datetime.fromisoformat(f"{year}-{day}T12:00:00+00:00")
        assert [run(celebration, on - DAY), run(celebration, on), run(celebration, on + DAY)] == [0, 1, 0]

    @pytest.mark.parametrize(
        ("status", "found"),
        [("active", 1), ("suspended", 1), ("inactive", 0), ("opted_out", 0), ("banned", 0), ("merged", 0)],
    )
    def test_only_members_have_one(self, status: str, found: int) -> None:
        join("ann", birth_date="1990-06-15")
        rows("UPDATE customers_customer SET status = %s", [status])
        assert run(BIRTHDAY, NOON) == found

    def test_the_days_before_somebody_joined_are_not_caught_up(self) -> None:
        join("ann", NOON, birth_date="1990-06-14")
        join("bob", NOON, birth_date="1990-06-15")
        assert run(BIRTHDAY, NOON) == 1
        assert told() == [("bob", NOON)]

    @pytest.mark.parametrize(("zone", "found"), [("Asia/Tokyo", 1), ("UTC", 0), ("America/New_York", 0)])
    def test_the_day_is_the_programmes(self, settings: Any, zone: str, found: int) -> None:
        settings.TIME_ZONE = zone
        join("ann", birth_date="1990-06-16")
        assert run(BIRTHDAY, dt.datetime(2026, 6, 15, 16, tzinfo=dt.UTC)) == found

    def test_a_merged_profiles_birthday_counts_for_the_survivor(self) -> None:
        join("old", birth_date="1990-06-15")
        run(BIRTHDAY, NOON)
        join("ann", birth_date="1990-06-15")
        rows(
            'INSERT INTO customers_merge (source_id, survivor_id, "into", kind, merged_at, source_event, survivor_event,'
            " moved, filled) SELECT o.id, a.id, a.id, 'partial', now(), 1, 1, '{}', '{}' FROM customers_customer o,"
            " customers_customer a WHERE o.public_id = 'old' AND a.public_id = 'ann'"
        )
        rows("UPDATE customers_customer SET status = 'merged' WHERE public_id = 'old'")
        assert run(BIRTHDAY, NOON) == 0
        assert run(BIRTHDAY, NOON.replace(year=2027)) == 1

    def test_more_than_one_chunk(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(celebrations, "AT_ONCE", 2)
        for number in range(5):
            join(f"c{number}", birth_date="1990-06-15")
        assert run(BIRTHDAY, NOON) == 5

    def test_a_run_that_dies_between_chunks_is_finished_by_the_next_one(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(celebrations, "AT_ONCE", 2)
        for number in range(5):
            join(f"c{number}", birth_date="1990-06-15")
        times = iter([NOON, NOON, NOON])
        with pytest.raises(StopIteration):
            record_celebrations(BIRTHDAY, now=lambda: next(times))
        assert len(told()) == 4
        assert run(BIRTHDAY, NOON) == 1
        assert sorted(name for name, _ in told()) == [f"c{number}" for number in range(5)]

    def test_the_command_says_how_many(self, capsys: pytest.CaptureFixture[str]) -> None:
        call_command("celebrate")
        assert '"birthday": 0,\n  "anniversary": 0' in capsys.readouterr().out


# As the programme's clock might go through them: the ends of months and years, leap days, both changes of the clock.
SEASONS = [
    dt.date(2026, 3, 29), dt.date(2026, 10, 25), dt.date(2026, 2, 28), dt.date(2026, 3, 1), dt.date(2028, 2, 28),
    dt.date(2028, 2, 29), dt.date(2028, 3, 1), dt.date(2027, 1, 1), dt.date(2026, 12, 31), dt.date(2100, 2, 28),
]  # fmt: skip
ZONES = ["UTC", "Europe/Budapest", "America/New_York", "Pacific/Kiritimati", "Pacific/Pago_Pago", "Asia/Kathmandu"]


def is_due(first: dt.date, joined: dt.date, day: dt.date) -> bool:
    same = (first.month, first.day) == (day.month, day.day)
    moved = (first.month, first.day, day.month, day.day) == (2, 29, 2, 28) and not calendar.isleap(day.year)
    return (same or moved) and first < day and joined <= day


@pytest.mark.django_db
@settings(max_examples=120, deadline=None, suppress_health_check=list(HealthCheck), database=None)
@given(
    zone=st.sampled_from(ZONES),
    day=st.one_of(st.sampled_from(SEASONS), st.dates(dt.date(2026, 1, 1), dt.date(2032, 12, 31))),
    years=st.lists(st.integers(0, 30), min_size=1, max_size=4),
    shifts=st.lists(st.integers(-50, 50), min_size=3, max_size=8),
)
def test_who_is_found_is_who_has_the_day_in_any_time_zone_and_year(
    zone: str, day: dt.date, years: list[int], shifts: list[int]
) -> None:
    """Opt-ins and births some hours and days around the day, some years before."""
    midnight = dt.datetime(day.year, day.month, day.day, tzinfo=ZoneInfo(zone)).astimezone(dt.UTC)
    instants = [
        (midnight - round(years_ago * 365.2425) * DAY) + dt.timedelta(hours=shift)
        for years_ago in years
        for shift in shifts
    ]
    leap = [dt.datetime(2024, 2, 29, hour, 30, tzinfo=dt.UTC) for hour in (0, 5, 12, 18, 23)]
    rows("DELETE FROM customers_customer")
    for number, at in enumerate([*instants, *leap]):
        rows(
            "INSERT INTO customers_customer (public_id, status, properties, created_at, updated_at, optin_at, birth_date,"
            " purchase_total, purchase_count, purchase_item_count) VALUES (%s, 'active', '{}', %s, %s, %s, %s, 0, 0, 0)",
            [str(number), at, at, at, at.date()],
        )
    local = {str(number): at.astimezone(ZoneInfo(zone)).date() for number, at in enumerate([*instants, *leap])}
    born = {str(number): at.date() for number, at in enumerate([*instants, *leap])}
    for celebration, firsts in ((ANNIVERSARY, local), (BIRTHDAY, born)):
        told = celebrations._due(celebration, day, ZoneInfo(zone))
        found = [id for celebrated, chunk in told if celebrated == day for id in chunk]
        expected = [name for name, first in firsts.items() if is_due(first, local[name], day)]
        assert sorted(found) == sorted(expected), (celebration.action, zone, day)


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("celebration", "index"), [(BIRTHDAY, "customer_by_birthday"), (ANNIVERSARY, "customer_by_anniversary")]
)
def test_whom_to_tell_of_is_read_by_index_ranges(celebration: Celebration, index: str) -> None:
    rows("SET LOCAL enable_seqscan = off")
    sql = celebrations._DUE.format(first=celebration.first, indexed=celebration.indexed)
    bounds = celebrations._bounds(celebration, NOON.date(), ZoneInfo("UTC")) | {"after_day": dt.date.min, "after": 0}
    plan = "\n".join(row[0] for row in rows(f"EXPLAIN {sql}", bounds))
    assert index in plan
    assert "event_celebrated" in plan
    assert "Seq Scan on customers_customer" not in plan
    assert "Seq Scan on events_event" not in plan


def twice_at_once() -> list[int]:
    """Two runs which have both read that the birthday is due before either tells of it."""
    found: list[int] = []

    def work() -> None:
        found.append(run(BIRTHDAY, NOON))
        connection.close()

    rows("UPDATE events_eventtype SET default_points = 10 WHERE action = 'birthday'")
    join("ann", birth_date="1990-06-15")
    threads = [threading.Thread(target=work) for _ in range(2)]
    with blocked(BALANCES, until=2):
        for thread in threads:
            thread.start()
    for thread in threads:
        thread.join(60)
    return sorted(found)


@pytest.mark.usefixtures("committed_db")
def test_two_runs_at_once_tell_once() -> None:
    assert twice_at_once() == [0, 1]
    assert len(told()) == 1


@pytest.mark.usefixtures("committed_db")
def test_control_without_the_lock_two_runs_tell_twice(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(statements, "LOCK", WITHOUT_LOCK)
    assert twice_at_once() == [1, 1]
    assert len(told()) == 2
