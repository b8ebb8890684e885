"""Suspend, unsuspend, opt-in and login by the API, and what unknown customers become by whichever way they come in."""

import json
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from customers.fields.models import Field
from customers.life.actions import OF_THE_TIMER
from customers.models import Customer
from events.models import Event
from loyalty.api.keys.models import ApiKey
from loyalty.program.models import GeneralSettings
from loyalty.transfer.operations import import_here
from tests.api_keys import development_key
from tests.factories import make_customer

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def key() -> ApiKey:
    return development_key("till-key", "Till")


def post(client: Client, path: str, body: Any = None) -> Any:
    return client.post(f"{path}?api_key=till-key", json.dumps(body or {}), content_type="application/json")


def get(client: Client, public_id: str) -> Any:
    return client.get(f"/customers/{public_id}?api_key=till-key").json()


def refusal(answer: Any) -> tuple[int, dict[str, Any]]:
    return answer.status_code, answer.json()["error"]


def test_suspending_answers_the_customer_object(client: Client) -> None:
    make_customer("C-1", first_name="Ann", points=5)
    answer = post(client, "/customers/C-1/suspend", {"reason": "Chargebacks"})
    assert answer.status_code == 200
    now = int(Customer.objects.get().updated_at.timestamp())
    assert answer.json() == {**get(client, "C-1"), "status": "suspended", "updated_at": now}
    event = Event.objects.get(action="suspend")
    assert (event.data, event.source) == ({"reason": "Chargebacks"}, "api")


def test_114400_a_second_suspend(client: Client) -> None:
    make_customer("C-1")
    post(client, "/customers/C-1/suspend")
    assert refusal(post(client, "/customers/C-1/suspend")) == (
        400,
        {"type": "BadRequestException", "code": 114400, "message": "Only active customers can be suspended"},
    )


def test_unsuspending_answers_the_customer_object(client: Client) -> None:
    make_customer("C-1")
    post(client, "/customers/C-1/suspend")
    answer = post(client, "/customers/C-1/unsuspend", {"reason": "Cleared"})
    assert (answer.status_code, answer.json()) == (200, get(client, "C-1"))
    assert answer.json()["status"] == "active"


def test_114600_unsuspending_an_active_customer(client: Client) -> None:
    make_customer("C-1")
    assert refusal(post(client, "/customers/C-1/unsuspend")) == (
        400,
        {"type": "BadRequestException", "code": 114600, "message": "Only suspended customers can be unsuspended"},
    )


@pytest.mark.parametrize("path", ["/customers/nobody/suspend", "/customers/nobody/unsuspend"])
def test_160212_an_unknown_customer(client: Client, path: str) -> None:
    assert refusal(post(client, path)) == (
        404,
        {"type": "NotFoundException", "code": 160212, "message": "Customer not found"},
    )


@pytest.mark.parametrize("path", ["C-1/suspend", "C-1/unsuspend", "C-1/opt-in", "-/login"])
def test_these_addresses_are_posted_to(client: Client, path: str) -> None:
    make_customer("C-1")
    assert client.get(f"/customers/{path}?api_key=till-key").status_code == 405


def test_an_opt_in_takes_the_profile_and_makes_a_member(client: Client) -> None:
    answer = post(client, "/customers/new/opt-in", {"first_name": "Ann", "email": "ann@example.com", "shoe_size": 40})
    found = answer.json()
    assert (answer.status_code, found) == (200, get(client, "new"))
    assert (found["id"], found["status"], found["first_name"]) == ("new", "active", "Ann")
    assert (found["email"], found["properties"]) == ("ann@example.com", {"shoe_size": 40})


def test_an_opt_in_activates_an_inactive_customer(client: Client) -> None:
    post(client, "/events", {"customer": "C-1", "action": "subscribe"})
    assert post(client, "/customers/C-1/opt-in").json()["status"] == "active"


def test_112101_a_second_opt_in(client: Client) -> None:
    post(client, "/customers/new/opt-in")
    assert refusal(post(client, "/customers/new/opt-in", {"first_name": "Eve"})) == (
        400,
        {"type": "BadRequestException", "code": 112101, "message": "Customer already opted in"},
    )
    assert get(client, "new")["first_name"] is None


def test_0_an_opt_in_with_an_attribute_that_is_none(client: Client) -> None:
    status, error = refusal(post(client, "/customers/new/opt-in", {"email": "nobody"}))
    assert (status, error["code"], "'email'" in error["message"]) == (400, 0, True)
    assert not Customer.objects.exists()


@pytest.mark.parametrize("path", ["/customers/-/login", "/auth"])
def test_a_login_is_noted_and_answers_the_customer_object(client: Client, path: str) -> None:
    make_customer("C-1", first_name="Ann")
    before = int(timezone.now().timestamp())
    answer = post(client, path, {"customer": "C-1"})
    assert (answer.status_code, answer.json()) == (200, get(client, "C-1"))
    assert before <= answer.json()["last_login_at"] <= int(timezone.now().timestamp())


def test_a_daily_login_is_written_once_a_calendar_day(client: Client) -> None:
    make_customer("C-1")
    for _ in range(3):
        assert post(client, "/customers/-/login", {"customer": "C-1"}).status_code == 200
    actions = list(Event.objects.filter(action__endswith="login").order_by("id").values_list("action", flat=True))
    days = {timezone.localdate(at) for at in Event.objects.filter(action="login").values_list("occurred_at", flat=True)}
    assert actions.count("login") == 3
    # Two if midnight came in between.
    assert actions.count("daily_login") == len(days)


@pytest.mark.parametrize(
    ("body", "message"),
    [({}, "'customer' property is required"), ({"customer": ["C-1"]}, "'customer' must be a text")],
)
def test_0_a_login_names_the_customer(client: Client, body: dict[str, Any], message: str) -> None:
    assert refusal(post(client, "/customers/-/login", body)) == (
        400,
        {"type": "BadRequestException", "code": 0, "message": message},
    )


def test_160216_an_inactive_customer_does_not_log_in(client: Client) -> None:
    post(client, "/events", {"customer": "C-1", "action": "subscribe"})
    assert refusal(post(client, "/auth", {"customer": "C-1"})) == (
        400,
        {"type": "BadRequestException", "code": 160216, "message": "Customer is not active"},
    )


@pytest.mark.parametrize("action", ["birthday", "anniversary"])
def test_0_nobody_sends_celebrations(client: Client, action: str) -> None:
    make_customer("C-1", birth_date=timezone.localdate().replace(year=1990, day=1).isoformat())
    assert refusal(post(client, "/events", {"customer": "C-1", "action": action})) == (
        400,
        {"type": "BadRequestException", "code": 10003, "message": f"Invalid action: {action}. {OF_THE_TIMER}"},
    )


CHECKOUT = {"customer": "buyer", "action": "checkout", "data": {"transaction_id": "t-1", "total": 5}}
OTHER = {"customer": "other", "action": "point_add", "data": {"points": 5}}
FILE = b"customer,action,transaction_id,total,points\nbuyer,checkout,t-1,5,\nother,point_add,,,5\n"


def by_events(client: Client) -> None:
    for event in (CHECKOUT, OTHER):
        post(client, "/events", event)


def by_bulk(client: Client) -> None:
    post(client, "/events/bulk", {"events": [CHECKOUT, OTHER]})


def by_import(client: Client) -> None:
    import_here(model="events", name="x.csv", content=[FILE], now=timezone.now)


@pytest.mark.parametrize("send", [by_events, by_bulk, by_import], ids=["events", "bulk", "import"])
@pytest.mark.parametrize(("setting", "expected"), [("off", []), ("checkout", ["buyer"]), ("any", ["buyer", "other"])])
def test_auto_subscribe_creates_inactive_customers_by_whichever_way(
    client: Client, settings: Any, tmp_path: Path, send: Any, setting: str, expected: list[str]
) -> None:
    settings.MEDIA_ROOT = tmp_path
    GeneralSettings.objects.update(auto_subscribe=setting)
    send(client)
    found = Customer.objects.order_by("public_id").values_list("public_id", "status", "properties")
    assert list(found) == [(name, "inactive", {"auto_subscribed": True}) for name in expected]


def test_an_enrolment_is_no_auto_subscription(client: Client) -> None:
    GeneralSettings.objects.update(auto_subscribe="any")
    post(client, "/events", {"customer": "C-1", "action": "subscribe"})
    assert Customer.objects.get().properties == {}


@pytest.fixture
def barcode() -> None:
    Field.objects.create(slug="loyalty_barcode", name="Barcode", external_id=True)


def test_a_path_may_name_the_customer_by_an_external_id(client: Client, barcode: None) -> None:
    make_customer("C-1", loyalty_barcode="77")
    assert post(client, "/customers/loyalty_barcode:77/suspend").json()["id"] == "C-1"
    assert post(client, "/customers/loyalty_barcode:77/unsuspend").json()["status"] == "active"
    answer = post(client, "/customers/-/login", {"customer": "77", "external_id": "loyalty_barcode"})
    assert answer.json()["id"] == "C-1"


def test_an_opt_in_by_an_unknown_external_id_makes_a_customer_who_has_it(client: Client, barcode: None) -> None:
    found = post(client, "/customers/loyalty_barcode:77/opt-in").json()
    assert (found["properties"], found["status"]) == ({"loyalty_barcode": "77"}, "active")


def test_a_colon_after_no_external_id_field_is_a_part_of_the_id(client: Client) -> None:
    assert post(client, "/customers/shop:77/opt-in").json()["id"] == "shop:77"


def test_0_a_login_by_a_name_that_is_no_external_id_field(client: Client) -> None:
    status, error = refusal(post(client, "/auth", {"customer": "77", "external_id": "barcode"}))
    assert (status, error["code"], "'barcode'" in error["message"]) == (400, 0, True)


def test_plug_ins_are_given_entries_of_which_the_second_is_the_customer(client: Client) -> None:
    """Some look for the type `customer`, some take the second; both compute score − spent − reserved."""
    make_customer("42", first_name="Ann", points=5)
    answer = client.get("/auth?api_key=till-key&customer=42&api_key=till-key")
    assert answer.json() == [
        {"type": "settings", "data": {"currency": GeneralSettings.objects.get().currency}},
        {"type": "customer", "data": get(client, "42")},
    ]
    data = answer.json()[1]["data"]
    assert data["score"] - data["spent"] - data["reserved"] == 5


def test_asking_for_the_entries_is_no_login(client: Client) -> None:
    customer = make_customer("42")
    client.get("/auth?api_key=till-key&customer=42")
    customer.refresh_from_db()
    assert customer.last_login_at is None
    assert not Event.objects.filter(action="login").exists()


@pytest.mark.parametrize(
    ("query", "expected"), [("", (400, 0)), ("&customer=", (400, 0)), ("&customer=43", (404, 160212))]
)
def test_the_entries_are_of_a_customer(client: Client, query: str, expected: tuple[int, int]) -> None:
    status, error = refusal(client.get(f"/auth?api_key=till-key{query}"))
    assert (status, error["code"]) == expected
