"""The list and its search stay quick on a big table only while each statement has an index to walk."""

import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from customers.directory.queries import browse
from customers.directory.search import Filters, countries, search
from loyalty.engine.status import Status
from tests.factories import make_customers

pytestmark = pytest.mark.django_db


# Enough of them, and known to the planner: otherwise it knows of the table what other tests have left.
CROWD = """
INSERT INTO customers_customer (public_id, status, first_name, last_name, email, properties, created_at, updated_at, purchase_total,
    purchase_count, purchase_item_count)
SELECT 'crowd-' || n, 'active', 'First ' || n, 'Last ' || n, n || '@example.com', '{}', now(), now(), 0, 0, 0
FROM generate_series(1, 3000) n;
ANALYZE customers_customer, customers_identity, points_balance
"""


@pytest.fixture(autouse=True)
def indexes_only() -> None:
    """On so few rows the planner would scan and sort; without them it shows whether it has another way at all."""
    make_customers([{"first_name": f"N{number}", "last_name": "Same", "country": "HU"} for number in range(30)])
    with connection.cursor() as cursor:
        cursor.execute(CROWD)
        for way in ("seqscan", "sort", "bitmapscan"):
            cursor.execute(f"SET LOCAL enable_{way} = off")


def plan_of(captured: CaptureQueriesContext, mark: str) -> str:
    """Of the first statement that holds the mark."""
    sql = next(query["sql"] for query in captured.captured_queries if mark in query["sql"])
    with connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN {sql}")
        return "\n".join(row[0] for row in cursor.fetchall())


@pytest.mark.parametrize(
    ("sort", "index"),
    [
        ("name", "customer_by_last_name"),
        ("-email", "customer_by_email"),
        ("-login", "customer_by_login"),
        ("-joined", "customers_customer_pkey"),
        ("-score", "balance_by_earned"),
        ("spendable", "balance_by_spendable"),
    ],
)
@pytest.mark.parametrize("is_first", [True, False])
def test_each_order_walks_its_index(sort: str, index: str, is_first: bool) -> None:
    cursor = "" if is_first else browse(Filters(), sort).next or ""
    with CaptureQueriesContext(connection) as captured:
        browse(Filters(), sort, cursor)
    plan = plan_of(captured, " LIMIT 26")
    assert index in plan
    assert "Sort" not in plan


def test_each_meaning_of_a_search_has_an_index_range() -> None:
    with CaptureQueriesContext(connection) as captured:
        search("anna kov", Filters())
    plan = plan_of(captured, "UNION")
    used = set(re.findall(r"customer_(?:by_)?(public_id|email|last_name|first_name)(?:_prefix)?\b", plan))
    assert used == {"public_id", "email", "last_name", "first_name"}
    assert "Seq Scan" not in plan


def test_countries_are_read_by_index_descents() -> None:
    with CaptureQueriesContext(connection) as captured:
        assert countries([Status.ACTIVE, Status.INACTIVE]) == ["HU"]
    plan = plan_of(captured, "RECURSIVE")
    assert "customer_by_facets" in plan
    assert "Seq Scan on customers_customer" not in plan
