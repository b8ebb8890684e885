"""`POST /customers/{id}`, and what the object leaves out."""

from typing import Any

import pytest
from django.test import Client

from events.models import Event
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


def test_what_belongs_to_modules_that_are_not_there_is_left_out(client: Client) -> None:
    accepted(event("ann", "opt_in"))

    found = client.get(f"/customers/ann?api_key={KEY}&fields=groups,tiers,campaigns").json()

    assert not {"groups", "tiers", "campaigns", "accounts"} & set(found)
