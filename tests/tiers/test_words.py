"""The model by itself: what docs/tiers.md and the numbered checks of the tiers say in figures.

So that a disagreement with the engine is looked for in the right place. Nothing here touches a database.
"""

import datetime as dt
from dataclasses import replace
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from tests.engine.model import Earning, Sent, Setup
from tests.tiers.model import Block, Change, Level, Programme, Structure

BERLIN = ZoneInfo("Europe/Berlin")
SETUP = Setup(
    "off", {"main": Earning("transaction", "nearest", "100")}, {}, negative=frozenset({"main"}), zone="Europe/Berlin"
)
PLAIN = Structure("s", (Level("t0", 0), Level("t1", 1000), Level("t2", 5000)))


class Life:
    """One customer, Ann, in one structure, unless said."""

    def __init__(self, structure: Structure = PLAIN, *, joined: str = "2024-01-01", **settings: Any) -> None:
        self.programme = Programme(SETUP, [replace(structure, **settings)])
        self.send("opt_in", joined)

    def send(self, action: str, on: str, name: str = "ann", **data: Any) -> None:
        at = at_noon(on)
        self.programme.run_timers(at.replace(hour=0))
        assert self.programme.send(Sent(name, action, data), at)

    def change(self, on: str, tier: str | None = None, until: str | None = None) -> bool:
        self.programme.run_timers(at_noon(on).replace(hour=0))
        last_day = dt.date.fromisoformat(until) if until else None
        return self.programme.change("ann", "s", Change(tier, until is not None, last_day), at_noon(on))

    def read(self, on: str, name: str = "ann") -> Block:
        self.programme.run_timers(at_noon(on))
        found = self.programme.read(name, "s", dt.date.fromisoformat(on))
        assert found
        return found

    def events(self, name: str = "ann") -> list[tuple[str, str | None, str | None, str]]:
        return [(one.action, one.before, one.after, one.reason) for one in self.programme.events[name]]


def at_noon(day: str) -> dt.datetime:
    return dt.datetime.combine(dt.date.fromisoformat(day), dt.time(12), BERLIN)


def shown(block: Block) -> tuple[str, str | None, int, int]:
    """Level, expiry, points, and what is left of them after it."""
    ends = block.expdate.isoformat() if block.expdate else None
    return block.level, ends, int(block.points), int(block.points_after_expiration)


def test_points_lead_up_and_only_deductions_lead_down() -> None:
    life = Life(downgrade=True)
    assert shown(life.read("2024-01-01")) == ("t0", None, 0, 0)
    assert life.read("2024-01-01").next == ("t1", Decimal(1000))
    life.send("point_add", "2024-01-02", points=400)
    assert life.read("2024-01-02").next == ("t1", Decimal(600))
    life.send("point_add", "2024-01-03", points=600)
    assert life.read("2024-01-03").next == ("t2", Decimal(4000))
    life.send("point_spend", "2024-01-04", points=900)
    assert shown(life.read("2024-01-04")) == ("t1", None, 1000, 1000)
    life.send("point_sub", "2024-01-05", points=1)
    assert shown(life.read("2024-01-05")) == ("t0", None, 999, 999)
    assert [action for action, *_ in life.events()] == ["tier_up", "tier_down"]


def test_nobody_falls_by_a_deduction_without_downgrade() -> None:
    life = Life()
    life.send("point_add", "2024-01-02", points=1000)
    life.send("point_sub", "2024-01-03", points=1)
    assert shown(life.read("2024-01-03")) == ("t1", None, 999, 999)


def test_rolling_points_of_a_leap_day_leave_on_the_28th() -> None:
    life = Life(expiration="rolling", rolling_months=12)
    life.send("point_add", "2024-02-29", points=1000)
    assert shown(life.read("2025-02-27")) == ("t1", "2025-02-28", 1000, 0)
    assert shown(life.read("2025-02-28")) == ("t0", None, 0, 0)
    assert life.events()[-1] == ("tier_down", "t1", "t0", "expiry")


@pytest.mark.parametrize(
    ("day", "months", "ends"),
    [
        ("2024-02-29", 48, "2028-02-29"), ("2025-01-31", 1, "2025-02-28"), ("2025-03-30", 12, "2026-03-30"),
        ("2025-10-26", 6, "2026-04-26"),
    ],
)  # fmt: skip
def test_months_end_at_the_last_day_of_a_shorter_one(day: str, months: int, ends: str) -> None:
    life = Life(expiration="rolling", rolling_months=months)
    life.send("point_add", day, points=1000)
    assert life.read(day).expdate == dt.date.fromisoformat(ends)


def test_rolling_points_leave_one_day_after_the_other() -> None:
    life = Life(expiration="rolling", rolling_months=12)
    life.send("point_add", "2025-01-15", points=600)
    life.send("point_add", "2025-06-15", points=600)
    assert shown(life.read("2025-06-15")) == ("t1", "2026-01-15", 1200, 600)
    assert shown(life.read("2026-01-15")) == ("t0", None, 600, 0)
    assert life.read("2026-01-15").history == {dt.date(2025, 1, 15): 600, dt.date(2025, 6, 15): 600}


@pytest.mark.parametrize(("downgrade", "level"), [(True, "t1"), (False, "t2")])
def test_a_refund_leads_down_where_deductions_do(downgrade: bool, level: str) -> None:
    life = Life(downgrade=downgrade)
    life.send("checkout", "2024-01-02", transaction_id="a", total=1000)
    life.send("checkout", "2024-01-03", transaction_id="b", total=4500)
    life.send("refund", "2024-01-04", transaction_id="a")
    assert shown(life.read("2024-01-04")) == (level, None, 4500, 4500)


def test_a_level_by_hand_stays_until_points_reach_a_higher_one() -> None:
    life = Life(downgrade=True)
    life.send("point_add", "2024-01-02", points=200)
    assert life.change("2024-01-03", "t1")
    for action, points, level, by_hand in (
        ("point_add", 900, "t1", True), ("point_sub", 1000, "t1", True), ("point_add", 5000, "t2", False),
        ("point_sub", 5000, "t0", False),
    ):  # fmt: skip
        life.send(action, "2024-01-04", points=points)
        block = life.read("2024-01-04")
        assert (block.level, block.by_hand) == (level, by_hand)


def test_a_day_by_hand_lasts_until_the_next_action() -> None:
    life = Life(expiration="rolling", rolling_months=12)
    life.send("point_add", "2024-01-02", points=1200)
    assert life.change("2024-02-01", until="2024-02-02")
    assert shown(life.read("2024-02-01")) == ("t1", "2024-02-03", 1200, 1200)
    life.send("point_add", "2024-02-02", points=1)
    assert shown(life.read("2024-02-02")) == ("t1", "2025-01-02", 1201, 1)


def test_a_level_by_hand_expires_and_none_is_set_below_what_points_reach() -> None:
    life = Life()
    life.send("point_add", "2024-01-02", points=100)
    assert life.change("2024-01-03", "t1", until="2024-01-31")
    assert life.read("2024-01-31").level == "t1"
    assert life.read("2024-02-01").level == "t0"
    life.send("point_add", "2024-02-01", points=1100)
    assert not life.change("2024-02-02", "t0")
    assert not life.change("2024-02-02", "t1")
    assert not life.change("2024-02-02", until="2024-02-01")


def test_by_invitation_nobody_is_moved_by_points() -> None:
    life = Life(type="invitation_only")
    life.send("point_add", "2024-01-02", points=9000)
    assert life.read("2024-01-02").level == "t0"


@pytest.mark.parametrize(
    ("arrived", "old", "new"),
    [("2025-01-02", 1000, 0), ("2025-01-03", 1000, 0), ("2025-01-04", 0, 1000), ("2025-01-05", 0, 1000)],
)
def test_late_events_count_for_the_old_period_within_the_grace(arrived: str, old: int, new: int) -> None:
    life = Life(expiration="calendar", dates=((1, 1),), points_grace_days=3)
    life.send("checkout", arrived, transaction_id="a", total=1000, effective_timestamp="2024-12-30T12:00:00+01:00")
    found = life.read(arrived)
    assert found.points == new
    assert found.history.get(dt.date(2024, 12, 30), 0) == old


def test_points_that_come_in_the_grace_renew_the_level_as_of_its_expiry() -> None:
    life = Life(expiration="calendar", dates=((1, 1),), level_grace_days=30)
    life.send("point_add", "2024-06-01", points=1000)
    assert shown(life.read("2024-06-01")) == ("t1", "2025-01-01", 1000, 0)
    assert shown(life.read("2025-01-01")) == ("t1", "2025-01-31", 0, 0)
    life.send("point_add", "2025-01-20", points=1000)
    assert shown(life.read("2025-01-20")) == ("t1", "2026-01-01", 1000, 0)
    assert life.events() == [("tier_up", "t0", "t1", "points"), ("tier_renew", "t1", "t1", "points")]


def test_earned_in_one_year_a_level_holds_until_the_end_of_the_next() -> None:
    life = Life(expiration="calendar", dates=((1, 1),), validity="next_period", points_grace_days=3)
    life.send("point_add", "2024-06-01", points=1000)
    assert shown(life.read("2025-06-01")) == ("t1", "2026-01-01", 0, 0)
    life.send("point_add", "2025-07-01", points=900)
    assert life.read("2026-01-01").level == "t0"
    life.send("point_add", "2026-01-02", points=100, effective_timestamp="2025-12-30T12:00:00+01:00")
    assert shown(life.read("2026-01-02")) == ("t1", "2027-01-01", 0, 0)


def test_a_merge_keeps_the_higher_level_and_both_ones_days() -> None:
    life = Life()
    life.send("opt_in", "2024-01-01", "bob")
    life.send("point_add", "2024-01-02", "bob", points=5000)
    assert life.change("2024-01-03", "t1")
    life.send("point_add", "2024-01-04", points=100)
    life.programme.merge("ann", "bob", at_noon("2024-01-05"))
    found = life.read("2024-01-05", "bob")
    assert (found.level, found.by_hand, int(found.points)) == ("t2", False, 5100)
    assert found.history == {dt.date(2024, 1, 2): Decimal(5000), dt.date(2024, 1, 4): Decimal(100)}
