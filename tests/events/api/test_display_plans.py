"""The lists of the Display API on tables with statistics: the planner chooses as it would for millions, with nothing forbidden."""

import os
import re
import time

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from events.api.display.queries import COUNTED
from tests.api_keys import development_key
from tests.engine.world import rows
from tests.factories import make_customer
from tests.merging import merge
from tests.verify.corrupting import as_owner

CUSTOMERS = int(os.environ.get("DISPLAY_CUSTOMERS", "2000"))
EACH = int(os.environ.get("DISPLAY_EVENTS", "40"))
# One with a long history, and everybody else.
FILL = (
    (
        "INSERT INTO customers_customer (public_id, status, properties, created_at, updated_at, purchase_total,"
        " purchase_count, purchase_item_count) SELECT 'n' || n, CASE WHEN n % 50 = 0 THEN 'opted_out' ELSE 'active' END,"
        f" '{{}}', now(), now(), 0, 0, 0 FROM generate_series(1, {CUSTOMERS}) n"
    ),
    (
        "INSERT INTO events_event (customer_id, action, points, data, transaction_id, source, source_detail, user_agent,"
        " occurred_at, recorded_at, program_version)"
        " SELECT c.id, 'checkout', 5, '{}', 'T-' || c.id || '-' || n, 'api', '', '',"
        " '2026-01-01'::timestamptz + random() * interval '300 days', now(), 1"
        f" FROM customers_customer c, generate_series(1, CASE WHEN public_id LIKE 'n%' THEN {EACH} ELSE 3000 END) n"
    ),
    (
        "INSERT INTO events_transaction (customer_id, transaction_id, status, event_id, items, created_at, updated_at,"
        " total, refunded, earned, bonus, taken_back, burned, given_back, reserved)"
        " SELECT customer_id, transaction_id, 'accepted', id, '[]', now(), now(), 0, 0, 0, 0, 0, 0, 0, 0"
        " FROM events_event WHERE transaction_id IS NOT NULL"
    ),
    "VACUUM (ANALYZE) customers_customer, customers_merge, events_event, events_transaction",
)


@pytest.fixture(scope="module")
def key(committed_module: None) -> str:
    survivor = make_customer("C-1")
    for number in (1, 2):
        merge(make_customer(f"M-{number}"), survivor)
    as_owner(*FILL)
    return development_key().key


def plan_of(client: Client, key: str, path: str, table: str) -> str:
    mark = "&" if "?" in path else "?"
    with CaptureQueriesContext(connection) as captured:
        started = time.perf_counter()
        answer = client.get(f"{path}{mark}api_key={key}&limit=100")
        print(f"{path}: {1000 * (time.perf_counter() - started):.1f} ms")
    assert answer.status_code == 200, answer.content
    assert answer.json()["data"]
    [sql] = [one["sql"] for one in captured if f'FROM "{table}"' in one["sql"] and "LIMIT 101" in one["sql"]]
    return "\n".join(line for (line,) in rows(f"EXPLAIN {sql}"))


@pytest.mark.parametrize(
    ("path", "index"),
    [
        ("/customers/C-1/events", "event_timeline"),
        ("/customers/C-1/events?order=asc", "events_event_pkey"),
        ("/customers/C-1/events?date.gt=2026-03-01&date.lt=2026-04-01", "event_timeline"),
        ("/customers/C-1/events?action=checkout&points_only=true", "event_timeline"),
        ("/customers/-/events", "event_recent"),
        ("/customers/-/events?order=asc", "event_recent"),
        ("/customers/-/events?timestamp.gt=2026-03-01", "event_recent"),
        ("/customers/-/events?timestamp.gt=2026-03-01&order=asc", "event_recent"),
    ],
)
def test_lists_of_events_walk_an_index_in_its_order(client: Client, key: str, path: str, index: str) -> None:
    plan = plan_of(client, key, path, "events_event")
    assert re.search(index, plan), plan
    assert "Seq Scan on events_event" not in plan, plan
    # What is merged of several profiles comes sorted out of each; a handful of merges may be sorted.
    assert not [number for number in re.findall(r"Sort  \(cost=\S+ rows=(\d+)", plan) if int(number) > 10], plan


def test_the_events_of_an_order_are_found_by_its_name(client: Client, key: str) -> None:
    [(name,)] = rows("SELECT transaction_id FROM events_transaction t JOIN customers_customer c ON c.id = customer_id"
                     " WHERE public_id = 'C-1' ORDER BY t.id LIMIT 1")  # fmt: skip
    plan = plan_of(client, key, f"/customers/C-1/transactions/{name}/events", "events_event")
    assert "event_by_transaction" in plan, plan


@pytest.mark.parametrize(
    ("path", "index"),
    [
        ("/customers/C-1/transactions", "events_transaction_pkey"),
        ("/customers/C-1/transactions?id={name}", "one_transaction_per_customer"),
        ("/customers/C-1/transactions/-/search?status=accepted", "events_transaction_pkey"),
    ],
)
def test_lists_of_orders_walk_an_index(client: Client, key: str, path: str, index: str) -> None:
    [(name,)] = rows("SELECT transaction_id FROM events_transaction t JOIN customers_customer c ON c.id = customer_id"
                     " WHERE public_id = 'C-1' ORDER BY t.id LIMIT 1")  # fmt: skip
    plan = plan_of(client, key, path.format(name=name), "events_transaction")
    assert index in plan, plan
    assert "Seq Scan" not in plan, plan


def test_the_total_of_everybodys_events_is_counted_within_a_bound_and_estimated_beyond(
    client: Client, key: str
) -> None:
    with CaptureQueriesContext(connection) as captured:
        total = client.get(f"/customers/-/events?api_key={key}&timestamp.gt=2026-01-01&limit=1").json()["total"]
    [counted] = [one for one in captured if "COUNT(" in one["sql"]]
    print(f"count up to a bound: {counted['time']} s")
    assert f"LIMIT {COUNTED + 1}" in counted["sql"]
    plan = "\n".join(line for (line,) in rows(f"EXPLAIN {counted['sql']}"))
    assert re.search("event_recent|event_timeline", plan), plan
    assert abs(total / rows("SELECT count(*) FROM events_event")[0][0] - 1) < 0.2


def test_the_total_of_few_is_exact(client: Client, key: str) -> None:
    body = client.get(f"/customers/-/events?api_key={key}&timestamp.gt=2026-10-27&limit=1").json()
    [(expected,)] = rows(
        "SELECT count(*) FROM events_event e JOIN customers_customer c ON c.id = customer_id"
        " WHERE occurred_at >= '2026-10-27T00:00:00.001Z' AND status <> 'opted_out'"
    )
    assert 0 < expected < COUNTED
    assert body["total"] == expected
