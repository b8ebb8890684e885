"""Whoever an address or a body does not name for this request reads as unknown: one status, one body, no effect."""

import json
from typing import Any

import pytest
from django.test import Client

from customers.fields.models import Field
from customers.models import Customer
from loyalty.engine.events import Incoming
from tests.api_keys import development_key
from tests.api_routes import ApiRoute, api_routes
from tests.factories import make_customer, make_order, tell
from tests.live import row_counts
from tests.merging import merge

pytestmark = pytest.mark.django_db

UNKNOWN = "nobody-here"
NOT_HERE = ("erased", "%00", "C-1%00", "x" * 300, "card:nobody", "nofield:C-1", "id:C-1", "%E2%80%AE")
"""Who is gone, and what names nobody. C-1 is there."""
MAKES_CUSTOMERS = {"api-customer-opt-in"}
OF_A_CUSTOMER = [one for one in api_routes() if "{public_id}" in one.address and one.name not in MAKES_CUSTOMERS]
OF_AN_ORDER = [one for one in api_routes() if "{transaction_id}" in one.address]


@pytest.fixture
def key() -> str:
    """C-1 with order T-1, whom `old` was merged into; C-2 with order T-2; `erased` has left."""
    Field.objects.create(slug="card", name="Card", external_id=True)
    ann, old = make_customer("C-1", card="1234"), make_customer("old", card="9999")
    make_order(ann, "T-1")
    make_order(old, "T-3")
    make_order(make_customer("C-2", card="5678"), "T-2")
    make_customer("erased", card="4444")
    merge(old, ann)
    tell(Incoming("erased", "opt_out", {}))
    return development_key().key


def ask(client: Client, method: str, path: str, key: str, body: Any = None) -> tuple[int, bytes]:
    sent = json.dumps(body or ({"target": "C-2"} if path.endswith("/merge") else {}))
    answer = client.generic(method.upper(), f"{path}?api_key={key}", sent, "application/json")
    return answer.status_code, answer.getvalue()


def is_unknown(answer: tuple[int, bytes]) -> bool:
    return answer[0] == 404 and json.loads(answer[1])["error"]["message"] == "Customer not found"


@pytest.mark.parametrize("route", OF_A_CUSTOMER, ids=lambda route: route.name)
def test_who_is_not_here_reads_as_unknown_on_every_route(client: Client, key: str, route: ApiRoute) -> None:
    before = row_counts()
    for method in route.methods:
        path = route.address.replace("{transaction_id}", "T-1")
        unknown = ask(client, method, path.replace("{public_id}", UNKNOWN), key)
        if unknown[0] == 405:
            continue
        assert is_unknown(unknown), (method, unknown)
        for name in (*NOT_HERE, "card:4444"):
            assert ask(client, method, path.replace("{public_id}", name), key) == unknown, (method, name)
    assert row_counts() == before


@pytest.mark.parametrize("route", OF_AN_ORDER, ids=lambda route: route.name)
def test_an_order_of_somebody_else_reads_as_unknown(client: Client, key: str, route: ApiRoute) -> None:
    def of(public_id: str, transaction_id: str) -> tuple[int, bytes]:
        path = route.address.replace("{public_id}", public_id).replace("{transaction_id}", transaction_id)
        return ask(client, "get", path, key)

    assert of("C-1", "T-1")[0] == 200
    assert of("C-1", "T-3")[0] == 200  # of who was merged into C-1
    unknown = of("C-1", UNKNOWN)
    assert unknown[0] == 404
    for transaction_id in ("T-2", "%00", "T-1%00", "x" * 300, "-"):
        assert of("C-1", transaction_id) == unknown, transaction_id
    assert of("C-2", "T-3") == unknown


@pytest.mark.parametrize("route", [one for one in OF_A_CUSTOMER if "get" in one.methods], ids=lambda route: route.name)
def test_an_id_that_was_merged_away_reads_as_who_remains(client: Client, key: str, route: ApiRoute) -> None:
    if "get" not in route.view.http_method_names or route.name == "read-customer":
        return  # the Read API tells of the merged profile itself
    path = route.address.replace("{transaction_id}", "T-3")
    assert ask(client, "get", path.replace("{public_id}", "old"), key) == ask(
        client, "get", path.replace("{public_id}", "C-1"), key
    )


BODIES = {
    "/events": lambda name: {"customer": name, "action": "point_add", "data": {"points": 5}},
    "/customers/-/login": lambda name: {"customer": name},
    "/auth": lambda name: {"customer": name},
    "/customers/C-2/merge": lambda name: {"target": name},
}


@pytest.mark.parametrize("path", BODIES)
def test_who_is_not_here_reads_as_unknown_in_a_body(client: Client, key: str, path: str) -> None:
    before = row_counts()
    unknown = ask(client, "post", path, key, BODIES[path](UNKNOWN))
    assert is_unknown(unknown)
    assert ask(client, "post", path, key, BODIES[path]("erased")) == unknown
    assert row_counts() == before


def test_in_bulk_too(client: Client, key: str) -> None:
    events = [BODIES["/events"](name) for name in (UNKNOWN, "erased", "C-1")]
    status, body = ask(client, "post", "/events/bulk", key, {"events": events})
    first, second, third = json.loads(body)["results"]
    assert (status, first == second, "events" in third) == (200, True, True)
    assert Customer.objects.filter(public_id=UNKNOWN).count() == 0
