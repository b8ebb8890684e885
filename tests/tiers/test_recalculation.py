"""What a change of a structure makes of those who are there: as the preview says, in each of its ways."""

import datetime as dt
import re
from typing import Any

import pytest

from customers.models import Customer
from events.models import Event
from loyalty.accounts.program import account_facts
from loyalty.tiers.build import structure_of
from loyalty.tiers.config import StructureRule
from loyalty.tiers.enums import Way
from loyalty.tiers.models import Recalculation, StatusDay
from loyalty.tiers.program import read_tiers, tier_facts
from loyalty.tiers.queries import tiers_config
from loyalty.tiers.recalculation import operations
from loyalty.tiers.recalculation.history import days_from_history
from loyalty.tiers.recalculation.operations import recalculate_all
from loyalty.tiers.recalculation.queries import forecast, groups_of
from tests.engine.world import rows
from tests.tiers.ladders import LEVELS, START, buy, done, level, local, set_up, structure, tier, told

pytestmark = pytest.mark.django_db
RAISED = ({"id": "t0"}, {"id": "t1", "threshold": 1_500}, {"id": "t2", "threshold": 5_000})
LOWERED = ({"id": "t0"}, {"id": "t1", "threshold": 500}, {"id": "t2", "threshold": 5_000})


@pytest.fixture(autouse=True)
def in_berlin(settings: Any) -> None:
    settings.TIME_ZONE = "Europe/Berlin"


def now() -> dt.datetime:
    return START.astimezone(dt.UTC)


def people(*points: int) -> None:
    """C-1 and so on with so many points each."""
    for number, each in enumerate(points, 1):
        done("opt_in", customer=f"C-{number}")
        if each:
            done("point_add", customer=f"C-{number}", points=each)


def choose(way: Way) -> None:
    Recalculation.objects.exclude(status="done").update(way=way)


def forecasts(levels: Any, **settings: Any) -> dict[Way, tuple[int, int]]:
    """How many would rise and fall by each way."""
    item = {**current(), "tiers": [{"name": {"en": "x"}, "multiplier": None, "kept": False, **one} for one in levels]}
    rule = proposed({**item, **settings})
    groups = groups_of(rule, now())
    return {way: ((found := forecast(rule, way, groups)).rising, found.falling) for way in Way}


def current() -> dict[str, Any]:
    [item] = read_tiers()
    return item


def proposed(item: dict[str, Any]) -> StructureRule:
    levels = [{"threshold": 0, **level} for level in item["tiers"]]
    accounts = {slug: known["id"] for slug, known in account_facts().items()}
    return structure_of({**item, "tiers": levels}, tier_facts()[item["id"]], accounts)


def moved() -> tuple[int, int]:
    """How many `tier_up` and `tier_down` there are by reason of the structure."""
    events = Event.objects.filter(data__reason="structure")
    return events.filter(action="tier_up").count(), events.filter(action="tier_down").count()


@pytest.mark.parametrize("way", list(Way))
@pytest.mark.parametrize("levels", [RAISED, LOWERED])
def test_each_way_does_what_was_foretold(way: Way, levels: Any) -> None:
    set_up(structure(downgrade=False))
    recalculate_all(now=now)
    people(0, 400, 600, 1_000, 1_200, 1_600, 5_200)
    done("tier_change", customer="C-2", structure="standard", tier="t1")
    foretold = forecasts(levels)[way]
    set_up(structure(levels=levels))
    choose(way)
    recalculate_all(now=now)
    [job] = Recalculation.objects.filter(way=way, recounts=False)
    assert (moved(), (job.risen, job.fallen), job.status) == (foretold, foretold, "done")


def test_the_ways_differ() -> None:
    set_up(structure())
    recalculate_all(now=now)
    people(1_000, 1_200, 1_600)
    assert forecasts(RAISED) == {Way.RISE: (0, 0), Way.EVERYONE: (0, 2), Way.NEW: (0, 0)}
    assert forecasts(LOWERED) == {Way.RISE: (0, 0), Way.EVERYONE: (0, 0), Way.NEW: (0, 0)}


def test_a_new_structure_counts_what_was_earned_before_it() -> None:
    people(400)
    buy("R-1", 700)
    done("partial_refund", transaction_id="R-1", amount=50)
    done("point_spend", points=300)
    done("point_sub", points=10)
    set_up(structure())
    recalculate_all(now=now)
    found = tier()
    assert found
    assert (found.level.slug, int(found.points)) == ("t1", 1_040)
    assert told() == [("tier_up", "t0", "t1", "structure")]


def counted_days() -> list[Any]:
    rows = StatusDay.objects.order_by("structure__slug", "day")
    return list(rows.values_list("structure__slug", "day", "points"))


def test_counting_anew_gives_what_was_counted_event_by_event() -> None:
    set_up(structure(), structure("bought", type="spend_based", currency="EUR"))
    recalculate_all(now=now)
    people(400)
    buy("R-1", 700)
    done("partial_refund", local("2025-02-01"), transaction_id="R-1", amount=50)
    done("point_sub", local("2025-02-02"), points=450)
    counted = counted_days()
    set_up(structure(status="inactive"), structure("bought", type="spend_based", currency="EUR", status="inactive"))
    set_up(structure(), structure("bought", type="spend_based", currency="EUR"))
    recalculate_all(now=now)
    assert counted_days() == counted


def test_who_had_a_level_that_was_removed_goes_to_the_best_that_is_left() -> None:
    set_up(structure())
    recalculate_all(now=now)
    people(1_200)
    set_up(structure(levels=(LEVELS[0], LEVELS[2])))
    assert level() is None
    choose(Way.NEW)
    recalculate_all(now=now)
    assert (level(), moved()) == ("t0", (0, 1))


def test_a_run_that_is_repeated_moves_nobody_twice() -> None:
    set_up(structure())
    recalculate_all(now=now)
    people(1_200)
    set_up(structure(levels=RAISED))
    choose(Way.EVERYONE)
    recalculate_all(now=now)
    Recalculation.objects.update(status="waiting", after=0)
    recalculate_all(now=now)
    assert (level(), moved()) == ("t0", (0, 1))
    assert tiers_config().all[0].levels[1].threshold == 1_500


def test_points_earned_while_the_module_was_off_count_when_it_comes_on() -> None:
    set_up(structure())
    recalculate_all(now=now)
    people(400)
    set_up(structure(), settings={"modules": ["expiring_points"]})
    done("point_add", points=700)
    set_up(structure())
    recalculate_all(now=now)
    found = tier()
    assert found
    assert (found.level.slug, int(found.points)) == ("t1", 1_100)
    assert told() == [("tier_up", "t0", "t1", "structure")]


def test_settings_that_leave_the_module_on_count_nobody_anew() -> None:
    set_up(structure())
    recalculate_all(now=now)
    set_up(structure(), settings={"modules": ["tiers"]})
    assert not Recalculation.objects.exclude(status="done").exists()


def test_a_place_is_kept_only_up_to_what_is_not_done_yet(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever goes on after a loss skips nobody."""
    set_up(structure())
    job = Recalculation.objects.get()
    [rule] = tiers_config().all
    monkeypatch.setattr(operations, "SPAN", 2)
    spans = operations.Spans(rule, job, now, 5)
    kept = []
    for start, customers in ((2, 1), (0, 2), (4, 1)):
        spans._keep(start, customers)
        job.refresh_from_db()
        kept.append((job.after, job.customers))
    assert kept == [(0, 0), (4, 3), (5, 4)]


@pytest.mark.parametrize("recounts", [False, True])
def test_spans_of_ids_leave_nobody_out_and_take_nobody_twice(monkeypatch: pytest.MonkeyPatch, recounts: bool) -> None:
    set_up(structure())
    recalculate_all(now=now)
    people(*range(0, 2_100, 300))
    foretold = forecasts(RAISED)[Way.EVERYONE]
    set_up(structure(levels=RAISED))
    choose(Way.EVERYONE)
    Recalculation.objects.filter(status="waiting").update(recounts=recounts)
    monkeypatch.setattr(operations, "SPAN", 2)
    monkeypatch.setattr(operations, "AT_ONCE", 1)
    recalculate_all(now=now)
    job = Recalculation.objects.latest("id")
    assert (moved(), (job.risen, job.fallen)) == (foretold, foretold)
    assert job.after == Customer.objects.latest("id").id


def test_counting_anew_finds_the_entries_of_the_customers_at_hand_by_an_index() -> None:
    """With those of profiles that were merged into them. Few rows: the planner is told not to read all of them."""
    set_up(structure())
    sql, params = days_from_history(tiers_config().all[0], [1, 2])
    rows("SET LOCAL enable_seqscan = off")
    plan = "\n".join(line for (line,) in rows(f"EXPLAIN (COSTS OFF) {sql}", params))
    entries = plan[plan.index(" on points_entry e") :]
    assert re.match(r".*\n +(Index|Recheck) Cond: \(\(?customer_id = ANY", entries), plan
