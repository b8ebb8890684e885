"""Edges of the rules of tiers that random lives have found: each as short as it can be told."""

import datetime as dt
from typing import Any

import pytest

from events.models import Event
from loyalty.tiers.queries import Tier
from tests.engine import world
from tests.tiers.ladders import buy, done, level, local, run_timer, set_up, structure, tier, told

pytestmark = pytest.mark.django_db
ROLLING: dict[str, Any] = {"expiration_type": "rolling", "rolling_months": 12}
YEARLY: dict[str, Any] = {"expiration_type": "calendar", "calendar_expirations": ["01-01"]}
NEXT_YEAR: dict[str, Any] = {**YEARLY, "validity": {"until": "next_period"}}
RESET: dict[str, Any] = {"method": "reset", "validity": {"until": "months", "months": 6}}


@pytest.fixture(autouse=True)
def in_berlin(settings: Any) -> None:
    settings.TIME_ZONE = "Europe/Berlin"


def opt_in(on: str, *names: str) -> None:
    for name in names or ("C-1",):
        done("opt_in", local(on), name)


def add(points: int, on: str, name: str = "C-1", **data: Any) -> None:
    done("point_add", local(on), name, points=points, **data)


def by_hand(on: str, name: str = "C-1", **data: Any) -> None:
    done("tier_change", local(on), name, structure="standard", **data)


def merge(source: str, target: str, on: str) -> None:
    [outcome] = world.send(world.merging(source, target), at=local(on).astimezone(dt.UTC))
    assert outcome.error is None


def shown(on: str, name: str = "C-1") -> Tier:
    found = tier(local(on), name)
    assert found
    return found


# Rising


def test_what_is_taken_back_raises_nobody() -> None:
    """To the level that the points reached all along, against what staff had set."""
    set_up(structure(**ROLLING, method="one_down"))
    opt_in("2025-01-10")
    add(1_200, "2025-01-11")
    by_hand("2025-01-12", tier="t0")
    done("point_sub", local("2025-01-13"), points=1)
    assert level(local("2025-01-13")) == "t0"


def test_only_late_points_reach_a_level_in_the_period_before() -> None:
    set_up(structure(**NEXT_YEAR, method="one_down", points_grace_days=10))
    opt_in("2024-06-01")
    add(1_200, "2024-06-02")
    by_hand("2025-01-05", tier="t0")
    add(10, "2025-01-06")
    assert level(local("2025-01-06")) == "t0"


@pytest.mark.parametrize(
    "kept", [{"method": "never"}, {"levels": ({"id": "t0"}, {"id": "t1", "threshold": 1_000, "kept": True})}]
)
def test_late_points_reach_a_level_that_does_not_expire(kept: dict[str, Any]) -> None:
    set_up(structure(**NEXT_YEAR, **kept, points_grace_days=10))
    opt_in("2024-06-01")
    buy("a", 1_000, local("2025-01-02"), effective_timestamp="2024-12-30T12:00:00+01:00")
    assert level(local("2025-01-02")) == "t1"


def test_the_event_tells_the_late_points_that_reached_the_level() -> None:
    set_up(structure(**NEXT_YEAR, points_grace_days=10))
    opt_in("2024-06-01")
    buy("a", 1_000, local("2025-01-02"), effective_timestamp="2024-12-30T12:00:00+01:00")
    assert Event.objects.get(action="tier_up").data["points"] == 1_000


def test_late_points_reach_the_higher_of_two_levels() -> None:
    """The points of the day alone would reach the first; those of last year reach the second."""
    set_up(structure(**NEXT_YEAR, method="one_down", points_grace_days=40))
    opt_in("2024-10-10")
    add(6_000, "2024-10-11")
    add(1_200, "2025-01-05")
    by_hand("2025-01-06", tier="t0")
    add(1, "2025-01-07", effective_timestamp="2024-12-30T12:00:00+01:00")
    assert level(local("2025-01-07")) == "t2"


def test_points_of_the_year_before_last_reach_no_level_of_last_year() -> None:
    set_up(structure(**NEXT_YEAR, method="one_down", points_grace_days=40))
    opt_in("2023-10-10")
    add(6_000, "2024-10-11")
    by_hand("2025-01-06", tier="t0")
    add(1, "2025-01-07", effective_timestamp="2023-12-30T12:00:00+01:00")
    assert level(local("2025-01-07")) == "t0"


def test_what_came_before_the_opt_in_reaches_no_level_late() -> None:
    yearly: dict[str, Any] = {
        "expiration_type": "anniversary",
        "validity": {"until": "next_period"},
        "points_grace_days": 3,
    }
    set_up(structure(**yearly))
    opt_in("2025-03-18")
    add(1_200, "2025-03-19", effective_timestamp="2025-03-17T00:00:00+01:00")
    assert level(local("2025-03-19")) == "t0"


# Counting


def test_before_the_first_anniversary_nothing_is_late() -> None:
    """What happened before the opt-in is in no period; it counts on its own day, whenever it arrives."""
    set_up(structure(expiration_type="anniversary", points_grace_days=3))
    opt_in("2025-01-10")
    add(1_000, "2025-02-01", effective_timestamp="2024-12-30T12:00:00+01:00")
    assert int(shown("2025-02-01").points) == 0


def test_whoever_was_brought_gets_status_points_too() -> None:
    set_up(structure())
    world.rows("UPDATE events_eventtype SET default_points = 40 WHERE action IN ('referral', 'referral_points')")
    opt_in("2025-01-10", "C-1", "C-2")
    done("referral", local("2025-01-11"), referred="C-2")
    assert [int(shown("2025-01-11", name).points) for name in ("C-1", "C-2")] == [40, 40]


def test_a_day_whose_points_were_taken_back_is_none_on_which_points_leave() -> None:
    set_up(structure(**ROLLING))
    opt_in("2025-01-10")
    add(100, "2025-01-11")
    done("point_sub", local("2025-01-11 13:00"), points=100)
    add(300, "2025-02-01")
    assert int(shown("2025-02-02").points_after) == 0


# The grace of a level


def test_a_last_day_by_hand_does_not_begin_the_grace_anew() -> None:
    """A level that has expired ends on the day that staff name, though its grace went on until the end of January."""
    set_up(structure(**YEARLY, level_grace_days=30))
    opt_in("2024-06-01")
    add(1_200, "2024-06-02")
    run_timer(local("2025-01-01 00:01"))
    by_hand("2025-01-10", expdate="2025-01-20")
    run_timer(local("2025-01-21 00:01"))
    assert level(local("2025-01-21")) == "t0"


def test_a_level_that_is_renewed_in_its_grace_is_by_hand_no_longer() -> None:
    set_up(structure(**YEARLY, level_grace_days=30, downgrade=True))
    opt_in("2024-06-01")
    by_hand("2024-06-02", tier="t1")
    run_timer(local("2025-01-01 00:01"))
    add(1_000, "2025-01-10")
    assert told()[-1] == ("tier_renew", "t1", "t1", "points")
    assert not shown("2025-01-10").standing.manual


# Merging


def test_a_day_by_hand_outlives_a_merge() -> None:
    """None is the latest, so it is the one that stays."""
    set_up(structure(**ROLLING))
    opt_in("2025-01-10", "C-1", "C-2")
    add(1_000, "2025-01-11")
    by_hand("2025-01-12", expdate="")
    merge("C-2", "C-1", "2025-01-13")
    assert shown("2025-01-13").expires_on is None


def test_a_merge_with_an_older_customer_does_not_bring_the_expiry_forward() -> None:
    set_up(structure(expiration_type="anniversary"))
    opt_in("2024-03-01", "C-2")
    opt_in("2024-06-01", "C-1")
    add(1_200, "2025-01-11")
    merge("C-2", "C-1", "2025-01-20")
    assert shown("2025-01-20").expires_on == dt.date(2025, 6, 1)


def test_a_merge_revives_no_points_of_before_a_reset() -> None:
    set_up(structure(**RESET))
    opt_in("2025-01-10", "C-1", "C-2")
    add(4_000, "2025-01-10")
    run_timer(local("2025-07-10 00:01"))
    assert (level(local("2025-07-10")), int(shown("2025-07-10").points)) == ("t0", 0)
    by_hand("2025-07-15", "C-2", tier="t1")
    merge("C-1", "C-2", "2025-07-20")
    assert int(shown("2025-07-20", "C-2").points) == 0


# What earns by what follows from it


def test_the_first_login_of_a_day_counts() -> None:
    set_up(structure())
    world.rows("UPDATE events_eventtype SET default_points = 40 WHERE action = 'daily_login'")
    opt_in("2025-01-10")
    done("login", local("2025-01-11"))
    assert int(shown("2025-01-11").points) == 40


def test_an_opt_in_that_names_who_brought_it_counts_for_both() -> None:
    set_up(structure())
    world.rows("UPDATE events_eventtype SET default_points = 40 WHERE action IN ('referral', 'referral_points')")
    opt_in("2025-01-10", "C-1")
    done("opt_in", local("2025-01-11"), "C-2", referrer="C-1")
    assert [int(shown("2025-01-11", name).points) for name in ("C-1", "C-2")] == [40, 40]
