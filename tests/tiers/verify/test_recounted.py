"""What a recalculation counts anew from the ledger is what the engine had counted, and what verifying finds right."""

from typing import Any

import pytest

from loyalty.tiers.models import StatusDay
from tests.engine.world import rows
from tests.tiers.ladders import set_up
from tests.tiers.verify.lives import PROGRAM, STRUCTURES, begin, live, merged, recount, wrong

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def in_berlin(settings: Any) -> None:
    settings.TIME_ZONE = "Europe/Berlin"


def counted() -> set[tuple[Any, ...]]:
    return {*StatusDay.objects.exclude(points=0).values_list("customer", "structure__slug", "day", "points")}


def test_counted_anew_it_is_as_it_was_counted() -> None:
    begin()
    for name in ("ann", "away", "stays"):
        live(name)
    merged("away", "stays")
    before = counted()
    set_up(*({**one, "status": "inactive"} for one in STRUCTURES), **PROGRAM)
    rows("DELETE FROM tiers_statusday")
    set_up(*({**one, "status": "active"} for one in STRUCTURES), **PROGRAM)
    recount()
    assert counted() == before
    assert wrong() == []


def test_a_structure_that_comes_after_the_events_is_counted_from_them() -> None:
    set_up(*STRUCTURES[:1], **PROGRAM)
    recount()
    live("ann")
    set_up(*STRUCTURES, **PROGRAM)
    assert wrong() == []
    recount()
    assert wrong() == []
    assert StatusDay.objects.filter(structure__slug="forints").count() == 1
