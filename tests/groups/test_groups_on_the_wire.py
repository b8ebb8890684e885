"""`groups[]` of the customer object: exact JSON, only if asked for, and what it costs."""

from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from loyalty.program.operations import apply_program
from loyalty.staff.models import UserGroup
from tests.api_keys import development_key
from tests.factories import make_customer
from tests.groups.groups import BY, groups_of, make_groups, put, set_status, switch_on

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def key() -> None:
    development_key()
    make_customer("ann")


def told(client: Client, query: str = "") -> dict[str, Any]:
    found: dict[str, Any] = client.get(f"/customers/ann?api_key=till-key{query}").json()
    return found


def number(slug: str) -> int:
    return UserGroup.objects.get(slug=slug).pk


def test_groups_are_told_by_their_numbers_names_and_external_ids(client: Client) -> None:
    make_groups(usa=None)
    item = {"id": "spain", "name": "Spain-Department", "external_id": "AG331", "status": "active"}
    apply_program({"groups": [item]}, by=BY)
    for slug in ("spain", "usa"):
        put("ann", slug)
    set_status("usa", "inactive")
    switch_on()

    assert told(client, "&fields=groups")["groups"] == [
        {"id": number("usa"), "name": "Usa"},
        {"id": number("spain"), "name": "Spain-Department", "external_id": "AG331"},
    ]
    assert "groups" not in told(client)


def test_who_is_in_no_group_has_none(client: Client) -> None:
    assert told(client, "&fields=groups")["groups"] == []


def test_what_nobody_asks_for_costs_no_query(client: Client) -> None:
    with CaptureQueriesContext(connection) as plain:
        told(client)
    with CaptureQueriesContext(connection) as asked:
        told(client, "&fields=groups")

    assert [one["sql"] for one in plain if "group" in one["sql"] and "GROUP" not in one["sql"]] == []
    assert len(asked) == len(plain) + 1


def test_an_integrator_puts_a_customer_into_a_group_and_takes_them_out(client: Client) -> None:
    make_groups(spain=None)

    def send(action: str) -> str:
        body = {"customer": "ann", "action": action, "data": {"user_group": "spain"}}
        return client.post("/events?api_key=till-key", body, content_type="application/json").content.decode()

    send("user_group_add")
    assert groups_of("ann") == ["spain"]
    assert "330603" in send("user_group_add")
    send("user_group_remove")
    assert groups_of("ann") == []


def test_the_read_api_tells_the_numbers_as_texts_and_nothing_where_there_is_none(client: Client) -> None:
    make_groups(usa=None, spain=None)
    make_customer("ben")
    for slug in ("spain", "usa"):
        put("ann", slug)

    found = client.get("/v1/customers?api_key=till-key").json()["payload"]["customers"]

    told = {one["_id"]: one.get("group_id") for one in found}
    assert told == {"ann": sorted([str(number("usa")), str(number("spain"))], key=int), "ben": None}
