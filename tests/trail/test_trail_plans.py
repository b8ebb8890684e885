"""Each filter of the audit trail walks an index of its own, on the first page and on a later one."""

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from loyalty.staff.models import User
from tests.factories import make_customer
from tests.trail.volume import fill

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def long_trail(client: Client) -> None:
    root = User.objects.create_superuser("root-user", password="x")
    client.force_login(root)
    fill(3_000, staff=root.pk, customer=make_customer("C-1").id)
    with connection.cursor() as cursor:
        for way in ("seqscan", "bitmapscan", "sort"):
            cursor.execute(f"SET LOCAL enable_{way} = off")


CASES = {
    "": "audit_at",
    "staff={staff}": "audit_staff",
    "staff=nobody": "audit_nobody",
    "customer=C-1": "audit_customer",
    "operation=note.add": "audit_operation",
    "kind=account": "audit_kind",
    "kind=account&key=%2311": "audit_subject",
    "since=2020-01-01T10:00": "audit_at",
    "until=2020-01-02T10:00": "audit_at",
    "staff={staff}&since=2020-01-01T10:00&until=2020-01-02T10:00": "audit_staff",
    "operation=note.add&since=2020-01-01T10:00": "audit_operation",
}


@pytest.mark.parametrize("query", CASES)
@pytest.mark.parametrize("is_first", [True, False])
def test_each_filter_walks_its_index(client: Client, query: str, is_first: bool) -> None:
    address = f"/audit/?{query.format(staff=User.objects.get().pk)}"
    following = client.get(address).context["page"].next or ""
    with CaptureQueriesContext(connection) as captured:
        client.get(f"{address}&page={'' if is_first else following}")
    [sql] = [one["sql"] for one in captured if " LIMIT 26" in one["sql"] and "staff_auditentry" in one["sql"]]
    with connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN {sql}")
        plan = "\n".join(row[0] for row in cursor.fetchall())
    assert f" {CASES[query]} " in plan, plan
    assert "Sort" not in plan
    assert "Seq Scan on staff_auditentry" not in plan
