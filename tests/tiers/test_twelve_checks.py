"""The twelve checks of tiers, in Berlin: levels t0 at 0, t1 at 1,000 and t2 at 5,000 points of the default account."""

import datetime as dt
from typing import Any

import pytest

from customers.models import Customer
from loyalty.engine.events import Incoming
from loyalty.engine.record import record
from loyalty.tiers.queries import midnight
from tests.tiers.ladders import (
    BY,
    START,
    buy,
    done,
    level,
    local,
    missing,
    points,
    run_timer,
    send,
    set_up,
    structure,
    tier,
    told,
)

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def in_berlin(settings: Any) -> None:
    settings.TIME_ZONE = "Europe/Berlin"


@pytest.mark.parametrize(("downgrade", "left"), [(True, "t0"), (False, "t1")])
def test_points_that_are_earned_lift_and_only_deductions_lower(downgrade: bool, left: str) -> None:
    set_up(structure(downgrade=downgrade))
    done("opt_in")
    first = tier()
    assert first
    assert (first.level.slug, int(first.points), first.expires_on, missing()) == ("t0", 0, None, ("t1", 1_000))
    done("point_add", points=400)
    assert missing() == ("t1", 600)
    done("point_add", points=600)
    assert (level(), missing(), told()) == ("t1", ("t2", 4_000), [("tier_up", "t0", "t1", "points")])
    done("point_spend", points=900)
    spent = tier()
    assert spent
    assert (spent.level.slug, int(spent.points)) == ("t1", 1_000)
    done("point_sub", points=1)
    taken = tier()
    assert taken
    assert (taken.level.slug, int(taken.points)) == (left, 999)
    assert told("C-1", "tier_down") == ([("tier_down", "t1", "t0", "points")] if downgrade else [])


def test_nothing_comes_after_the_top_level() -> None:
    set_up(structure())
    done("opt_in")
    done("point_add", points=5_000)
    assert (level(), missing()) == ("t2", None)


def test_points_of_29_february_leave_after_twelve_months_on_the_28th() -> None:
    set_up(structure(expiration_type="rolling", rolling_months=12))
    done("opt_in", local("2024-02-01"))
    done("point_add", local("2024-02-29"), points=1_000)
    now = local("2025-02-27")
    found = tier(now)
    assert found
    assert (found.level.slug, int(found.points_after)) == ("t1", 0)
    assert found.expires_on
    assert midnight(found.expires_on).isoformat() == "2025-02-28T00:00:00+01:00"
    at = local("2025-02-28 00:00")
    run_timer(at - dt.timedelta(seconds=1))
    assert level(now) == "t1"
    run_timer(at)
    assert (level(at), told("C-1", "tier_down")) == ("t0", [("tier_down", "t1", "t0", "expiry")])


@pytest.mark.parametrize(
    ("reached", "months", "ends"),
    [
        ("2025-03-30", 12, "2026-03-30T00:00:00+02:00"),
        ("2025-10-26", 6, "2026-04-26T00:00:00+02:00"),
    ],
)
def test_a_level_ends_at_the_local_midnight_of_its_own_season(reached: str, months: int, ends: str) -> None:
    set_up(structure(expiration_type="rolling", rolling_months=months))
    done("opt_in", local("2025-01-01"))
    done("point_add", local(reached), points=1_000)
    found = tier(local(reached))
    assert found
    assert found.expires_on
    assert midnight(found.expires_on).isoformat() == ends


def test_a_rolling_level_lasts_until_what_is_left_no_longer_holds_it() -> None:
    set_up(structure(expiration_type="rolling", rolling_months=12))
    done("opt_in", local("2025-01-01"))
    done("point_add", local("2025-01-15"), points=600)
    done("point_add", local("2025-06-15"), points=600)
    found = tier(local("2025-06-15"))
    assert found
    assert (found.level.slug, found.expires_on, int(found.points_after)) == ("t1", dt.date(2026, 1, 15), 600)
    run_timer(local("2026-01-15 00:00"))
    found = tier(local("2026-01-15"))
    assert found
    assert (found.level.slug, int(found.points)) == ("t0", 600)
    assert found.day_points == {dt.date(2025, 1, 15): points(600), dt.date(2025, 6, 15): points(600)}


@pytest.mark.parametrize(("downgrade", "left"), [(True, "t1"), (False, "t2")])
def test_a_refund_takes_what_its_order_gave(downgrade: bool, left: str) -> None:
    set_up(structure(downgrade=downgrade))
    done("opt_in")
    buy("R-1", 1_000)
    assert level() == "t1"
    buy("R-2", 4_500)
    assert level() == "t2"
    done("refund", transaction_id="R-1")
    found = tier()
    assert found
    assert (found.level.slug, int(found.points)) == (left, 4_500)
    assert told("C-1", "tier_down") == ([("tier_down", "t2", "t1", "refund")] if downgrade else [])


def test_a_level_by_hand_stays_until_points_reach_a_higher_one() -> None:
    set_up(structure(downgrade=True))
    done("opt_in")
    done("point_add", points=200)
    done("tier_change", structure="standard", tier="t1")
    assert (level(), told()) == ("t1", [("tier_up", "t0", "t1", "manual")])
    done("point_add", points=900)
    done("point_sub", points=1_000)
    kept = tier()
    assert kept
    assert (kept.level.slug, int(kept.points), kept.standing.manual) == ("t1", 100, True)
    done("point_add", points=5_000)
    risen = tier()
    assert risen
    assert (risen.level.slug, risen.standing.manual) == ("t2", False)
    done("point_sub", points=5_000)
    assert level() == "t0"


def test_a_level_by_hand_whose_day_was_set_expires() -> None:
    set_up(structure())
    done("opt_in")
    done("point_add", points=100)
    done("tier_change", structure="standard", tier="t1", expdate="2025-01-31")
    run_timer(local("2025-01-31 23:59"))
    assert level() == "t1"
    run_timer(local("2025-02-01 00:00"))
    assert (level(), told("C-1", "tier_down")) == ("t0", [("tier_down", "t1", "t0", "expiry")])


def test_nobody_is_set_below_what_their_points_reach() -> None:
    set_up(structure())
    done("opt_in")
    done("point_add", points=1_200)
    refused = send("tier_change", structure="standard", tier="t0").error
    assert refused
    assert (refused.code, refused.field, level()) == (113011, "tier", "t1")


def test_a_day_set_by_hand_lasts_until_the_next_action() -> None:
    set_up(structure(expiration_type="rolling", rolling_months=12))
    done("opt_in")
    done("point_add", points=1_000)
    done("tier_change", structure="standard", expdate="2025-01-10")
    changed = tier()
    assert changed
    assert changed.expires_on == dt.date(2025, 1, 11)
    done("point_add", points=1)
    computed = tier()
    assert computed
    assert computed.expires_on == dt.date(2026, 1, 10)


def test_no_points_move_anybody_where_levels_are_by_invitation() -> None:
    set_up(structure(type="invitation_only"))
    done("opt_in")
    done("point_add", points=100_000)
    assert (level(), told()) == ("t0", [])
    done("tier_change", structure="standard", tier="t2")
    assert level() == "t2"


@pytest.mark.parametrize(
    ("arrives", "day", "counted"), [("2026-01-02", "2025-12-30", 0), ("2026-01-05", "2026-01-05", 50)]
)
def test_what_arrives_within_the_grace_counts_for_the_old_year(arrives: str, day: str, counted: int) -> None:
    set_up(structure(expiration_type="calendar", calendar_expirations=["01-01"], points_grace_days=3))
    done("opt_in")
    at = local(arrives)
    buy("R-1", 50, at, effective_timestamp=local("2025-12-30").isoformat())
    found = tier(at)
    assert found
    assert (dict(found.day_points), int(found.points)) == ({dt.date.fromisoformat(day): points(50)}, counted)


def test_who_qualifies_in_the_grace_is_renewed_without_a_fall() -> None:
    set_up(structure(expiration_type="calendar", calendar_expirations=["01-01"], level_grace_days=30))
    done("opt_in")
    done("point_add", points=1_000)
    run_timer(local("2026-01-01 00:00"))
    kept = tier(local("2026-01-01"))
    assert kept
    assert (kept.level.slug, kept.standing.grace, kept.expires_on) == ("t1", dt.date(2026, 1, 1), dt.date(2026, 1, 31))
    done("point_add", local("2026-01-20"), points=1_000)
    renewed = tier(local("2026-01-20"))
    assert renewed
    assert (renewed.level.slug, renewed.standing.grace, renewed.expires_on) == ("t1", None, dt.date(2027, 1, 1))
    run_timer(local("2026-01-31 00:00"))
    assert told() == [("tier_up", "t0", "t1", "points"), ("tier_renew", "t1", "t1", "points")]


def test_who_does_not_qualify_falls_at_the_end_of_the_grace() -> None:
    set_up(structure(expiration_type="calendar", calendar_expirations=["01-01"], level_grace_days=30))
    done("opt_in")
    done("point_add", points=1_000)
    run_timer(local("2026-01-01 00:00"))
    run_timer(local("2026-01-30 23:59"))
    assert level(local("2026-01-30")) == "t1"
    run_timer(local("2026-01-31 00:00"))
    run_timer(local("2026-01-31 00:00"))
    assert told() == [("tier_up", "t0", "t1", "points"), ("tier_down", "t1", "t0", "expiry")]


def test_two_structures_never_mix() -> None:
    spent = structure("spent", type="spend_based", currency="EUR", levels=({"id": "s0"}, {"id": "s1", "threshold": 50}))
    set_up(structure(), spent)
    done("opt_in")
    buy("R-1", 60)
    done("point_add", points=2_000)
    assert (level(), level(structure="spent")) == ("t1", "s1")
    found = tier(structure="spent")
    assert found
    assert int(found.points) == 60


def test_a_merge_keeps_the_higher_level_and_both_days() -> None:
    set_up(structure())
    done("opt_in", customer="C-1")
    done("opt_in", customer="C-2")
    done("point_add", local("2025-01-11"), customer="C-1", points=100)
    done("tier_change", local("2025-01-11"), customer="C-1", structure="standard", tier="t1")
    done("point_add", local("2025-01-12"), customer="C-2", points=5_000)
    data = {"kind": "full", "source": "C-1", "target": "C-2"}
    [outcome] = record([Incoming("C-1", "customer_merge", data, target=("id", "C-2"))], by=BY, at=START)
    assert outcome.error is None
    found = tier(customer="C-2")
    assert found
    assert (found.level.slug, found.standing.manual) == ("t2", False)
    assert found.day_points == {dt.date(2025, 1, 11): points(100), dt.date(2025, 1, 12): points(5_000)}
    assert not Customer.objects.get(id=outcome.events[0].customer_id).tiers.exists()
