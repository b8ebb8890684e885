"""A level that will be lost is told of ahead: once for each customer and day, and only if it is so."""

import datetime as dt
from collections.abc import Iterable
from functools import partial
from typing import Any

import pytest

from events.models import Event
from loyalty.tiers.expiry.operations import announce_losses
from loyalty.tiers.models import Recalculation
from loyalty.tiers.profile.sentences import describe
from loyalty.tiers.recalculation.operations import recalculate_all
from tests.tiers.ladders import done, local, run_timer, set_up, structure

pytestmark = pytest.mark.django_db
ROLLING: dict[str, Any] = {"expiration_type": "rolling", "rolling_months": 6}
# Reached on 10 January 2025, so held through 9 July.
REACHED, LOST = local("2025-01-10"), dt.date(2025, 7, 10)


@pytest.fixture(autouse=True)
def in_berlin(settings: Any) -> None:
    settings.TIME_ZONE = "Europe/Berlin"


def begin(**more: Any) -> None:
    set_up(structure(**{**ROLLING, "notice_days": 14, **more}))
    recalculate_all(now=lambda: REACHED)
    done("opt_in", REACHED)
    done("point_add", REACHED, points=1_200)


def announce(*days: str) -> int:
    moments = [local(day).astimezone(dt.UTC) for day in days]
    return sum(announce_losses(now=partial(min, [at])) for at in moments)


def announced() -> list[Any]:
    events: Iterable[Event] = Event.objects.filter(action="tier_expiring").order_by("id")
    return [event.data for event in events]


def test_a_loss_is_announced_once_within_the_days_of_notice() -> None:
    begin()
    assert announce("2025-06-25") == 0
    assert announce("2025-06-26", "2025-06-26", "2025-07-01", "2025-07-09") == 1
    told = {"structure": "standard", "from": "t1", "to": "t0", "points": 0, "expdate": LOST.isoformat()}
    assert announced() == [told]


def test_the_notice_is_of_the_moment_of_the_run_and_follows_from_no_event() -> None:
    begin()
    announce("2025-06-26")
    event = Event.objects.get(action="tier_expiring")
    assert (event.occurred_at, event.parent_id, event.source) == (local("2025-06-26"), None, "timer")


def test_a_level_that_points_will_hold_is_not_announced() -> None:
    begin()
    done("point_add", local("2025-06-01"), points=1_000)
    assert announce("2025-06-26", "2025-07-09") == 0


def test_another_day_of_loss_is_announced_again() -> None:
    begin()
    announce("2025-06-26")
    done("point_add", local("2025-06-27"), points=1_000)
    assert announce("2025-06-28", "2025-12-20") == 1
    assert [data["expdate"] for data in announced()] == ["2025-07-10", "2025-12-27"]


def test_without_days_of_notice_nothing_is_announced() -> None:
    begin(notice_days=0)
    assert announce("2025-06-26", "2025-07-09") == 0


def test_before_a_grace_only_its_end_is_announced() -> None:
    begin(level_grace_days=30)
    assert announce("2025-06-26", "2025-07-09") == 0
    run_timer(local("2025-07-10"))
    assert announce("2025-07-20", "2025-07-27", "2025-08-01") == 1
    assert announced()[0]["expdate"] == "2025-08-09"


def test_what_has_expired_is_seen_to_before_anything_is_announced() -> None:
    begin()
    announce("2025-07-10")
    assert announced() == []


def test_changing_the_days_of_notice_counts_nobody_anew() -> None:
    begin()
    set_up(structure(**ROLLING, notice_days=30))
    assert not Recalculation.objects.exclude(status="done").exists()


def test_a_notice_reads_as_a_sentence() -> None:
    begin()
    announce("2025-06-26")
    event = Event.objects.get(action="tier_expiring")
    assert describe([event])[event.id] == (
        "T1 in Standard is about to be lost: then T0, unless points keep it. Valid through 9 July 2025."
    )
