"""A recalculation that threads share: each has a connection of its own, so the customers are committed."""

import pytest

from customers.models import Customer
from loyalty.tiers.enums import Way
from loyalty.tiers.models import Recalculation
from loyalty.tiers.recalculation import operations
from loyalty.tiers.recalculation.operations import recalculate_all
from tests.tiers.ladders import set_up, structure
from tests.tiers.test_recalculation import RAISED, choose, forecasts, moved, now, people

pytestmark = pytest.mark.usefixtures("committed_db")


def test_several_threads_leave_what_one_leaves(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(operations, "AT_ONCE", 3)
    monkeypatch.setattr(operations, "SPAN", 4)
    set_up(structure(downgrade=False))
    recalculate_all(now=now)
    people(*range(100, 2_100, 100))
    foretold = forecasts(RAISED)[Way.EVERYONE]
    set_up(structure(levels=RAISED))
    choose(Way.EVERYONE)
    recalculate_all(now=now, threads=2)
    [job] = Recalculation.objects.filter(way=Way.EVERYONE)
    assert (moved(), (job.risen, job.fallen)) == (foretold, foretold) == ((0, 5), (0, 5))
    assert (job.status, job.customers, job.after) == ("done", 5, Customer.objects.latest("id").id)
