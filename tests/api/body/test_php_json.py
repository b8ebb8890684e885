"""What PHP's `json_encode` makes of empty objects and of lists with gaps is read as it was meant."""

import json
from typing import Any

import pytest
from django.test import Client

from customers.fields.models import Field
from customers.models import Customer
from events.models import Event
from events.orders.models import Transaction
from loyalty.engine.values import as_list, as_object
from tests.api_keys import development_key
from tests.factories import make_customer, make_order

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def key() -> None:
    development_key("till-key", "Till")


def post(client: Client, path: str, body: str) -> Any:
    answer = client.post(f"{path}?api_key=till-key", body, content_type='application/json; charset="UTF-8"')
    assert answer.status_code == 200, answer.content
    return answer.json()


def test_as_object_takes_an_empty_list_and_no_other() -> None:
    assert as_object([]) == {}
    assert as_object({"a": 1}) == {"a": 1}
    others: list[object] = [[1], [[]], "", 0, None, "[]"]
    assert [as_object(value) for value in others] == [None] * 6


def test_as_list_takes_an_object_whose_keys_are_the_numbers_of_its_items() -> None:
    assert as_list({"0": "a", "10": "c", "2": "b"}) == ["a", "b", "c"]
    assert as_list(["a"]) == ["a"]
    assert as_list({}) == []
    others: list[object] = [{"a": 1}, {"01": 1}, {"-1": 1}, {"0": 1, "a": 2}, "0", 0, None]
    assert [as_list(value) for value in others] == [None] * 7


def test_the_data_of_an_event_may_be_an_empty_list(client: Client) -> None:
    assert post(client, "/events", '{"customer":"C-1","action":"opt_in","data":[]}')["id"] == "C-1"
    assert Event.objects.get(action="opt_in").data == {}


def test_a_whole_body_may_be_an_empty_list(client: Client) -> None:
    make_customer("C-1")
    assert post(client, "/customers/C-1/suspend", "[]")["status"] == "suspended"
    assert post(client, "/customers/C-1", " [ ] ")["status"] == "suspended"


def test_the_lines_of_an_order_may_have_gaps(client: Client) -> None:
    make_customer("C-1")
    lines = {"2": {"product_id": "B", "price": 20, "quantity": 1}, "0": {"product_id": "A", "price": 10, "quantity": 1}}
    data = {"transaction_id": "R-1", "total": 30, "items": lines}
    post(client, "/events", json.dumps({"customer": "C-1", "action": "checkout", "data": data}))
    assert [line["product_id"] for line in Transaction.objects.get().items] == ["A", "B"]


def test_a_line_that_is_an_empty_list_is_a_line_without_attributes(client: Client) -> None:
    make_customer("C-1")
    body = '{"customer":"C-1","action":"checkout","data":{"transaction_id":"R-1","total":1,"items":[[]]}}'
    answer = client.post("/events?api_key=till-key", body, content_type="application/json")
    assert (answer.status_code, "items[0]" in answer.json()["error"]["message"]) == (400, True)


def test_a_bulk_may_have_gaps_and_events_without_attributes(client: Client) -> None:
    opt_in = {"action": "opt_in", "data": []}
    events = {"1": {"customer": "C-1", **opt_in}, "7": {"customer": "C-2", **opt_in}}
    assert post(client, "/events/bulk", json.dumps({"events": events}))["errors"] == 0
    assert set(Customer.objects.values_list("public_id", flat=True)) == {"C-1", "C-2"}


def test_lists_of_a_profile_and_of_a_search_may_have_gaps(client: Client) -> None:
    Field.objects.create(slug="hobbies", name="Hobbies", type="list")
    customer = make_customer("C-1")
    make_order(customer, "R-1")
    post(client, "/customers/C-1", '{"hobbies": {"0": "chess", "4": "go"}}')
    customer.refresh_from_db()
    assert customer.properties["hobbies"] == ["chess", "go"]
    found = post(client, "/customers/C-1/transactions/-/search", '{"id.in": {"3": "R-1"}}')
    assert [order["id"] for order in found["data"]] == ["R-1"]
