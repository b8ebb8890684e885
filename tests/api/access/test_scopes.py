"""What a key lacks is refused with 403, and the sentence names it."""

import json
from typing import Any

import pytest
from django.test import Client

from customers.fields.models import Field
from customers.models import Customer
from events.models import Event
from loyalty.api.keys.enums import Api
from tests.api_keys import development_key
from tests.api_routes import VALUES, ApiRoute, api_routes
from tests.factories import make_customer
from tests.test_conventions import python_files

pytestmark = pytest.mark.django_db


@pytest.fixture
def ann(db: None) -> Customer:
    """C-1, whose card is 1234."""
    Field.objects.create(slug="card", name="Card", external_id=True)
    Field.objects.create(slug="badge", name="Badge", external_id=True)
    return make_customer("C-1", card="1234", badge="77")


def call(client: Client, method: str, path: str, body: Any = None, **headers: Any) -> tuple[int, Any]:
    mark = "&" if "?" in path else "?"
    answer = client.generic(
        method.upper(), f"{path}{mark}api_key=till-key", json.dumps(body or {}), "application/json", headers=headers
    )
    return answer.status_code, answer.json()


def refused(answer: tuple[int, Any], words: str) -> None:
    status, body = answer
    # The Read API has no types.
    kind = body["error"].get("type", "ForbiddenException")
    assert (status, kind, body["error"]["code"]) == (403, "ForbiddenException", 0)
    assert words in body["error"]["message"]


def event(action: str, external_id: str = "", customer: str = "C-1", **data: Any) -> dict[str, Any]:
    return {"customer": customer, "action": action, "external_id": external_id, "data": data}


ROUTES = api_routes()


def address(route: ApiRoute) -> str:
    return route.path({**VALUES, "module": "tiers", "entity": "tier", "entity_id": "standard"})


@pytest.mark.parametrize("route", ROUTES, ids=lambda route: route.name)
def test_a_key_without_the_api_is_refused_by_every_view_of_it(client: Client, ann: Customer, route: ApiRoute) -> None:
    development_key(apis=[api.value for api in Api if api != route.view.api])

    for method in {"get", "post"} & set(route.methods):
        refused(call(client, method, address(route)), f"the scope '{route.view.api}'")


ACTIONS = [
    ("post", "/events", event("point_add", points=5), "point_add"),
    ("post", "/customers/C-1", {"first_name": "Ann"}, "profile"),
    ("post", "/customers/C-1/opt-in", {}, "opt_in"),
    ("post", "/customers/C-1/suspend", {}, "suspend"),
    ("post", "/customers/C-1/unsuspend", {}, "unsuspend"),
    ("post", "/customers/-/login", {"customer": "C-1"}, "login"),
    ("post", "/auth", {"customer": "C-1"}, "login"),
    ("post", "/customers/C-1/merge", {"target": "C-2"}, "customer_merge"),
    ("post", "/customers/C-1/opt-out", {}, "opt_out"),
]


@pytest.mark.parametrize(("method", "path", "body", "action"), ACTIONS, ids=[path for _, path, _, _ in ACTIONS])
def test_an_action_beyond_the_keys_is_refused_wherever_it_is_asked_for(
    client: Client, ann: Customer, method: str, path: str, body: Any, action: str
) -> None:
    make_customer("C-2")
    before = Event.objects.count()
    development_key(actions=["checkout"])

    refused(call(client, method, path, body), f"the scope 'action:{action}'")
    assert Event.objects.count() == before


def test_an_action_of_the_key_is_recorded(client: Client, ann: Customer) -> None:
    development_key(actions=["point_add"])

    assert call(client, "post", "/events", event("point_add", points=5))[0] == 200


def test_in_bulk_what_the_key_lacks_is_refused_in_its_place(client: Client, ann: Customer) -> None:
    development_key(actions=["point_add"], external_ids=["id"])
    events = [
        event("point_add", points=5),
        event("profile", first_name="Ann"),
        event("point_add", "card", "1234", points=5),
        event("point_add", points=6),
    ]

    _, answer = call(client, "post", "/events/bulk", {"events": events})

    assert [result.get("error", {}).get("type") for result in answer["results"]] == [
        None,
        "ForbiddenException",
        "ForbiddenException",
        None,
    ]
    assert answer["errors"] == 2


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("get", "/customers/{}", None),
        ("get", "/customers/{}/data", None),
        ("post", "/customers/{}", {"first_name": "Ann"}),
        ("post", "/customers/{}/opt-in", {}),
        ("post", "/customers/{}/suspend", {}),
        ("post", "/customers/{}/merge", {"target": "card:5678"}),
        ("post", "/customers/card:5678/merge", {"target": "{}"}),
        ("post", "/customers/card:5678/merge", {"source": "{}", "target": "card:1234"}),
        ("post", "/customers/{}/opt-out", {}),
    ],
)
@pytest.mark.parametrize(("name", "scheme"), [("C-1", "id"), ("badge:77", "badge")])
def test_a_customer_named_beyond_the_keys_external_ids_is_refused(
    client: Client, ann: Customer, method: str, path: str, body: Any, name: str, scheme: str
) -> None:
    make_customer("C-2", card="5678")
    before = Event.objects.count()
    development_key(external_ids=["card"])
    sent = {key: value.format(name) if "{}" in value else value for key, value in (body or {}).items()}

    refused(call(client, method, path.format(name), sent), f"the scope 'external_id:{scheme}'")
    assert Event.objects.count() == before


@pytest.mark.parametrize(("name", "scheme"), [("C-1", ""), ("77", "badge")])
def test_an_event_of_a_customer_named_so_is_refused(client: Client, ann: Customer, name: str, scheme: str) -> None:
    development_key(external_ids=["card"])

    refused(
        call(client, "post", "/events", event("point_add", scheme, name, points=5)), f"external_id:{scheme or 'id'}"
    )
    body = {"customer": name, "external_id": scheme}
    refused(call(client, "post", "/customers/-/login", body), f"external_id:{scheme or 'id'}")


@pytest.mark.parametrize("query", ["badge=77", "badge.in=77,78", "id=C-1", "_id=C-1", "id.in=C-1"])
def test_a_search_by_another_external_id_is_refused(client: Client, ann: Customer, query: str) -> None:
    development_key(external_ids=["card"])

    refused(call(client, "get", f"/customers?{query}"), "the scope 'external_id:")


def test_the_read_api_names_customers_by_their_id(client: Client, ann: Customer) -> None:
    development_key(external_ids=["card"])

    refused(call(client, "get", "/v1/customers/C-1"), "external_id:id")


def test_a_customer_named_by_an_external_id_of_the_key_is_found_and_answered(client: Client, ann: Customer) -> None:
    development_key(external_ids=["card"])

    assert call(client, "get", "/customers/card:1234")[1]["id"] == "C-1"
    assert call(client, "get", "/customers?card=1234")[1] == {"id": "C-1"}
    assert call(client, "post", "/customers/card:1234/suspend")[1]["status"] == "suspended"
    assert call(client, "post", "/customers/-/login", {"customer": "1234", "external_id": "card"})[1]["id"] == "C-1"


def test_no_view_of_the_api_looks_a_customer_up_without_asking() -> None:
    """Not by the queries that pages use: `customers.api.lookups` asks the key first."""
    apis = [path for path in python_files() if path.name.endswith("api.py") and "lookups" not in path.name]

    assert apis
    assert [
        path.name for path in apis if any(word in path.read_text() for word in ("customer_named", "identity_in("))
    ] == []


ADDRESSES = [
    ("203.0.113.7", ["203.0.113.7"], True),
    ("203.0.113.8", ["203.0.113.7"], False),
    ("203.0.113.8", ["203.0.113.0/24"], True),
    ("203.0.114.8", ["10.0.0.0/8", "203.0.113.0/24"], False),
    ("10.9.8.7", ["203.0.113.0/24", "10.0.0.0/8"], True),
    ("2001:db8::7", ["2001:db8::/32"], True),
    ("2001:db9::7", ["2001:db8::/32"], False),
    ("::ffff:203.0.113.7", ["203.0.113.0/24"], True),
    ("203.0.113.7", ["::/0"], False),
    ("", ["0.0.0.0/0", "::/0"], False),
    ("somewhere", ["0.0.0.0/0"], False),
]


@pytest.mark.parametrize(("address", "networks", "allowed"), ADDRESSES)
def test_a_key_is_used_from_its_networks_only(
    client: Client, ann: Customer, address: str, networks: list[str], allowed: bool
) -> None:
    development_key(networks=networks)

    answer = client.get("/customers/C-1?api_key=till-key", REMOTE_ADDR=address)

    assert answer.status_code == (200 if allowed else 403)
    if not allowed:
        refused((answer.status_code, answer.json()), "may not be used from your address")


@pytest.mark.parametrize("header", ["X-Forwarded-For", "X-Real-IP", "Forwarded", "Client-IP", "X-Client-IP"])
def test_a_client_cannot_say_where_it_comes_from(client: Client, ann: Customer, header: str) -> None:
    development_key(networks=["10.0.0.0/8"])
    value = "for=10.0.0.1" if header == "Forwarded" else "10.0.0.1"

    refused(call(client, "get", "/customers/C-1", None, **{header: value}), "your address")


def test_a_strangers_address_says_nothing_about_keys(client: Client) -> None:
    """Whether a key is there is told after it was shown, not before."""
    development_key(networks=["10.0.0.0/8"])

    assert client.get("/customers/C-1?api_key=another").status_code == 401
