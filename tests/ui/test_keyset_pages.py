from base64 import urlsafe_b64decode
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.db.models import QuerySet
from django.db.models.functions import Lower
from django.test.utils import CaptureQueriesContext
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from customers.models import Customer
from loyalty.ui.paging import Order, Page, page_of

NOW = datetime(2026, 11, 21, tzinfo=UTC)
BY_LOGIN = Order("last_login_at", nullable=True)
BY_LOGIN_DESC = Order("last_login_at", descending=True, nullable=True)

pytestmark = pytest.mark.django_db


def make(*logins: int | None, **fields: Any) -> list[Customer]:
    """One customer for each number of days since the last login."""
    return Customer.objects.bulk_create(
        Customer(
            public_id=f"C-{i}",
            created_at=NOW,
            updated_at=NOW,
            last_login_at=None if days is None else NOW - timedelta(days=days),
            email=f"{chr(97 + (i * 7) % 26)}{'A' if i % 2 else 'a'}@example.com",
            **fields,
        )
        for i, days in enumerate(logins)
    )


def walk(order: Order, size: int, queryset: QuerySet[Customer] | None = None) -> list[Page[Customer]]:
    pages = [page_of(queryset or Customer.objects.all(), order, size=size)]
    while cursor := pages[-1].next:
        pages.append(page_of(queryset or Customer.objects.all(), order, cursor, size=size))
    return pages


def ids(pages: list[Page[Customer]]) -> list[str]:
    return [row.public_id for page in pages for row in page.rows]


@pytest.mark.parametrize("order", [BY_LOGIN, BY_LOGIN_DESC])
def test_rows_without_a_sort_value_come_last(order: Order) -> None:
    make(None, 3, 1, None, 2)
    found = ids(walk(order, size=2))
    assert set(found[:3]) == {"C-1", "C-2", "C-4"}
    assert set(found[3:]) == {"C-0", "C-3"}


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(st.lists(st.one_of(st.none(), st.integers(0, 3)), max_size=9), st.booleans(), st.integers(1, 4))
def test_every_row_is_met_once_forwards_and_again_backwards(
    logins: list[int | None], descending: bool, size: int
) -> None:
    Customer.objects.all()._raw_delete("default")  # hypothesis runs many times in one test
    make(*logins)
    order = Order("last_login_at", descending=descending, nullable=True)
    forwards = walk(order, size)
    assert sorted(ids(forwards)) == sorted(f"C-{i}" for i in range(len(logins)))
    backwards = [forwards[-1]]
    while cursor := backwards[0].previous:
        backwards.insert(0, page_of(Customer.objects.all(), order, cursor, size=size))
    assert ids(backwards) == ids(forwards)


def test_the_first_page_has_no_previous_and_the_last_no_next() -> None:
    make(1, 2, 3)
    first, last = walk(BY_LOGIN_DESC, size=2)
    assert first.previous is None
    assert last.next is None
    assert page_of(Customer.objects.all(), BY_LOGIN_DESC, last.previous or "", size=2).previous is None


@pytest.mark.parametrize("cursor", ["", "x", "a:b", "\x00", "💥" * 100])
def test_a_wrong_cursor_gives_the_first_page(cursor: str) -> None:
    make(1, 2, 3)
    assert ids([page_of(Customer.objects.all(), BY_LOGIN_DESC, cursor, size=2)]) == ["C-0", "C-1"]


def test_a_cursor_of_the_other_order_gives_the_first_page() -> None:
    make(1, 2, 3)
    cursor = page_of(Customer.objects.all(), BY_LOGIN, size=1).next
    assert cursor
    assert ids([page_of(Customer.objects.all(), BY_LOGIN_DESC, cursor, size=1)]) == ["C-0"]


def test_a_page_whose_rows_have_left_gives_the_first_page() -> None:
    rows = make(1, 2, 3)
    cursor = page_of(Customer.objects.all(), BY_LOGIN_DESC, size=2).next
    assert cursor
    kept = Customer.objects.exclude(pk=rows[2].pk)
    assert ids([page_of(kept, BY_LOGIN_DESC, cursor, size=2)]) == ["C-0", "C-1"]


@pytest.mark.parametrize("descending", [False, True])
def test_a_personal_column_never_reaches_the_cursor(descending: bool) -> None:
    make(*range(9))
    order = Order("email", key=Lower("email"), descending=descending, nullable=True, personal=True)
    pages = walk(order, size=2)
    expected = sorted(Customer.objects.all(), key=lambda row: (row.email or "").lower(), reverse=descending)
    assert ids(pages) == [row.public_id for row in expected]
    cursor = pages[0].next
    assert cursor
    assert "example" not in str(urlsafe_b64decode(cursor.split(":")[0] + "=="))


def test_a_page_in_the_middle_of_a_long_tie_is_found_by_the_index() -> None:
    make(*[1] * 60)
    cursor = page_of(Customer.objects.all(), BY_LOGIN_DESC, size=30).next
    with CaptureQueriesContext(connection) as queries:
        page_of(Customer.objects.all(), BY_LOGIN_DESC, cursor or "", size=10)
    with connection.cursor() as raw:
        raw.execute("SET LOCAL enable_seqscan = off")
        raw.execute("SET LOCAL enable_bitmapscan = off")
        raw.execute("EXPLAIN " + queries[0]["sql"])
        plan = "\n".join(line for (line,) in raw.fetchall())
    condition = next(line for line in plan.splitlines() if "Index Cond" in line)
    assert "ROW(last_login_at, id) < ROW(" in condition
    assert "Filter" not in plan
    assert "Sort" not in plan


@pytest.mark.parametrize("count", [1, 3])
def test_a_page_costs_the_same_queries_for_one_row_and_for_many(count: int, django_assert_num_queries: Any) -> None:
    make(*range(count))
    with django_assert_num_queries(2):
        page_of(Customer.objects.all(), BY_LOGIN)
    with django_assert_num_queries(1):
        page_of(Customer.objects.all(), Order("id"))
