import json
from datetime import date
from typing import Any
from urllib.parse import quote

import pytest
from django.db import connection
from django.test import Client
from django.utils import timezone

from customers.models import Customer, Identity
from events.models import BusinessKey, Event
from events.types.models import EventType
from loyalty.accounts.models import Account, BurnRate, EarningRule
from loyalty.api.access.signing import sign
from loyalty.api.keys.models import ApiKey
from loyalty.points.api.objects import expiring_object
from loyalty.points.ledger.models import Balance, Entry, Lot
from loyalty.program.models import GeneralSettings
from loyalty.sync.models import OutboxRow
from tests.api_keys import development_key, signer

pytestmark = pytest.mark.django_db

ITEM = {
    "transaction_id": "R-1",
    "product_id": "MUG/BLUE",
    "product_name": "Blue mug",
    "quantity": "1",
    "subtotal": "200",
    "price": "200",
    "product_category": "mugs",
}
CHECKOUT = {
    "customer": "700100",
    "action": "checkout",
    "data": {"total": "200", "transaction_id": "R-1", "items": [ITEM]},
}


@pytest.fixture
def key() -> ApiKey:
    return development_key("till-key", "Till")


def as_form(event: dict[str, Any]) -> str:
    data = event["data"]
    pairs = [("customer", event["customer"]), ("action", event["action"])]
    pairs += [(f"data[{name}]", value) for name, value in data.items() if name != "items"]
    for index, item in enumerate(data.get("items", [])):
        pairs += [(f"data[items][{index}][{name}]", value) for name, value in item.items()]
    return "&".join(f"{quote(name)}={quote(str(value))}" for name, value in pairs)


def post_form(client: Client, event: dict[str, Any], key: str) -> Any:
    return client.post(f"/events?api_key={key}", as_form(event), content_type="application/x-www-form-urlencoded")


def post(client: Client, event: dict[str, Any], key: str = "till-key", path: str = "/events") -> Any:
    return client.post(f"{path}?api_key={key}", json.dumps(event), content_type="application/json")


def rows() -> dict[str, int]:
    models = (Customer, Identity, Event, BusinessKey, Lot, Entry, Balance, OutboxRow)
    return {model.__name__: model.objects.count() for model in models}


def test_a_checkout_as_form_answers_the_summary_and_the_points(client: Client, key: ApiKey) -> None:
    answer = post_form(client, CHECKOUT, key.key)

    assert answer.status_code == 200
    body = answer.json()
    event = Event.objects.get(action="checkout")
    created_at = Customer.objects.get().created_at.strftime("%Y-%m-%dT%H:%M:%SZ")
    assert body == {
        "id": "700100",
        "created_at": created_at,
        "handler": None,
        "status": "inactive",
        "score": 200,
        "spent": 0,
        "pending": 0,
        "expired": 0,
        "spendable": 200,
        "language": None,
        "currency": None,
        "first_name": None,
        "last_name": None,
        "email": None,
        "mobile_phone": None,
        "image_url": None,
        "events": [
            {
                "id": str(event.id),
                "action": "checkout",
                "points": 200,
                "expdate": None,
                "account": {"id": "main", "name": "Main account"},
            }
        ],
    }


def test_the_same_checkout_again_answers_5003_and_changes_nothing(client: Client, key: ApiKey) -> None:
    post_form(client, CHECKOUT, key.key)
    before = rows()

    again = post(client, CHECKOUT)

    assert again.status_code == 400
    assert again.json() == {
        "error": {"type": "BadRequestException", "code": 5003, "message": "Transaction ID already used"}
    }
    assert rows() == before


def test_json_and_form_of_one_event_have_the_same_effect(client: Client, key: ApiKey) -> None:
    post_form(client, CHECKOUT, key.key)
    other = {**CHECKOUT, "customer": "700200", "data": {**CHECKOUT["data"], "transaction_id": "R-2"}}  # type: ignore[dict-item]

    post(client, other)

    first, second = (
        list(Event.objects.filter(customer__public_id=id).order_by("id").values_list("action", "points", "data"))
        for id in ("700100", "700200")
    )
    assert [(action, points) for action, points, _ in first] == [("checkout", 200), ("checkout_item", 0)]
    assert [(action, points) for action, points, _ in second] == [("checkout", 200), ("checkout_item", 0)]
    assert first[0][2] == {"total": "200", "transaction_id": "R-1"}
    assert first[1][2] == ITEM


def test_an_event_keeps_where_it_came_from(client: Client, key: ApiKey) -> None:
    client.post(
        "/events?api_key=till-key",
        json.dumps(CHECKOUT),
        content_type="application/json",
        headers={"user-agent": "Till/3"},
        REMOTE_ADDR="10.1.2.3",
    )

    event = Event.objects.get(action="checkout")
    assert (event.source, event.api_key_id, event.ip_address, event.user_agent) == ("api", key.id, "10.1.2.3", "Till/3")
    assert event.occurred_at == event.recorded_at
    assert event.staff_id is None
    assert event.program_version > 0


def test_per_item_earning_answers_one_event_for_each_item(client: Client, key: ApiKey) -> None:
    EarningRule.objects.update(basis="item", percentage=10)
    items = [{"product_id": "A", "price": "10.50", "quantity": 2}, {"product_id": "B", "subtotal": 95}]

    body = post(client, {**CHECKOUT, "data": {"transaction_id": "R-3", "items": items}}).json()

    assert [(event["action"], event["points"]) for event in body["events"]] == [
        ("checkout_item", 2),
        ("checkout_item", 10),
    ]
    assert body["score"] == 12


def test_points_that_expire_name_their_last_day(client: Client, key: ApiKey) -> None:
    post(client, CHECKOUT)
    day = f"{timezone.localdate().year + 1}-12-31"

    body = post(client, {"customer": "700100", "action": "point_add", "data": {"points": 5, "expdate": day}}).json()

    assert [(event["points"], event["expdate"]) for event in body["events"]] == [(5, day)]


@pytest.mark.parametrize(
    ("change", "code", "message"),
    [
        ({"action": "dance"}, 10002, "Invalid action: dance"),
        (
            {"action": "checkout_item_accept"},
            10003,
            "Invalid action: checkout_item_accept. It follows from the acceptance of an order and cannot be sent.",
        ),
        (
            {"action": "opt_in", "data": {"score": 1}},
            113402,
            "'score' cannot be set by an event: leave it out, or give an attribute of yours another name",
        ),
    ],
)
def test_what_programs_must_tell_apart_has_a_code_of_its_own(
    client: Client, key: ApiKey, change: dict[str, Any], code: int, message: str
) -> None:
    before = rows()

    answer = post(client, {**CHECKOUT, **change})

    assert answer.status_code == 400
    assert answer.json() == {"error": {"type": "BadRequestException", "code": code, "message": message}}
    assert rows() == before


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"customer": None}, "'customer' property is required"),
        ({"customer": "\x01"}, "'customer' must have 1 to 128 printable characters"),
        ({"customer": "x" * 129}, "'customer' must have 1 to 128 printable characters"),
        ({"customer": ["a"]}, "'customer' must be a text"),
        ({"action": ""}, "'action' property is required"),
        ({"data": [1]}, "'data' must be an object"),
        ({"data": {"total": "200"}}, "'transaction_id' property is required"),
        ({"data": {"transaction_id": "x"}}, "'total' property is required"),
        ({"data": {"transaction_id": "x", "total": "many"}}, "'total' must be a number such as 12.50"),
        ({"data": {"transaction_id": "x", "total": -1}}, "'total' must be between 0 and 1000000000000"),
        (
            {"external_id": "card"},
            "'external_id' is 'card', which names no external-ID field: define one, or leave it out for the customer's ID",
        ),
        ({"account": "gold"}, "Unknown account: gold. Leave 'account' out for the default account."),
    ],
)
def test_a_wrong_field_is_named(client: Client, key: ApiKey, change: dict[str, Any], message: str) -> None:
    before = rows()

    answer = post(client, {**CHECKOUT, **change})

    assert answer.status_code == 400
    assert answer.json() == {"error": {"type": "BadRequestException", "code": 0, "message": message}}
    assert rows() == before


def test_an_unknown_customer_is_404_160212(client: Client, key: ApiKey) -> None:
    answer = post(client, {"customer": "nobody", "action": "point_add", "data": {"points": 5}})

    assert answer.status_code == 404
    assert answer.json() == {"error": {"type": "NotFoundException", "code": 160212, "message": "Customer not found"}}


def test_without_a_key_nothing_is_recorded(client: Client) -> None:
    answer = client.post("/events", json.dumps(CHECKOUT), content_type="application/json")

    assert answer.status_code == 401
    assert answer.json() == {"error": {"type": "UnauthorizedException", "code": 0, "message": "No api_key provided"}}
    assert not Event.objects.exists()


def test_the_key_may_come_in_the_body_and_is_not_kept(client: Client, key: ApiKey) -> None:
    answer = client.post("/events", json.dumps({**CHECKOUT, "api_key": key.key}), content_type="application/json")

    assert answer.status_code == 200
    assert not Event.objects.filter(data__icontains="till-key").exists()


def signed(client: Client, event: dict[str, Any], key: ApiKey) -> Any:
    body = json.dumps(event).encode()
    headers = sign(
        signer(key),
        "POST",
        "/events",
        host="testserver",
        body=body,
        at=timezone.now(),
    )
    return client.post("/events", body, content_type="application/json", headers=headers)


def test_a_signed_request_needs_no_api_key(client: Client, key: ApiKey) -> None:
    assert signed(client, CHECKOUT, key).status_code == 200


def test_bulk_answers_each_event_in_its_place(client: Client, key: ApiKey) -> None:
    add = {"customer": "700100", "action": "point_add", "data": {"points": 325}}

    body = post(
        client, {"events": [CHECKOUT, {**add, "customer": "nobody"}, {"customer": 1}, add]}, path="/events/bulk"
    ).json()

    ids = dict(Event.objects.exclude(points=0).values_list("action", "id"))
    not_found = {"type": "NotFoundException", "code": 160212, "message": "Customer not found"}
    wrong = {"type": "BadRequestException", "code": 0, "message": "'action' property is required"}
    assert body == {
        "results": [
            {"events": [{"id": str(ids["checkout"]), "action": "checkout", "points": 200}]},
            {"error": not_found},
            {"error": wrong},
            {"events": [{"id": str(ids["point_add"]), "action": "point_add", "points": 325}]},
        ],
        "total": 4,
        "errors": 2,
    }


def test_a_custom_action_earns_its_default_points_once(client: Client, key: ApiKey) -> None:
    EventType.objects.create(action="app_install", name="App install", default_points=50, one_time=True)
    post(client, CHECKOUT)
    event = {"customer": "700100", "action": "app_install", "data": {"store": "x"}}

    answers = [post(client, event) for _ in range(2)]

    assert [answer.status_code for answer in answers] == [200, 400]
    assert answers[0].json()["score"] == 250
    assert answers[1].json()["error"] == {
        "type": "BadRequestException",
        "code": 10001,
        "message": "This action cannot be repeated",
    }


def test_the_customer_object_is_exact(client: Client, key: ApiKey) -> None:
    profile = {
        "first_name": "Ann",
        "last_name": "Example",
        "email": "ann@example.com",
        "birth_date": "1980-01-16",
        "shoe": 42,
    }
    post(client, {"customer": "700100", "action": "opt_in", "data": profile})
    post(client, CHECKOUT)

    answer = client.get("/customers/700100?api_key=till-key")

    customer = Customer.objects.get()
    assert answer.json() == {
        "id": "700100",
        "optin_at": int(customer.optin_at.timestamp()) if customer.optin_at else None,
        "last_login_at": None,
        "updated_at": int(customer.updated_at.timestamp()),
        "first_name": "Ann",
        "last_name": "Example",
        "email": "ann@example.com",
        "birth_date": "1980-01-16",
        "gender": None,
        "language": None,
        "currency": None,
        "nickname": None,
        "mobile_phone": None,
        "image_url": None,
        "status": "active",
        "score": 200,
        "spent": 0,
        "reserved": 0,
        "expired": 0,
        "spendable": 200,
        "point_balance": 200,
        "pending": 0,
        "properties": {"shoe": 42},
        "purchase_total": 200,
        "purchase_count": 1,
        "purchase_last_date": timezone.localdate().isoformat(),
    }


def test_the_accounts_come_with_their_module(client: Client, key: ApiKey) -> None:
    GeneralSettings.objects.update(modules=["multi_accounts"])
    Account.objects.create(slug="extra", name="Extra")
    post(client, CHECKOUT)
    post(client, {"customer": "700100", "action": "point_add", "account": "extra", "data": {"points": 7}})

    body = client.get("/customers/700100?api_key=till-key").json()

    def left(points: int) -> dict[str, int]:
        return {"spendable": points, "point_balance": points}

    zeros = {"spent": 0, "pending": 0, "reserved": 0, "expired": 0}
    assert body["accounts"] == [
        {"id": "extra", "name": "Extra", "default": False, "earned": 7, **zeros, **left(7), "burn_rates": []},
        {"id": "main", "name": "Main account", "default": True, "earned": 200, **zeros, **left(200), "burn_rates": []},
    ]


def test_burn_rates_say_what_the_spendable_points_are_worth(client: Client, key: ApiKey) -> None:
    GeneralSettings.objects.update(modules=["multi_accounts"])
    main = Account.objects.get()
    BurnRate.objects.create(account=main, currency="GBP", points=200, amount=100)
    BurnRate.objects.create(account=main, currency="HUF", points=50, amount=100)
    post(client, {**CHECKOUT, "data": {"transaction_id": "R-9", "total": "11649"}})

    body = client.get("/customers/700100?api_key=till-key").json()

    assert body["accounts"][0]["burn_rates"] == [
        {"amount": 100, "points": 200, "currency": "GBP", "converted_amount": 58, "unconverted_points": 49},
        {"amount": 100, "points": 50, "currency": "HUF", "converted_amount": 232, "unconverted_points": 49},
    ]


def add_expiring(client: Client, **days: int) -> None:
    post(client, CHECKOUT)
    for day, points in days.items():
        data = {"points": points, "expdate": day.removeprefix("d").replace("_", "-")}
        assert post(client, {"customer": "700100", "action": "point_add", "data": data}).status_code == 200


def test_expiring_points_come_when_they_are_asked_for(client: Client, key: ApiKey) -> None:
    today = timezone.localdate()
    this_year, next_year = f"{today.year}-12-31", f"{today.year + 1}-12-31"
    add_expiring(client, **{today.isoformat(): 5, this_year: 7, next_year: 11})

    asked = client.get("/customers/700100?api_key=till-key&fields=purchases.ytd%2Cexpiring_points.history").json()
    shorter = client.get("/customers/700100?api_key=till-key&fields=expiring_points").json()
    plain = client.get("/customers/700100?api_key=till-key").json()

    history = {today.isoformat(): 5} | {this_year: 7 + (5 if today.isoformat() == this_year else 0)} | {next_year: 11}
    due = {date.fromisoformat(day): points for day, points in history.items()}
    expected = expiring_object(Account(slug="main"), due, today, None, history=False).written()
    assert asked["expiring_points"] == {
        **expected,
        "history": [{"date": day, "points": points} for day, points in history.items()],
    }
    assert shorter["expiring_points"] == expected
    assert "expiring_points" not in plain


@pytest.mark.parametrize(
    ("today", "expected"),
    [
        ("2026-11-22", {"today": 1, "this_month": 3, "this_year": 7, "next_month": 4, "next_year": 24}),
        ("2026-12-31", {"today": 7, "this_month": 7, "this_year": 7, "next_month": 8, "next_year": 24}),
        ("2027-01-31", {"today": 15, "this_month": 15, "this_year": 31, "next_month": 0, "next_year": 0}),
    ],
)
def test_a_period_counts_what_is_still_to_expire_in_it(today: str, expected: dict[str, int]) -> None:
    days = {"2026-11-22": 1, "2026-11-30": 2, "2026-12-31": 4, "2027-01-01": 8, "2027-06-30": 16}
    expiring = {date.fromisoformat(day): points for day, points in days.items()}

    reset = date(2027, 3, 31)
    found = expiring_object(Account(slug="main"), expiring, date.fromisoformat(today), reset, history=False)

    assert found.written() == {"account": "main", **expected, "reset_date": "2027-03-31"}


def test_expiring_points_are_left_out_while_their_module_is_off(client: Client, key: ApiKey) -> None:
    post(client, CHECKOUT)
    GeneralSettings.objects.update(modules=[])

    body = client.get("/customers/700100?api_key=till-key&fields=expiring_points").json()

    assert "expiring_points" not in body


@pytest.mark.parametrize("status", ["opted_out", "banned", "merged"])
def test_who_is_gone_is_not_found(client: Client, key: ApiKey, status: str) -> None:
    post(client, CHECKOUT)
    Customer.objects.update(status=status)

    assert client.get("/customers/700100?api_key=till-key").json()["error"]["code"] == 160212
    assert post(client, {"customer": "700100", "action": "point_add", "data": {"points": 1}}).status_code == 404


def test_an_unknown_address_answers_json_to_clients_and_a_page_to_browsers(client: Client) -> None:
    assert client.get("/nothing/here").json() == {
        "error": {"type": "NotFoundException", "code": 0, "message": "Not Found"}
    }
    page = client.get("/nothing/here", headers={"accept": "text/html"})
    assert page["Content-Type"].startswith("text/html")


def test_a_customer_is_read_in_a_fixed_number_of_queries(client: Client, key: ApiKey) -> None:
    post(client, CHECKOUT)
    GeneralSettings.objects.update(modules=["multi_accounts"])
    counts = []
    for slug in ("one", "two", "three"):
        Account.objects.create(slug=slug, name=slug)
        with connection.execute_wrapper(lambda execute, *args: counts.append(1) or execute(*args)):  # type: ignore[func-returns-value]
            client.get("/customers/700100?api_key=till-key")
        counts.append(0)

    assert "".join(map(str, counts)).split("0")[0] == "".join(map(str, counts)).split("0")[2]
