"""Merges: the higher level, then the later expiry; days add up; what both have earned together counts."""

import datetime as dt
from typing import Any

import pytest

from customers.models import Customer, Merge
from loyalty.tiers.models import CustomerTier, LatePoints, StatusDay
from tests.engine.world import check_books, rows
from tests.merging import merge
from tests.tiers.ladders import buy, done, level, local, run_timer, set_up, structure, tier, told

pytestmark = pytest.mark.django_db
DAY = local("2025-02-01")
CALENDAR: dict[str, Any] = {"expiration_type": "calendar", "calendar_expirations": ["01-01"]}


@pytest.fixture(autouse=True)
def in_berlin(settings: Any) -> None:
    settings.TIME_ZONE = "Europe/Berlin"


def two(**settings: Any) -> None:
    """C-1 will be merged into C-2."""
    set_up(structure(**settings))
    done("opt_in", customer="C-1")
    done("opt_in", customer="C-2")


def give(customer: str, points: int, at: dt.datetime = DAY, **data: Any) -> None:
    done("point_add", at, customer, points=points, **data)


def to(customer: str, level: str | None = None, **data: Any) -> None:
    done("tier_change", DAY, customer, structure="standard", **({"tier": level} if level else {}), **data)


def merge_them(at: dt.datetime = DAY) -> Merge:
    by_id = {one.public_id: one for one in Customer.objects.all()}
    return merge(by_id["C-1"], by_id["C-2"], at)


def standing(customer: str = "C-2") -> tuple[str | None, bool, dt.date | None]:
    found = tier(DAY, customer)
    assert found
    return found.level.slug, found.standing.manual, found.expires_on


def days() -> dict[tuple[str, str], int]:
    found = StatusDay.objects.values_list("customer__public_id", "day", "points")
    return {(name, day.isoformat()): int(points) for name, day, points in found}


def test_points_of_the_same_day_are_added_up_and_reach_a_level_together() -> None:
    two()
    give("C-1", 600)
    give("C-2", 500)
    give("C-2", 50, local("2025-02-02"))
    merge_them(local("2025-02-03"))
    assert days() == {("C-2", "2025-02-01"): 1_100, ("C-2", "2025-02-02"): 50}
    assert level(customer="C-2") == "t1"
    assert told("C-2") == [("tier_up", "t0", "t1", "merge")]
    assert not CustomerTier.objects.filter(customer__public_id="C-1").exists()
    check_books()


def test_what_was_late_stays_where_it_was_counted_and_is_taken_back_there() -> None:
    two(**CALENDAR, points_grace_days=3)
    arrives = local("2026-01-09")
    buy("R-1", 200, arrives, "C-1", effective_timestamp=local("2025-12-30").isoformat())
    buy("R-2", 300, arrives, "C-2", effective_timestamp=local("2025-12-30").isoformat())
    merge_them(local("2026-01-10"))
    assert LatePoints.objects.filter(customer__public_id="C-2").count() == LatePoints.objects.count() == 2
    done("partial_refund", local("2026-01-11"), "C-2", transaction_id="R-1", amount=150)
    assert days() == {("C-2", "2026-01-09"): 350}
    check_books()


@pytest.mark.parametrize("manual", ["C-1", "C-2"])
def test_a_higher_level_of_points_wins_over_one_by_hand(manual: str) -> None:
    two()
    other = {"C-1": "C-2", "C-2": "C-1"}[manual]
    to(manual, "t1")
    give(other, 5_000)
    merge_them()
    assert standing() == ("t2", False, None)
    check_books()


@pytest.mark.parametrize("manual", ["C-1", "C-2"])
def test_a_higher_level_by_hand_wins_over_one_of_points_and_stays_by_hand(manual: str) -> None:
    two()
    other = {"C-1": "C-2", "C-2": "C-1"}[manual]
    to(manual, "t2")
    give(other, 1_000)
    merge_them()
    assert standing() == ("t2", True, None)
    found = CustomerTier.objects.get()
    [(owner,)] = rows("SELECT customer_id FROM events_event WHERE id = %s", [found.event_id])
    assert owner == Customer.objects.get(public_id=manual).id
    check_books()


@pytest.mark.parametrize(
    ("ours", "theirs", "kept"),
    [
        ("2025-06-30", "2025-09-30", dt.date(2025, 10, 1)),
        ("2025-09-30", "2025-06-30", dt.date(2025, 10, 1)),
        ("", "2025-09-30", None),
        ("2025-09-30", "", None),
    ],
)
def test_of_equal_levels_the_later_expiry_is_kept_and_none_is_the_latest(
    ours: str, theirs: str, kept: dt.date | None
) -> None:
    two()
    to("C-1", "t1", expdate=theirs)
    to("C-2", "t1", expdate=ours)
    merge_them()
    assert standing() == ("t1", True, kept)
    check_books()


def test_a_survivor_who_had_none_gets_the_level_of_the_other() -> None:
    two(initialise_at_opt_in=False)
    give("C-1", 1_200)
    merge_them()
    assert (level(customer="C-2"), told("C-2")) == ("t1", [])
    assert merge_count() == {"tiers": 1}
    check_books()


def test_a_survivor_keeps_what_the_other_lacks() -> None:
    two(initialise_at_opt_in=False)
    give("C-2", 1_200)
    merge_them()
    assert (level(customer="C-2"), merge_count()) == ("t1", {"tiers": 0})


def merge_count() -> dict[str, int]:
    return {name: number for name, number in Merge.objects.get().moved.items() if name == "tiers"}


def test_the_merge_counts_the_levels_that_moved() -> None:
    other = structure("other", type="invitation_only")
    set_up(structure(), other)
    done("opt_in", customer="C-1")
    done("opt_in", customer="C-2")
    assert merge_them().moved["tiers"] == 2


@pytest.mark.parametrize("off", ["structure", "module"])
@pytest.mark.parametrize(("theirs", "ours"), [("t2", "t1"), ("t1", "t2"), (None, "t1"), ("t1", None)])
def test_while_nothing_counts_the_higher_level_is_kept_and_the_days_add_up(
    off: str, theirs: str | None, ours: str | None
) -> None:
    two(initialise_at_opt_in=False)
    for customer, chosen in (("C-1", theirs), ("C-2", ours)):
        give(customer, 300)
        rows("DELETE FROM tiers_customertier WHERE level_id IS NULL") if chosen is None else to(customer, chosen)
    if off == "structure":
        set_up(structure(status="inactive"))
    else:
        set_up(structure(), settings={"modules": ["expiring_points"]})
    merge_them()
    found = CustomerTier.objects.get()
    assert found.level
    assert found.level.slug == max(theirs or "", ours or "")
    assert days() == {("C-2", "2025-02-01"): 600}
    assert told("C-2", "tier_down") == []


def test_a_level_that_is_overdue_does_not_win_over_one_that_is_not() -> None:
    two()
    to("C-1", "t2", expdate="2025-02-10")
    to("C-2", "t1")
    merge_them(local("2025-02-20"))
    assert standing() == ("t1", True, None)
    run_timer(local("2025-02-20"))
    assert standing() == ("t1", True, None)
    check_books()


def test_a_chain_of_merges_brings_everything_to_the_last() -> None:
    two()
    done("opt_in", customer="C-3")
    for customer in ("C-1", "C-2", "C-3"):
        give(customer, 400)
    merge_them()
    assert level(customer="C-2") == "t0"
    by_id = {one.public_id: one for one in Customer.objects.all()}
    merge(by_id["C-2"], by_id["C-3"], DAY)
    assert days() == {("C-3", "2025-02-01"): 1_200}
    assert told("C-3") == [("tier_up", "t0", "t1", "merge")]
    check_books()


@pytest.mark.parametrize("reset", ["C-1", "C-2"])
def test_what_one_of_them_lost_by_a_reset_does_not_come_back(reset: str) -> None:
    two(method="reset", validity={"until": "months", "months": 1})
    give(reset, 1_000)
    run_timer(local("2025-03-01 00:00"))
    assert level(customer=reset) == "t0"
    merge_them(local("2025-03-02"))
    found = tier(local("2025-03-02"), "C-2")
    assert found
    assert (found.level.slug, int(found.points)) == ("t0", 0)
    check_books()
