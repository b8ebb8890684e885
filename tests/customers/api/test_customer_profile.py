"""`POST /customers/{id}`, and what the object leaves out."""

from typing import Any

import pytest
from django.test import Client
from jsonschema import Draft202012Validator

from events.models import Event
from loyalty.api.docs.forms import FORM
from loyalty.api.docs.openapi import JSON, document
from tests.api_keys import development_key
from tests.engine.world import accepted, configure, event, rows

pytestmark = pytest.mark.django_db
KEY = "till-key"


@pytest.fixture(autouse=True)
def key() -> None:
    development_key(KEY, "Till")


def post(client: Client, id: str, body: dict[str, Any], query: str = "") -> Any:
    return client.post(f"/customers/{id}?api_key={KEY}{query}", body, content_type="application/json")


def test_the_body_is_a_profile_event_and_the_answer_the_customer(client: Client) -> None:
    accepted(event("ann", "opt_in", email="ann@example.com"))

    answer = post(client, "ann", {"first_name": "Ann", "shoe": "42"}, "&fields=purchases")

    assert answer.status_code == 200
    found = answer.json()
    assert found == client.get(f"/customers/ann?api_key={KEY}&fields=purchases").json()
    assert (found["first_name"], found["email"], found["properties"]) == ("Ann", "ann@example.com", {"shoe": "42"})
    told = Event.objects.get(action="profile")
    assert (told.data, told.source) == ({"first_name": "Ann", "shoe": "42"}, "api")


def test_the_key_in_the_body_is_no_attribute(client: Client) -> None:
    accepted(event("ann", "opt_in"))

    answer = client.post("/customers/ann", {"api_key": KEY, "first_name": "Ann"}, content_type="application/json")

    assert (answer.status_code, answer.json()["properties"]) == (200, {})


def test_an_unknown_customer_is_not_made_by_it(client: Client) -> None:
    configure(auto_subscribe="any")

    answer = post(client, "nobody", {"first_name": "Nobody"})

    assert (answer.status_code, answer.json()["error"]["code"]) == (404, 160212)
    assert not rows("SELECT 1 FROM customers_customer")


def test_a_wrong_value_is_refused_with_its_name(client: Client) -> None:
    accepted(event("ann", "opt_in"))

    answer = post(client, "ann", {"birth_date": "yesterday"})

    assert (answer.status_code, answer.json()["error"]["code"]) == (400, 0)
    assert "'birth_date'" in answer.json()["error"]["message"]


def described(name: str, *values: object) -> list[object]:
    """Those of the values that the description allows for a field."""
    schema = document()["components"]["schemas"]["Profile"]
    told = Draft202012Validator(schema, format_checker=Draft202012Validator.FORMAT_CHECKER)
    return [value for value in values if told.is_valid({name: value})]


@pytest.mark.parametrize("form", [False, True])
def test_an_empty_date_clears_it_as_the_description_says(client: Client, *, form: bool) -> None:
    accepted(event("ann", "opt_in", birth_date="1980-01-16"))
    address, body = f"/customers/ann?api_key={KEY}", {"birth_date": ""}

    answer = client.post(address, "birth_date=", FORM) if form else client.post(address, body, JSON)

    assert (answer.status_code, answer.json()["birth_date"]) == (200, None)
    assert described("birth_date", "", None, "1980-01-16", "16.1.1980", 16) == ["", None, "1980-01-16"]


def test_a_number_is_a_text_as_the_description_says(client: Client) -> None:
    accepted(event("ann", "opt_in"))

    answer = post(client, "ann", {"nickname": 7})

    assert (answer.status_code, answer.json()["nickname"]) == (200, "7")
    assert post(client, "ann", {"nickname": True}).status_code == 400
    assert described("nickname", 7, "Annie", None, True, ["Annie"]) == [7, "Annie", None]


def test_what_belongs_to_modules_that_are_not_there_is_left_out(client: Client) -> None:
    accepted(event("ann", "opt_in"))

    found = client.get(f"/customers/ann?api_key={KEY}&fields=tiers,campaigns").json()

    assert not {"groups", "tiers", "campaigns", "accounts"} & set(found)
