"""`/v1/customers/{id}/events` of somebody with many, on a table with statistics: pages walk each profile's timeline."""

import time

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from tests.api_keys import development_key
from tests.engine.world import rows
from tests.factories import make_customer
from tests.merging import merge
from tests.verify.corrupting import as_owner

EVENTS = 20_000
FILL = (
    (
        "INSERT INTO events_event (customer_id, action, points, data, source, source_detail, user_agent, occurred_at,"
        " recorded_at, program_version) SELECT c.id, 'app_visit', 0, '{}', 'api', '', '', now() - n * interval '1 minute',"
        f" now(), 1 FROM customers_customer c, generate_series(1, {EVENTS // 2}) n"
    ),
    "VACUUM (ANALYZE) events_event",
)


@pytest.fixture(scope="module")
def key(committed_module: None) -> str:
    ann, bob = make_customer("ann"), make_customer("bob")
    as_owner(*FILL)
    merge(bob, ann)
    return development_key(name="reader").key


@pytest.mark.parametrize(
    "query",
    [
        "",
        "offset=100",
        "sort[0][field]=date&sort[0][direction]=asc",
        "sort[0][field]=date&sort[0][direction]=desc&filter[action][eq]=app_visit",
    ],
)
def test_a_page_in_the_order_of_time_walks_the_timelines(client: Client, key: str, query: str) -> None:
    with CaptureQueriesContext(connection) as captured:
        started = time.perf_counter()
        answer = client.get(f"/v1/customers/ann/events?api_key={key}&limit=50&{query}")
        print(f"{query}: {1000 * (time.perf_counter() - started):.1f} ms")
    assert len(answer.json()["payload"]["events"]) == 50
    [sql] = [one["sql"] for one in captured if "LIMIT 51" in one["sql"]]
    plan = "\n".join(line for (line,) in rows(f"EXPLAIN {sql}"))
    assert plan.count("using event_timeline") == 2, plan
    assert "Merge Append" in plan, plan
    assert "Sort  (" not in plan, plan


@pytest.mark.parametrize("field", ["action", "points", "account", "expdate"])
def test_any_other_order_reads_the_customer_s_events_alone(client: Client, key: str, field: str) -> None:
    with CaptureQueriesContext(connection) as captured:
        started = time.perf_counter()
        answer = client.get(
            f"/v1/customers/ann/events?api_key={key}&limit=50&sort[0][field]={field}&sort[0][direction]=desc"
        )
        print(f"{field}: {1000 * (time.perf_counter() - started):.1f} ms of {EVENTS:,} events")
    assert len(answer.json()["payload"]["events"]) == 50
    [sql] = [one["sql"] for one in captured if "LIMIT 51" in one["sql"]]
    plan = "\n".join(line for (line,) in rows(f"EXPLAIN {sql}"))
    assert plan.count("(customer_id = ") >= 2, plan
