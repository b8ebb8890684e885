"""Each action has a schema of its own in the description, out of the register: true of what the rules take."""

import json
from typing import Any

import jsonschema
import pytest
from django.test import Client

from loyalty.api.docs.openapi import document
from loyalty.api.docs.reference import actions
from loyalty.engine.actions import Action
from loyalty.program.actions import registered_actions
from tests.api.docs.test_examples import check
from tests.api_keys import development_key
from tests.factories import make_customer

SENDABLE = [action for action in registered_actions().values() if action.by_api and not action.closed]


def schemas() -> dict[str, Any]:
    found: dict[str, Any] = document()["components"]["schemas"]
    return found


def valid(action: str, **data: Any) -> bool:
    try:
        check({"$ref": "#/components/schemas/Event"}, {"customer": "C-1", "action": action, "data": data})
    except jsonschema.ValidationError:
        return False
    return True


def test_every_action_that_can_be_sent_has_a_schema_that_the_action_chooses() -> None:
    chosen = schemas()["Event"]["discriminator"]
    assert chosen["propertyName"] == "action"
    assert set(chosen["mapping"]) == {action.name for action in SENDABLE}
    places = [one["$ref"] for one in schemas()["Event"]["oneOf"]]
    assert places == [*chosen["mapping"].values(), "#/components/schemas/OwnEvent"]
    for action, place in chosen["mapping"].items():
        assert schemas()[place.rpartition("/")[2]]["properties"]["action"]["const"] == action


@pytest.mark.parametrize("action", SENDABLE, ids=lambda action: action.name)
def test_what_the_register_says_is_what_the_description_says(action: Action) -> None:
    data = {one.name: one.example for one in action.attributes if one.example is not None}
    assert valid(action.name, **data)
    for one in action.attributes:
        if one.required:
            assert not valid(action.name, **{name: value for name, value in data.items() if name != one.name})


@pytest.mark.parametrize(
    ("action", "data", "is_valid"),
    [
        ("checkout", {"transaction_id": "R-1", "total": 1, "points_burned": 0}, True),
        ("checkout", {"transaction_id": "R-1", "total": 1, "points_burned": -1}, False),
        ("checkout", {"transaction_id": "R-1", "total": -1}, False),
        ("checkout", {"transaction_id": "R-1", "items": [{"price": "12.50"}]}, True),
        ("checkout", {"transaction_id": "R-1", "items": [{"price": True}]}, False),
        ("checkout", {"transaction_id": "R" * 129, "total": 1}, False),
        ("point_add", {"points": "5"}, True),
        ("point_add", {"points": 0}, False),
        ("point_add", {"points": 1.5}, False),
        ("point_fix", {"points": -5}, True),
        ("profile", {"first_name": None, "shoe_size": 38}, True),
        ("profile", {"first_name": ["Ann"]}, False),
        ("visit", {"anything": ["at", "all"]}, True),
        ("point_burn", {"points": 5}, False),
        ("ban", {"reason": "fraud"}, False),
    ],
)
def test_the_schema_of_an_action_takes_what_the_rules_take(action: str, data: dict[str, Any], is_valid: bool) -> None:
    assert valid(action, **data) == is_valid


@pytest.mark.django_db
def test_a_guest_is_true_or_false_as_json_has_it(client: Client) -> None:
    development_key("till-key", "Till")
    event = {"customer": "guest-1", "action": "checkout", "data": {"transaction_id": "R-1", "total": 5}, "guest": True}
    check({"$ref": "#/components/schemas/Event"}, event)
    answer = client.post("/events?api_key=till-key", json.dumps(event), content_type="application/json")
    assert (answer.status_code, answer.json()) == (200, {"events": []})
    check({"$ref": "#/components/schemas/EventAnswer"}, answer.json())


@pytest.mark.django_db
def test_all_fields_of_an_answer_about_a_customer_are_required(client: Client) -> None:
    development_key("till-key", "Till")
    make_customer("C-1")
    event = {"customer": "C-1", "action": "point_add", "data": {"points": 5}}
    answer = client.post("/events?api_key=till-key", json.dumps(event), content_type="application/json").json()
    check({"$ref": "#/components/schemas/EventAnswer"}, answer)
    del answer["score"]
    with pytest.raises(jsonschema.ValidationError):
        check({"$ref": "#/components/schemas/EventAnswer"}, answer)


def test_the_description_says_where_the_service_is() -> None:
    assert document()["servers"][0]["url"] == "/"


def test_the_description_says_what_operations_share_once() -> None:
    """Of whatever is said for each of them anew it is told here: the size is by the operation."""
    found = json.loads(json.dumps(document()))
    operations = sum(len(methods) for methods in found["paths"].values())
    assert len(json.dumps(found)) < 5_600 * operations


@pytest.mark.django_db
def test_the_page_of_actions_has_a_table_of_each(client: Client) -> None:
    text = client.get("/developers/actions/").content.decode()
    for action in actions():
        assert f'id="{action.name}"' in text
    assert text.count("<table") == len(SENDABLE)
    assert "How much money is given back." in text
