"""`GET /customers` on a table with statistics: the planner chooses as it would for millions, with nothing forbidden."""

import os
import re
import time

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from customers.fields.models import Field
from tests.api_keys import development_key
from tests.engine.world import rows
from tests.verify.corrupting import as_owner

CUSTOMERS = int(os.environ.get("SEARCH_CUSTOMERS", "20000"))
FILL = (
    (
        "INSERT INTO customers_customer (public_id, status, first_name, last_name, email, mobile_phone, properties,"
        " created_at, updated_at, purchase_total, purchase_count, purchase_item_count)"
        " SELECT 'n' || n, 'active', 'F' || n % 5000, 'L' || n, n || '@example.com', '+36' || n,"
        " jsonb_build_object('size', n), now(), '2026-01-01'::timestamptz - n * interval '1 minute', 0, 0, 0"
        f" FROM generate_series(1, {CUSTOMERS}) n"
    ),
    "INSERT INTO customers_identity (scheme, value, customer_id) SELECT 'id', public_id, id FROM customers_customer",
    "VACUUM (ANALYZE) customers_customer, customers_identity",
)


@pytest.fixture(scope="module")
def key(committed_module: None) -> str:
    as_owner(*FILL)
    Field.objects.create(slug="size", name="Size", type="numeric", searchable=True)
    return development_key(name="till").key


@pytest.mark.parametrize("limit", [1, 100])
@pytest.mark.parametrize(
    ("query", "index"),
    [
        ("email=77@example.com", "customer_by_email"),
        ("first_name=F77", "customer_first_name_prefix"),
        ("last_name=L77", "customer_by_last_name"),
        ("last_name.in=L77,L78", "customer_by_last_name"),
        ("mobile_phone=%2B3677", "customer_by_digits"),
        ("search=email%3D77@example.com", "customer_by_email"),
        ("match=exact&_id=n77", "customers_identity_pkey"),
        ("size=77", "customer_by_properties"),
        ("email=nobody&gender=female", "customer_by_email"),
        ("updated_at.gt=2025-12-31", "customer_by_update"),
        ("updated_at.gt=2000-01-01", "customer_by_update"),
    ],
)
def test_a_usual_search_walks_an_index(client: Client, key: str, query: str, index: str, limit: int) -> None:
    with CaptureQueriesContext(connection) as captured:
        started = time.perf_counter()
        answer = client.get(f"/customers?api_key={key}&{query}&limit={limit}")
        print(f"{query}: {1000 * (time.perf_counter() - started):.1f} ms")
    assert answer.status_code == 200, answer.content
    [sql] = [one["sql"] for one in captured.captured_queries if "LIMIT" in one["sql"] and "status" in one["sql"]]
    plan = "\n".join(line for (line,) in rows(f"EXPLAIN {sql}"))
    assert re.search(index, plan), plan
    assert "Seq Scan" not in plan, plan


def test_the_count_of_many_costs_no_more_than_that_of_10_000(client: Client, key: str) -> None:
    with CaptureQueriesContext(connection) as captured:
        started = time.perf_counter()
        answer = client.get(f"/customers/-/count?api_key={key}")
        print(f"count: {1000 * (time.perf_counter() - started):.1f} ms")
    found = answer.json()
    assert found["estimated"]
    assert abs(found["active"] - CUSTOMERS) < CUSTOMERS / 20
    counted = [one["sql"] for one in captured.captured_queries if "COUNT" in one["sql"]]
    # Of so many more no more than 10,000 are looked at, if any.
    for sql in counted:
        assert "LIMIT 10001" in sql
        assert "Index Only Scan" in "\n".join(line for (line,) in rows(f"EXPLAIN {sql}"))
