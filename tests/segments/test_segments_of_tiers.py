"""Levels that change without an event of their customer: segments that ask for them are computed anew, and no others."""

import datetime as dt
from typing import Any

import pytest

from loyalty.tiers.recalculation.operations import recalculate_all
from segments.membership.operations import refresh_due
from segments.models import Computation, Touch
from segments.program import facts_in
from tests.engine.world import check_books
from tests.segments.segmenting import item, make_segment, members, work
from tests.tiers.ladders import START, done, run_timer, set_up, structure

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def in_berlin(settings: Any) -> None:
    settings.TIME_ZONE = "Europe/Berlin"


def recalculate() -> None:
    recalculate_all(now=lambda: START.astimezone(dt.UTC))


def due() -> set[str]:
    return {one.segment.slug for one in Computation.objects.select_related("segment") if one.is_due}


def test_who_gets_the_lowest_level_by_a_recalculation_enters_the_segment_of_the_level() -> None:
    done("opt_in")
    set_up(structure())
    make_segment("basic", "in tier standard/t0")
    make_segment("all", "everyone")
    work(START)
    assert members("basic") == set()

    recalculate()
    assert due() == {"basic"}
    work(START)

    assert members("basic") == {"C-1"}
    check_books()


@pytest.mark.parametrize("last", ["active", "inactive"])
def test_a_structure_that_is_switched_off_or_on_empties_and_fills_its_segments(last: str) -> None:
    set_up(structure())
    recalculate()
    done("opt_in")
    make_segment("basic", "country is DE or not (not in tier standard/t0)")
    make_segment("all", "everyone")
    work(START)
    for status in ("inactive", "active", "inactive")[: 2 if last == "active" else 3]:
        set_up(structure(status=status))
        assert due() == {"basic"}
        work(START)

    assert members("basic") == ({"C-1"} if last == "active" else set())
    check_books()


def test_a_change_that_leaves_the_status_marks_no_segment_before_it_is_recalculated() -> None:
    set_up(structure())
    recalculate()
    make_segment("basic", "in tier standard/t0")
    work(START)

    set_up(structure(notice_days=3))

    assert due() == set()


def test_a_grace_that_begins_moves_the_day_of_the_level() -> None:
    """No event tells of it."""
    set_up(structure(validity={"until": "months", "months": 1}, expiration_type="rolling", rolling_months=1,
                     level_grace_days=30))  # fmt: skip
    recalculate()
    done("opt_in")
    done("point_add", points=1_000)
    make_segment("later", "tier expires in standard is after 2025-02-20")
    work(START)
    assert members("later") == set()
    later = START + dt.timedelta(days=32)

    assert run_timer(later) == 0
    assert not Touch.objects.exists()
    assert refresh_due(now=lambda: later.astimezone(dt.UTC)) == ["later"]
    assert members("later") == {"C-1"}
    check_books()


def test_the_facts_of_a_rule_are_found_wherever_they_stand() -> None:
    set_up(structure())
    rule = item("x", "bought and not (in tier standard/t0 or age is at least 18)")["rule"]

    assert facts_in(rule) == {"purchases.any", "tiers.level", "customer.age"}
    assert facts_in({"all": []}) == frozenset()
