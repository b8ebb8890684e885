"""What can be made can be reached: every permitted ID by every route that names a customer, escaped as clients do."""

import json
from typing import Any
from urllib.parse import quote

import pytest
from django.test import Client

from customers.fields.models import Field
from customers.models import Customer
from tests.api_keys import development_key
from tests.api_routes import VALUES, ApiRoute, api_routes
from tests.claims.claiming import make_reward
from tests.factories import make_customer, make_order

pytestmark = pytest.mark.django_db

ODD = (
    "store/7/1042", "a/b", "events", "a b", "a+b", "100%", "a?b#c", "a&b=c", "\u00e9/\u4e2d", "ID:7", "...", "a.b", "merge/1",
    "transactions", "a'b\"c", "\U0001f600", "new", "5/personal", "~a", "x" * 128,
)  # fmt: skip
OF_A_CUSTOMER = [one for one in api_routes() if "{public_id}" in one.address]
# They end or need a second customer.
BODIES: dict[str, Any] = {"api-customer-merge": {"target": "C-2"}}


@pytest.fixture(scope="module")
def key(module_db: None) -> str:
    make_customer("C-2")
    make_reward(VALUES["reward_id"])
    return development_key().key


@pytest.fixture(scope="module")
def made(key: str) -> None:
    """Customers with all of them, each with an order."""
    for place, name in enumerate(ODD):
        answer, _ = ask(Client(), "post", "/events", key, {"customer": name, "action": "opt_in"})
        assert answer == 200, name
        make_order(Customer.objects.get(public_id=name), f"2026/{place}")


def ask(client: Client, method: str, path: str, key: str, body: Any = None) -> tuple[int, Any]:
    answer = client.generic(method.upper(), f"{path}?api_key={key}", json.dumps(body or {}), "application/json")
    return answer.status_code, answer.getvalue()


@pytest.mark.parametrize("route", OF_A_CUSTOMER, ids=lambda route: route.name)
@pytest.mark.usefixtures("made")
def test_every_id_that_can_be_made_is_reached_by_every_route(client: Client, key: str, route: ApiRoute) -> None:
    for place, name in enumerate(ODD):
        named = {"public_id": quote(name, safe=""), "transaction_id": quote(f"2026/{place}", safe="")}
        path = route.path({**VALUES, **named})
        for method in route.methods:
            status, answer = ask(client, method, path, key, BODIES.get(route.name))
            assert b"Customer not found" not in answer, (method, name, answer)
            assert status != 404, (method, name, answer)


@pytest.mark.parametrize(
    "name", ["-", ".", "..", "a/", "/a", "a//b", "a/../b", "a/events", "a\u200bb", "a\ufe0fb", "null"]
)
def test_an_id_that_no_address_names_is_refused_when_it_is_made(client: Client, key: str, name: str) -> None:
    for action in ("opt_in", "checkout"):
        body = {"customer": name, "action": action, "data": {"transaction_id": "T-1", "total": 1}}
        status, answer = ask(client, "post", "/events", key, body)
        assert status == 400, answer
        assert b"'customer' " in answer


def test_an_external_id_with_slashes_is_reached(client: Client, key: str) -> None:
    Field.objects.create(slug="card", name="Card", external_id=True)
    make_customer("C-1", card="store/7/1042")

    status, answer = ask(client, "get", "/customers/" + quote("card:store/7/1042", safe=""), key)

    assert (status, json.loads(answer)["id"]) == (200, "C-1")


def test_an_address_is_trimmed_and_composed_as_a_body_is(client: Client, key: str) -> None:
    make_customer("Ren\u00e9e")

    for written in ("%20Ren%C3%A9e%20", "Rene%CC%81e", "\uff32en\u00e9e"):
        status, answer = ask(client, "get", f"/customers/{quote(written, safe='%')}", key)
        assert (status, json.loads(answer)["id"]) == (200, "Ren\u00e9e")


def test_a_search_by_id_or_address_takes_every_form(client: Client, key: str) -> None:
    make_customer("Ren\u00e9e", email="ren\u00e9e@example.com")

    for name, value in (("id", "Rene\u0301e"), ("id.in", "C-9,Rene\u0301e"), ("email", "rene\u0301e@example.com")):
        answer = client.get("/customers", {name: value, "api_key": key}).json()
        assert answer["id"] == "Ren\u00e9e", name
