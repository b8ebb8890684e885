"""Keys that stand in web pages: whatever else a hostile visitor tries with one is refused."""

import json
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from customers.fields.models import Field
from customers.models import Customer
from events.models import Event
from events.types.models import EventType
from loyalty.accounts.models import Account
from loyalty.api.access.signing import Signer, sign
from loyalty.api.keys.models import ApiKey
from loyalty.program.queries import general_settings
from tests.api.access.test_scopes import ROUTES, address
from tests.api_keys import client_side_key, development_key, server_key
from tests.api_routes import ApiRoute
from tests.factories import make_customer

pytestmark = pytest.mark.django_db
SHOP, EVIL = "https://shop.example.com", "https://evil.example.com"
VISIT = {"customer": "C-1", "action": "content_consumption", "data": {"page": "/mugs"}}


@pytest.fixture
def page_key() -> ApiKey:
    return client_side_key(actions=["content_consumption", "checkout", "profile", "secret_handshake", "point_add"])


@pytest.fixture(autouse=True)
def ann(db: None) -> Customer:
    EventType.objects.create(action="content_consumption", name="Content", behavioural=True, default_points=5)
    EventType.objects.create(action="secret_handshake", name="Not marked")
    return make_customer("C-1", first_name="Ann", email="ann@example.com", mobile_phone="+3612345678")


def send(
    client: Client, body: Any = VISIT, path: str = "/events?api_key=page-key", origin: str | None = SHOP, **extra: Any
) -> Any:
    headers = {} if origin is None else {"Origin": origin}
    return client.post(
        path, json.dumps(body), "application/json", headers=headers, secure=extra.pop("secure", True), **extra
    )


def refused(answer: Any, words: str, status: int = 403) -> None:
    assert answer.status_code == status, answer.content
    assert words in answer.json()["error"]["message"]
    assert not Event.objects.filter(source="api", action="content_consumption").exists()


def test_a_page_of_its_origin_sends_a_behavioural_event(client: Client, page_key: ApiKey) -> None:
    answer = send(client)

    assert answer.status_code == 200
    assert [(effect["action"], effect["points"]) for effect in answer.json()["events"]] == [("content_consumption", 5)]
    assert answer["Access-Control-Allow-Origin"] == SHOP
    assert "Origin" in answer["Vary"]
    assert "Access-Control-Allow-Credentials" not in answer
    assert Event.objects.get(action="content_consumption").api_key_id == page_key.pk


def test_the_key_may_come_in_the_body(client: Client, page_key: ApiKey) -> None:
    assert send(client, {**VISIT, "api_key": "page-key"}, "/events").status_code == 200


def test_the_answer_tells_nothing_about_the_customer(client: Client, page_key: ApiKey) -> None:
    """Anybody can read the key out of the page, and then ask about any ID."""
    assert set(send(client).json()) == {"events"}
    answer = send(client, {"events": [VISIT, VISIT]}, "/events/bulk?api_key=page-key")

    assert answer.status_code == 200
    assert not [word for word in (b"Ann", b"ann@", b"+36", b"active", b"C-1") if word in answer.content]


def test_bulk_of_a_page_answers_each_in_its_place(client: Client, page_key: ApiKey) -> None:
    events = [VISIT, {**VISIT, "action": "opt_in"}, {**VISIT, "action": "profile"}, VISIT]

    results = send(client, {"events": events}, "/events/bulk?api_key=page-key").json()["results"]

    assert ["error" in result for result in results] == [False, True, True, False]
    assert {result["error"]["type"] for result in results if "error" in result} == {"ForbiddenException"}


@pytest.mark.parametrize(
    "origin",
    [EVIL, "https://shop.example.com.evil.com", "http://shop.example.com", "https://shop.example.com:8443", "null", "*",
     "https://SHOP.example.com", f"{SHOP}/", f"{SHOP}, {EVIL}", f"{SHOP} {EVIL}", "https://xshop.example.com"],
)  # fmt: skip
def test_a_page_of_another_origin_is_refused_and_may_not_read_why(
    client: Client, page_key: ApiKey, origin: str
) -> None:
    answer = send(client, origin=origin)

    refused(answer, "not for pages of this origin")
    assert "Access-Control-Allow-Origin" not in answer


def test_a_request_without_an_origin_is_refused(client: Client, page_key: ApiKey) -> None:
    refused(send(client, origin=None), "browsers send an Origin header")
    refused(send(client, origin=""), "browsers send an Origin header")


def test_plain_http_is_refused(client: Client, page_key: ApiKey) -> None:
    refused(send(client, secure=False), "https")


@pytest.mark.parametrize("origin", ["http://localhost:3000", "http://127.0.0.1:5500"])
def test_the_developers_own_machine_may_use_plain_http(client: Client, origin: str) -> None:
    client_side_key(origins=[origin])

    assert send(client, origin=origin, secure=False).status_code == 200


def test_an_action_that_is_not_listed_is_refused(client: Client, page_key: ApiKey) -> None:
    refused(send(client, {**VISIT, "action": "opt_in"}), "the scope 'action:opt_in'")


@pytest.mark.parametrize(
    ("action", "data"),
    [
        ("checkout", {"total": 5}),
        ("profile", {"email": "evil@example.com"}),
        ("point_add", {"points": 1000}),
        ("secret_handshake", {}),
    ],
)
def test_an_action_that_is_not_behavioural_is_refused_although_it_is_listed(
    client: Client, page_key: ApiKey, action: str, data: dict[str, Any]
) -> None:
    refused(send(client, {**VISIT, "action": action, "data": data}), "is no behavioural event type")


@pytest.mark.parametrize(
    "data", [{"effective_timestamp": 1}, {"points_rewarded": 9}, {"transaction_id": "T-1"}, {"points_rewarded": None}]
)
def test_a_page_says_neither_when_nor_of_which_order_nor_how_much(
    client: Client, page_key: ApiKey, data: dict[str, Any]
) -> None:
    refused(send(client, {**VISIT, "data": data}), f"may not send 'data.{next(iter(data))}'")


@pytest.mark.parametrize(("extra", "name"), [({"account": "gold"}, "account"), ({"guest": "true"}, "guest")])
def test_a_page_chooses_neither_the_account_nor_guests(
    client: Client, page_key: ApiKey, extra: dict[str, str], name: str
) -> None:
    Account.objects.create(slug="gold", name="Gold", currency_label="g")

    refused(send(client, {**VISIT, **extra}), f"may not send '{name}'")


def test_points_in_the_data_of_a_page_earn_nothing(client: Client, page_key: ApiKey) -> None:
    answer = send(client, {**VISIT, "data": {"points": 100_000, "total": 100_000, "items": [{"subtotal": 5}]}})

    assert [effect["points"] for effect in answer.json()["events"]] == [5]


@pytest.mark.parametrize("setting", ["any", "checkout", "off"])
def test_a_page_makes_no_customers(client: Client, page_key: ApiKey, setting: str) -> None:
    found = general_settings()
    found.auto_subscribe = setting
    found.save()

    refused(send(client, {**VISIT, "customer": "nobody"}), "Customer not found", 404)
    send(
        client,
        {"events": [{**VISIT, "customer": "nobody"}, {**VISIT, "customer": "nobody"}]},
        "/events/bulk?api_key=page-key",
    )
    assert Customer.objects.count() == 1


def test_a_page_names_customers_by_their_id_unless_the_key_says_more(client: Client, page_key: ApiKey) -> None:
    Field.objects.create(slug="card", name="Card", external_id=True)
    make_customer("C-2", card="1234")
    by_card = {**VISIT, "customer": "1234", "external_id": "card"}

    refused(send(client, by_card), "the scope 'external_id:card'")
    client_side_key("card-key", external_ids=["card"])
    assert send(client, by_card, "/events?api_key=card-key").status_code == 200
    assert send(client, VISIT, "/events?api_key=card-key").status_code == 403


@pytest.mark.parametrize("route", ROUTES, ids=lambda route: route.name)
def test_a_page_may_ask_for_nothing_but_to_record_events(client: Client, page_key: ApiKey, route: ApiRoute) -> None:
    is_open = route.name in {"api-events", "api-events-v1", "api-events-bulk"}
    for method in route.methods:
        answer = client.generic(
            method.upper(), f"{address(route)}?api_key=page-key", "{}", "application/json",
            headers={"Origin": SHOP}, secure=True,
        )  # fmt: skip
        assert answer.status_code == (400 if is_open else 403), (method, answer.content)
    assert route.view.client_side == is_open


def test_a_client_side_key_signs_nothing(client: Client, page_key: ApiKey) -> None:
    """It has no secret, so no signature can fit."""
    for secret in ("page-key", "x"):
        headers: dict[str, Any] = sign(
            Signer("page-key", secret, "demo"), "GET", "/customers/C-1", host="testserver", at=timezone.now()
        )
        answer = client.get("/customers/C-1", headers={**headers, "Origin": SHOP}, secure=True)
        assert (answer.status_code, answer.json()["error"]["code"]) == (401, 101028)


def test_a_revoked_key_is_refused(client: Client, page_key: ApiKey) -> None:
    ApiKey.objects.update(active=False)

    refused(send(client), "Invalid api_key", 401)


def test_a_key_is_used_from_its_networks_only(client: Client) -> None:
    client_side_key(networks=["10.0.0.0/8"])

    refused(send(client), "your address")


@pytest.mark.parametrize("make", [development_key, server_key])
def test_only_client_side_keys_are_for_pages(client: Client, make: Any) -> None:
    """A page may not read what another key's requests answer, and browsers ask before they send them."""
    make("other-key")
    answer = send(client, path="/events?api_key=other-key")

    assert "Access-Control-Allow-Origin" not in answer
    assert preflight(client, key="other-key").status_code == 403


def preflight(client: Client, origin: str | None = SHOP, key: str | None = "page-key", path: str = "/events") -> Any:
    headers = {"Access-Control-Request-Method": "POST", "Access-Control-Request-Headers": "content-type"}
    sent = headers if origin is None else {**headers, "Origin": origin}
    return client.options(f"{path}?api_key={key}" if key is not None else path, headers=sent, secure=True)


@pytest.mark.parametrize("path", ["/events", "/events/bulk"])
@pytest.mark.parametrize("key", ["page-key", None])
def test_browsers_are_told_before_that_the_page_may_send(
    client: Client, page_key: ApiKey, key: str | None, path: str
) -> None:
    answer = preflight(client, key=key, path=path)

    assert (answer.status_code, answer.content) == (204, b"")
    assert answer["Access-Control-Allow-Origin"] == SHOP
    assert answer["Access-Control-Allow-Methods"] == "POST"
    assert answer["Access-Control-Allow-Headers"] == "Content-Type, Idempotency-Key"
    assert "Origin" in answer["Vary"]
    assert "Access-Control-Allow-Credentials" not in answer


@pytest.mark.parametrize(
    ("origin", "key"), [(EVIL, "page-key"), (EVIL, None), (None, None), ("null", None), (SHOP, "nokey"), (SHOP, "")]
)
def test_browsers_are_told_before_that_a_foreign_page_may_not(
    client: Client, page_key: ApiKey, origin: str | None, key: str | None
) -> None:
    answer = preflight(client, origin, key)

    assert answer.status_code == 403
    assert "Access-Control-Allow-Origin" not in answer
    assert "Origin" in answer["Vary"]


def test_the_origin_of_one_key_is_not_another_ones(client: Client, page_key: ApiKey) -> None:
    client_side_key("other-key", origins=[EVIL])

    assert preflight(client, EVIL, "page-key").status_code == 403
    refused(send(client, origin=EVIL), "not for pages of this origin")


def test_the_origins_of_a_revoked_key_are_forgotten(client: Client, page_key: ApiKey) -> None:
    ApiKey.objects.update(active=False)

    assert preflight(client, key=None).status_code == 403


def test_no_other_address_answers_browsers_questions(client: Client, page_key: ApiKey) -> None:
    answer = preflight(client, path="/customers/C-1")

    assert "Access-Control-Allow-Origin" not in answer
    assert answer.status_code in {401, 403, 405}


def test_a_page_may_read_why_its_event_was_refused(client: Client, page_key: ApiKey) -> None:
    answer = send(client, {**VISIT, "action": "opt_in"})

    assert answer["Access-Control-Allow-Origin"] == SHOP
    assert "RateLimit-Remaining" in answer["Access-Control-Expose-Headers"]


def test_a_development_key_may_send_what_a_page_may_not(client: Client) -> None:
    development_key()
    body = {**VISIT, "action": "point_add", "data": {"points": 5, "effective_timestamp": 1_700_000_000}}

    assert send(client, body, "/events?api_key=till-key", origin=None, secure=False).status_code == 200
