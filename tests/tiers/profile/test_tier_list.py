"""Levels in the list of customers: the filter with everything that it works with, and the column."""

import datetime as dt
import re
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from customers.models import Customer
from loyalty.program.models import GeneralSettings
from loyalty.staff.enums import Role
from loyalty.staff.models import User
from tests.tiers.ladders import LEVELS, done, set_up, structure

pytestmark = pytest.mark.django_db
HTMX = {"HX-Request": "true"}
NOW = dt.datetime.now(dt.UTC)


@pytest.fixture
def client(client: Client) -> Client:
    client.force_login(User.objects.create_user("dana", role=Role.MANAGER))
    return client


@pytest.fixture
def people() -> None:
    """Ann has t1, Bob t0, Cid t2; all are of the structure `standard`."""
    set_up(structure())
    for name, points, country in (("Ann", 1_200, "HU"), ("Bob", 10, "HU"), ("Cid", 9_000, "DE")):
        done("opt_in", NOW, name, first_name=name, country=country, gender="male")
        done("point_add", NOW, name, points=points)


def get(client: Client, query: str = "", **extra: Any) -> str:
    answer = client.get(f"/customers/{query}", **extra)
    assert answer.status_code == 200
    return str(answer.content.decode())


def names(html: str) -> list[str]:
    return re.findall(r'class="names"><span class="truncate">([^<]+)<', html)


def column(html: str) -> list[str]:
    return re.findall(r'<td class="level p2"[^>]*>(?:<span class="muted">)?([^<]+)', html)


@pytest.mark.usefixtures("people")
@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("?tier=standard/t1", ["Ann"]),
        ("?tier=standard/t1&tier=standard/t2", ["Cid", "Ann"]),
        ("?tier=standard/t1&tier=standard/t2&country=DE", ["Cid"]),
        ("?tier=standard/t1&gender=female", []),
        ("?tier=standard/t1&status=suspended", []),
        ("?tier=standard/t0&tier=standard/t1&sort=-score", ["Ann", "Bob"]),
        ("?tier=standard/t1&tier=standard/t2&sort=name", ["Ann", "Cid"]),
        ("?tier=standard/t2&q=ann", []),
        ("?tier=standard/t1&q=ann", ["Ann"]),
        ("?tier=standard/unknown", ["Cid", "Bob", "Ann"]),
        ("?tier=nonsense", ["Cid", "Bob", "Ann"]),
    ],
)
def test_customers_of_some_levels(client: Client, query: str, expected: list[str]) -> None:
    found = names(get(client, query))
    assert (found if "sort=name" not in query else sorted(found)) == expected


@pytest.mark.usefixtures("people")
def test_the_count_and_the_choices_follow_the_filter(client: Client) -> None:
    html = get(client, "?tier=standard/t1&tier=standard/t2")
    assert re.search(r'id="total"[^>]*>2<', html)
    assert re.findall(r'name="tier" value="([^"]+)"( checked)?>([^<]+)<', html) == [
        ("standard/t0", "", "T0"),
        ("standard/t1", " checked", "T1"),
        ("standard/t2", " checked", "T2"),
    ]
    partial = get(client, "?tier=standard/t1", headers=HTMX)
    assert re.search(r'<span id="chosen-tier" hx-swap-oob="true" class="count">1<', partial)
    assert "tier=standard%2Ft1" in re.findall(r'href="(\?[^"]*status=active[^"]*)"', html)[0]


@pytest.mark.usefixtures("people")
def test_a_filter_that_finds_nobody_offers_to_clear_it(client: Client) -> None:
    html = get(client, "?tier=standard/t1&country=DE")
    assert "No customers match" in html


def test_pages_go_forth_with_the_filter(client: Client) -> None:
    set_up(structure())
    for number in range(30):
        done("opt_in", NOW, f"N{number}", first_name=f"N{number}")
    first = get(client, "?tier=standard/t0&sort=-score")
    forth = re.search(r'rel="next" href="([^"]+)"', first)
    assert forth
    second = get(client, forth[1].replace("&amp;", "&"))
    assert (len(names(first)), len({*names(first), *names(second)})) == (25, 30)


@pytest.mark.usefixtures("people")
def test_the_column_has_the_levels(client: Client) -> None:
    assert column(get(client)) == ["T2", "T0", "T1"]
    set_up(structure(), structure("air", [{"id": "a0", "threshold": 0}, LEVELS[1]]))
    done("point_add", NOW, "Ann", points=1)
    html = get(client)
    assert column(html) == ["T2", "T0", "A0 · T1"]
    assert ">Air · A0<" in html
    assert ">Standard · T1<" in html


@pytest.mark.usefixtures("people")
def test_without_tiers_there_is_neither(client: Client) -> None:
    GeneralSettings.objects.update(modules=[])
    html = get(client, "?tier=standard/t1")
    assert (names(html), column(html)) == (["Cid", "Bob", "Ann"], [])
    assert 'name="tier"' not in html
    set_up(structure(status="inactive"))
    assert column(get(client)) == []


@pytest.mark.usefixtures("people")
def test_a_level_that_was_removed_is_none(client: Client) -> None:
    set_up(structure(levels=LEVELS[:2]))
    assert column(get(client)) == ["–", "T0", "T1"]


@pytest.mark.usefixtures("people")
def test_a_fixed_number_of_queries(client: Client) -> None:
    counts = []
    # Of the first view in a quarter of an hour a row of the audit trail is written.
    get(client, "")
    for query in ("?tier=standard/t1", "?tier=standard/t0&tier=standard/t1&tier=standard/t2"):
        with CaptureQueriesContext(connection) as captured:
            get(client, query)
        counts.append(len(captured))
    assert counts[0] == counts[1]


@pytest.mark.usefixtures("people")
def test_the_filter_is_served_by_the_index_of_levels(client: Client) -> None:
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE tiers_customertier, customers_customer")
        cursor.execute("SET LOCAL enable_seqscan = off")
        with CaptureQueriesContext(connection) as captured:
            get(client, "?tier=standard/t1&tier=standard/t2")
        sql = next(one["sql"] for one in captured.captured_queries if " LIMIT 26" in one["sql"])
        cursor.execute(f"EXPLAIN {sql}")
        plan = "\n".join(row[0] for row in cursor.fetchall())
    assert "Seq Scan on tiers_customertier" not in plan
    assert Customer.objects.count() == 3
