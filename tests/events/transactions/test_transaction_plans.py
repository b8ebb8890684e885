"""The brand's list of orders stays quick on a big table only while each statement has an index to walk."""

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from loyalty.staff.enums import Role
from loyalty.staff.models import User
from tests.factories import make_customers

pytestmark = pytest.mark.django_db


FILL = """
INSERT INTO events_transaction (customer_id, transaction_id, status, event_id, items, created_at, updated_at, checkout_at,
    total, refunded, earned, bonus, taken_back, burned, given_back, reserved)
SELECT e.customer_id, 'T-' || n || '-' || e.id, CASE n % 10 WHEN 0 THEN 'pending' ELSE 'accepted' END, e.id, '[]', now(),
    now(), now() - n * interval '1 hour', 0, 0, 0, 0, 0, 0, 0, 0
FROM events_event e, generate_series(1, 100) n ORDER BY n
"""


@pytest.fixture(autouse=True)
def many_orders() -> None:
    """On few rows the planner would read them all; here are 3,000, and no way but by an index."""
    make_customers([{} for _ in range(30)])
    with connection.cursor() as cursor:
        cursor.execute(FILL)
        # Otherwise what the planner knows of the tables is what other tests have left.
        cursor.execute("ANALYZE events_transaction, customers_customer, events_event")
        for way in ("seqscan", "bitmapscan", "hashjoin", "mergejoin"):
            cursor.execute(f"SET LOCAL enable_{way} = off")


@pytest.mark.parametrize(
    ("query", "index", "sorts"),
    [
        ("", "transaction_by_date", False),
        ("sort=date", "transaction_by_date", False),
        ("status=accepted", "transaction_by_date", False),
        ("status=pending", "transaction_by_status", False),
        # One customer's are few.
        ("customer=C-1", "events_transaction_pkey", True),
        ("customer=C-1&status=pending", "transaction_by_status", False),
    ],
)
@pytest.mark.parametrize("is_first", [True, False])
def test_each_filter_walks_its_index(client: Client, query: str, index: str, sorts: bool, is_first: bool) -> None:
    client.force_login(User.objects.create_user("dana", role=Role.MANAGER))
    following = client.get(f"/transactions/?{query}").context["page"].next or ""
    with CaptureQueriesContext(connection) as captured:
        client.get(f"/transactions/?{query}&page={'' if is_first else following}")
    [sql] = [one["sql"] for one in captured if " LIMIT 26" in one["sql"]]
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_sort = %s", [sorts])
        cursor.execute(f"EXPLAIN {sql}")
        plan = "\n".join(row[0] for row in cursor.fetchall())
    assert any(f" {name} " in plan for name in index.split("|")), plan
    assert ("Sort" in plan) == sorts
    assert "Seq Scan on events_transaction" not in plan


@pytest.mark.parametrize("part", ["T-1-7", "1-99", "no such"])
def test_a_part_of_a_transaction_id_is_found_by_its_index(client: Client, part: str) -> None:
    client.force_login(User.objects.create_user("dana", role=Role.MANAGER))
    with CaptureQueriesContext(connection) as captured:
        client.get("/transactions/", {"transaction_id": part})
    [sql] = [one["sql"] for one in captured if "trigrams" in one["sql"]]
    with connection.cursor() as cursor:
        # An index of parts of texts is read in no other way.
        cursor.execute("SET LOCAL enable_bitmapscan = on")
        cursor.execute("EXPLAIN " + sql.replace("%", "%%"), [])
        plan = "\n".join(row[0] for row in cursor.fetchall())
    assert "transaction_by_part" in plan
    assert "Seq Scan on events_transaction" not in plan
