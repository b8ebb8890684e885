"""`POST /entities`: several calls in their order, and what becomes of them if one is refused."""

from typing import Any

import pytest
from django.test import Client

from loyalty.catalogue.models import Category, Product
from loyalty.staff.audit.models import AuditEntry
from segments.lists.models import CustomerList
from tests.api.entities.asking import ask, refusal
from tests.api_keys import development_key
from tests.factories import make_customer

pytestmark = pytest.mark.django_db
MUG = {"method": "PUT", "type": "products/product", "id": "mug", "data": {"name": "Mug", "category": "mugs"}}
WRONG = {"method": "POST", "type": "products/product", "id": "jug", "data": {"price": 5}}
SHOWN = {"method": "GET", "type": "Products/Product", "id": "mug"}
LIST = {"method": "PUT", "type": "core/customer-list", "data": {"name": "VIP"}}
MISSING = [{"type": "BadRequestException", "code": 0, "message": "Entity not found"}]


@pytest.fixture(autouse=True)
def key() -> None:
    development_key()


def told(call: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {**{name: value for name, value in call.items() if name != "data"}, **more}


def send(client: Client, *calls: Any, **more: Any) -> tuple[int, Any]:
    return ask(client, "POST", "", {"entities": list(calls), **more})


@pytest.mark.parametrize("handling", [{}, {"error_handling": "skip"}])
def test_one_that_is_refused_changes_nothing_and_the_others_are_carried_out(
    client: Client, handling: dict[str, str]
) -> None:
    status, answer = send(client, MUG, WRONG, SHOWN, **handling)

    mug = {
        "id": "mug",
        "name": "Mug",
        "category": "mugs",
        "price": None,
        "url": None,
        "image": None,
        "status": "active",
    }
    assert (status, answer) == (
        200,
        {"results": [told(MUG), told(WRONG, error=MISSING), told(SHOWN, entity=mug)], "total": 3, "errors": 1},
    )
    assert Product.objects.get().slug == "mug"


def test_fail_stops_at_the_first_that_is_refused(client: Client) -> None:
    status, answer = send(client, LIST, WRONG, MUG, error_handling="fail")

    made = CustomerList.objects.get()
    assert (status, answer) == (
        200,
        {"results": [told(LIST, id=made.slug), told(WRONG, error=MISSING)], "total": 2, "errors": 1},
    )
    assert not Product.objects.exists()


def test_a_pre_check_changes_nothing_and_knows_what_comes_before(client: Client) -> None:
    change = {**WRONG, "id": "mug"}
    delete = {"method": "DELETE", "type": "products/product", "id": "mug"}

    assert send(client, MUG, change, LIST, error_handling="pre-check")[0] == 200
    status, answer = send(client, MUG, MUG, delete, error_handling="pre-check")

    assert (status, answer["total"], answer["errors"]) == (404, 3, 2)
    assert [one.get("error", [{}])[0].get("code") for one in answer["results"]] == [None, 0, 300706]
    for model in (Product, Category, CustomerList):
        assert not model.objects.exists()
    assert not AuditEntry.objects.filter(operation__startswith="product.").exists()
    assert send(client, MUG, LIST)[1]["errors"] == 0


@pytest.mark.parametrize(
    ("call", "message"),
    [
        ({"type": "products/product", "id": "a"}, "'method' must be one of GET, PUT, POST, DELETE"),
        ({"method": "GET", "id": "a"}, "'type' must be a module and an entity, such as products/product"),
        ({"method": "GET", "type": "products/product"}, "'id' property is required"),
        ({"method": "PUT", "type": "products/product", "id": "a", "data": [1]}, "'data' must be an object"),
        ({"method": "PUT", "type": "products/product", "id": ["a"]}, "'id' must be a text"),
        ({"method": "PUT", "type": "products/product", "data": []}, "The ID is required and needs to be unique"),
        (
            {"method": "GET", "type": "core/customer", "id": "C-1"},
            "Entities of type core/customer are not sent in bulk: send each to its own address",
        ),
    ],
)
def test_a_call_that_is_wrong_says_what_it_must_be(client: Client, call: dict[str, Any], message: str) -> None:
    make_customer("C-1")
    _status, answer = send(client, call)

    assert [one["message"] for one in answer["results"][0]["error"]] == [message]


@pytest.mark.parametrize("entities", [None, [], {}, "x", [1], [SHOWN] * 101])
def test_a_request_has_1_to_100_calls(client: Client, entities: Any) -> None:
    wrong = refusal("'entities' must be a list of 1 to 100 objects")
    assert ask(client, "POST", "", {"entities": entities}) == wrong


def test_another_way_of_handling_errors_is_refused(client: Client) -> None:
    wrong = refusal("'error_handling' must be one of skip, pre-check, fail")
    assert send(client, SHOWN, error_handling="ignore") == wrong
