"""`/v1/customers` on a table with statistics: each order and filter walks an index, and nothing is sorted."""

import os
import re
import time

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from tests.api_keys import development_key
from tests.engine.world import rows
from tests.verify.corrupting import as_owner

CUSTOMERS = int(os.environ.get("SEARCH_CUSTOMERS", "20000"))
# The newest first: the order of the rows is not the one that is asked for. One of a hundred was merged into the next.
FILL = (
    (
        "INSERT INTO customers_customer (public_id, status, properties, created_at, updated_at, purchase_total,"
        " purchase_count, purchase_item_count)"
        " SELECT 'n' || n, CASE WHEN n % 100 = 0 THEN 'merged' WHEN n % 50 = 1 THEN 'suspended' ELSE 'active' END, '{}',"
        " '2026-01-01'::timestamptz - n * interval '1 minute', now(), 0, 0, 0"
        f" FROM generate_series(1, {CUSTOMERS}) n"
    ),
    "VACUUM (ANALYZE) customers_customer, customers_merge",
)
NEWEST_FIRST = "sort[0][field]=created_at&sort[0][direction]=desc"
BY_STATUS = "sort[0][field]=status&sort[0][direction]="


@pytest.fixture(scope="module")
def key(committed_module: None) -> str:
    as_owner(*FILL)
    return development_key(name="reader").key


@pytest.mark.parametrize(
    ("query", "index"),
    [
        ("", "customer_by_creation"),
        ("offset=10000", "customer_by_creation"),
        (NEWEST_FIRST, "customer_by_creation"),
        ("filter[created_at][gte]=2025-12-31", "customer_by_creation"),
        (f"filter[created_at][lt]=2025-12-31&{NEWEST_FIRST}", "customer_by_creation"),
        ("filter[status][eq]=suspended", "customer_by_status"),
        ("filter[status][eq]=merged", "customer_by_status"),
        (f"filter[status][eq]=suspended&{NEWEST_FIRST}", "customer_by_status"),
        (f"{BY_STATUS}asc", "customer_by_status"),
        (f"{BY_STATUS}desc", "customer_by_status"),
    ],
)
def test_each_order_and_filter_walks_its_index(client: Client, key: str, query: str, index: str) -> None:
    with CaptureQueriesContext(connection) as captured:
        started = time.perf_counter()
        answer = client.get(f"/v1/customers?api_key={key}&{query}")
        print(f"{query}: {1000 * (time.perf_counter() - started):.1f} ms")
    assert answer.status_code == 200, answer.content
    assert len(answer.json()["payload"]["customers"]) == 20
    [sql] = [one["sql"] for one in captured.captured_queries if "LIMIT 21" in one["sql"]]
    plan = "\n".join(line for (line,) in rows(f"EXPLAIN {sql}"))
    assert re.search(index, plan), plan
    assert "Sort" not in plan, plan
