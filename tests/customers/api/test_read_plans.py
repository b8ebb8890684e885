"""`/v1/customers` on a table with statistics: each order and filter walks an index, and nothing is sorted."""

import os
import re
import time
from typing import Any

import pytest
from django.db import connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext

from customers.api import search
from customers.api.filters import CustomerFilters, read_filters, served
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


def page_at(client: Client, link: str, key: str) -> tuple[Any, str]:
    """What the page answers, and how it reads customers."""
    with CaptureQueriesContext(connection) as captured:
        answer = client.get(f"{link}&api_key={key}")
    assert answer.status_code == 200, answer.content
    [sql] = [one["sql"] for one in captured.captured_queries if re.search("LIMIT (101|1001)", one["sql"])]
    return answer.json(), sql


def test_deep_in_a_list_next_goes_on_where_the_page_ended_and_leaves_nothing_out(client: Client, key: str) -> None:
    link, found, statements = "/v1/customers?limit=1000", list[str](), list[str]()
    while link:
        page, sql = page_at(client, link, key)
        found += [one["_id"] for one in page["payload"]["customers"]]
        statements.append(sql)
        link = page["metadata"]["pagination"]["next"]
    living = [public_id for (public_id,) in rows("SELECT public_id FROM customers_customer ORDER BY created_at, id")]
    assert found == living
    assert len(statements) == 20
    assert not any("OFFSET" in sql for sql in statements)
    plan = "\n".join(line for (line,) in rows(f"EXPLAIN {statements[15]}"))
    assert "customer_by_creation" in plan
    assert "Index Cond: (ROW(" in plan
    assert "Sort" not in plan


def test_a_long_tie_of_the_search_is_walked_by_its_index(client: Client, key: str) -> None:
    page, _ = page_at(client, "/customers?updated_at.gt=2026-01-01&limit=100&offset=900", key)
    beyond, sql = page_at(client, page["next"], key)
    by_offset, _ = page_at(client, "/customers?updated_at.gt=2026-01-01&limit=100&offset=1000", key)
    assert "after=" in page["next"]
    assert "OFFSET" not in sql
    assert beyond["data"] == by_offset["data"]
    assert beyond["previous"] == "/customers?updated_at.gt=2026-01-01&limit=100&offset=900"


@pytest.mark.parametrize("change", [("offset=1000", "offset=1100"), ("after=", "after=x"), ("limit=100&", "limit=50&")])
def test_a_place_counts_with_its_own_offset_only(client: Client, key: str, change: tuple[str, str]) -> None:
    page, _ = page_at(client, "/customers?updated_at.gt=2026-01-01&limit=100&offset=900", key)
    link = page["next"].replace(*change)
    answered = client.get(f"{link}&api_key={key}").json()["data"]
    plain = client.get(f"{link.partition('&after')[0]}&api_key={key}").json()["data"]
    assert answered == plain


def test_a_place_of_one_list_is_none_of_another(client: Client, key: str) -> None:
    first = client.get(f"/v1/customers?limit=1000&api_key={key}").json()["metadata"]["pagination"]["next"]
    elsewhere = first.replace("/v1/customers?", "/customers?updated_at.gt=2026-01-01&").replace(
        "limit=1000", "limit=100"
    )
    assert "after=" in elsewhere
    answered = client.get(f"{elsewhere}&api_key={key}").json()["data"]
    plain = client.get(f"{elsewhere.partition('&after')[0]}&api_key={key}").json()["data"]
    assert answered == plain


@pytest.mark.parametrize("name", sorted(CustomerFilters.declared_filters.keys() - {"_id", "status"}))
def test_what_is_said_to_be_served_is_found_by_an_index_and_nothing_else(key: str, name: str) -> None:
    filters = read_filters({name: "2026-01-01"})
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
        plan = filters.qs.filter(status__in=["active", "suspended"]).order_by().explain()
    conditions = " ".join(line for line in plan.splitlines() if "Index Cond" in line or "Recheck Cond" in line)
    assert served(filters) == (("value" if name == "id" else name) in conditions), plan


def test_a_search_that_no_index_serves_is_refused_among_many_customers_with_its_cure(
    client: Client, key: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert client.get(f"/customers?currency=EUR&api_key={key}").json()["data"] == []
    monkeypatch.setattr(search, "MANY", CUSTOMERS // 2)
    answer = client.get(f"/customers?currency=EUR&api_key={key}")
    assert (answer.status_code, answer.json()["error"]["code"]) == (400, 300122)
    assert "by 'currency' alone: add a name, an e-mail address or a phone number" in answer.json()["error"]["message"]
    for narrower in ("&email=a@b.example", "&updated_at.gt=2026-01-01", "&country=HU"):
        assert client.get(f"/customers?currency=EUR{narrower}&api_key={key}").status_code == 200
