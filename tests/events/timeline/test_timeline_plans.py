"""The timeline on a table with statistics: of a handful of rows any index is as good."""

from datetime import timedelta

import pytest
from django.db import connection
from django.db.models import QuerySet
from django.test.utils import CaptureQueriesContext

from customers.models import Customer
from customers.queries import family
from events.models import Event
from events.timeline.latest import latest_actions
from events.timeline.pages import ORDER
from events.timeline.queries import events_of, events_per_profile
from loyalty.engine.events import Incoming
from loyalty.ui.paging import page_of
from tests.engine.world import rows
from tests.factories import NOON, make_customer, tell
from tests.merging import merge
from tests.verify.corrupting import as_owner

DAY = timedelta(days=1)


@pytest.fixture(scope="module")
def zsofia(committed_module: None) -> Customer:
    for number in range(40):
        make_customer(f"O-{number}", at=NOON - 99 * DAY)
        for day in range(5):
            points = {"points": 1, "transaction_id": f"T-{number}"}
            tell(*[Incoming(f"O-{number}", "point_add", points)] * 3, at=NOON - (number + 9 * day) * DAY)
    found = make_customer("C-1", at=NOON - 99 * DAY)
    for day in range(40):
        tell(*[Incoming("C-1", "point_add", {"points": 1})] * 5, at=NOON - day * DAY)
    for number in (1, 2):
        merge(make_customer(f"M-{number}", points=1), found)
    as_owner("VACUUM (ANALYZE) events_event")
    return found


def plan_of(events: QuerySet[Event]) -> str:
    return str(events.explain())


def test_the_timeline_walks_its_index(zsofia: Customer) -> None:
    plan = plan_of(events_of([zsofia.id]).order_by("-occurred_at", "-id")[:26])
    assert "event_timeline" in plan, plan
    assert "Sort" not in plan, plan


def test_the_events_of_an_order_are_found_by_its_name(zsofia: Customer) -> None:
    plan = plan_of(events_of([zsofia.id], transaction_id="T-1"))
    assert "event_by_transaction" in plan, plan


def plan_of_union(captured: CaptureQueriesContext) -> str:
    sql = next(query["sql"] for query in captured.captured_queries if "UNION" in query["sql"])
    return "\n".join(line for (line,) in rows(f"EXPLAIN {sql}"))


def test_the_timeline_of_a_family_walks_the_index_of_each_profile(zsofia: Customer) -> None:
    second = page_of(events_per_profile(family(zsofia.id)), ORDER, size=2).next or ""
    for start in ("", second):
        with CaptureQueriesContext(connection) as captured:
            page_of([rows.select_related("staff") for rows in events_per_profile(family(zsofia.id))], ORDER, start)
        plan = plan_of_union(captured)
        assert plan.count("event_timeline") == 3, plan
        assert "Seq Scan on events_event" not in plan


def test_latest_actions_walk_the_index_of_each_profile(zsofia: Customer) -> None:
    with CaptureQueriesContext(connection) as captured:
        latest_actions(family(zsofia.id))
    plan = plan_of_union(captured)
    assert plan.count("event_timeline") == 3, plan
    assert "Seq Scan on events_event" not in plan
