"""Whoever leaves has no level and no status points any more; what had happened stays as events without anything personal."""

from typing import Any

import pytest

from customers.erasure.mechanism import BAN
from customers.models import Customer
from loyalty.engine.events import Actor, Incoming
from loyalty.engine.record import record
from loyalty.tiers.models import CustomerTier, LatePoints, StatusDay
from tests.engine.world import check_books, rows
from tests.merging import merge
from tests.tiers.ladders import buy, done, level, local, run_timer, send, set_up, structure, told

pytestmark = pytest.mark.django_db
TABLES = (CustomerTier, StatusDay, LatePoints)
STAFF = Actor("back_office", grants=frozenset({BAN}))
LATER = local("2026-02-01")
YEARLY: dict[str, Any] = {"expiration_type": "calendar", "calendar_expirations": ["01-01"], "points_grace_days": 3}


@pytest.fixture(autouse=True)
def in_berlin(settings: Any) -> None:
    settings.TIME_ZONE = "Europe/Berlin"


@pytest.fixture
def lived() -> dict[str, int]:
    """Ann, into whom Old was merged, and Bob: each with rows in all three tables."""
    set_up(structure(**YEARLY))
    for name in ("ann", "old", "bob"):
        done("opt_in", customer=name)
        done("point_add", customer=name, points=1_000)
        arrives, when = local("2026-01-09"), local("2025-12-30").isoformat()
        buy(f"{name}-1", 200, arrives, name, effective_timestamp=when)
    ids = {one.public_id: one.id for one in Customer.objects.all()}
    merge(Customer.objects.get(id=ids["old"]), Customer.objects.get(id=ids["ann"]), local("2026-01-10"))
    # As if a row had been left behind by the merge: it goes with the family, too.
    rows(
        "INSERT INTO tiers_statusday (customer_id, structure_id, day, points) SELECT %s, id, now()::date, 1 FROM tiers_structure",
        [ids["old"]],
    )
    return ids


def owners(table: Any) -> set[int]:
    return {*table.objects.values_list("customer_id", flat=True)}


def leave(action: str) -> None:
    [outcome] = record([Incoming("ann", action, {"reason": "fraud"})], by=STAFF, at=LATER)
    assert outcome.error is None, outcome.error


@pytest.mark.parametrize("action", ["opt_out", "ban"])
def test_nothing_is_left_of_the_whole_family_and_everything_of_the_others(lived: dict[str, int], action: str) -> None:
    assert all({lived["ann"], lived["bob"]} <= owners(table) for table in TABLES)
    leave(action)
    assert [owners(table) for table in TABLES] == [{lived["bob"]}] * 3
    assert level(LATER, "bob") is not None
    check_books()


def test_the_receipt_counts_what_went(lived: dict[str, int]) -> None:
    before = [table.objects.exclude(customer=lived["bob"]).count() for table in TABLES]
    leave("opt_out")
    found = dict(rows("SELECT place, erased FROM customers_erasureitem WHERE place LIKE 'tiers_%%'"))
    assert found == dict(zip((table._meta.db_table for table in TABLES), before, strict=True))
    assert all(before)


def test_of_the_events_it_stays_that_there_were_some_and_nothing_of_what_they_said(lived: dict[str, int]) -> None:
    events = "SELECT count(*), count(*) FILTER (WHERE data <> '{}') FROM events_event WHERE action LIKE 'tier_%%' AND customer_id = %s"
    [(number, told_before)] = rows(events, [lived["ann"]])
    assert number == told_before > 0
    leave("opt_out")
    assert rows(events, [lived["ann"]]) == [(number, 0)]
    assert rows(events, [lived["bob"]])[0][1] > 0


def test_no_timer_brings_anything_back(lived: dict[str, int]) -> None:
    leave("opt_out")
    run_timer(local("2027-01-01 00:00"))
    assert lived["ann"] not in owners(CustomerTier)


def test_the_id_opts_in_again_from_nothing(lived: dict[str, int]) -> None:
    leave("opt_out")
    done("opt_in", LATER, "ann")
    assert (level(LATER, "ann"), told("ann")) == ("t0", [])
    done("point_add", LATER, "ann", points=900)
    assert level(LATER, "ann") == "t0"
    check_books()


def test_nobody_who_left_is_moved_by_hand(lived: dict[str, int]) -> None:
    leave("opt_out")
    assert send("tier_change", LATER, "ann", structure="standard", tier="t1").error is not None
