"""What may be done with entities of each type, as published; everything else is refused with the wrapper."""

from typing import Any

import pytest
from django.test import Client

from loyalty.api.entities.pairs import EntityPair
from loyalty.contributions import contributed
from tests.api.entities.asking import ask, refusal
from tests.api_keys import development_key
from tests.engine.world import configure

pytestmark = pytest.mark.django_db

# Create, read, update, delete. `segments/segment` is ours.
MATRIX = {
    "core/customer": "CRUD",
    "core/customer-list": "CRUD",
    "stores/store": "CRUD",
    "products/product": "CRU",
    "core/transaction": "CR",
    "tiers/tier": "R",
    "accounts/account": "R",
    "segments/segment": "R",
    # Of other rooms.
    "coupons/pool": "R",
    "rewards/reward": "CRUD",
}
LETTERS = {"create": "C", "update": "U", "delete": "D"}
THERE = sorted(pair.type for pair in contributed(EntityPair))


@pytest.fixture(autouse=True)
def key() -> None:
    development_key()
    configure(modules=["tiers"])


def test_a_type_allows_what_is_published_and_no_more() -> None:
    found = {
        pair.type: "R" + "".join(letter for name, letter in LETTERS.items() if getattr(pair.writes, name))
        for pair in contributed(EntityPair)
    }

    assert {name: set(letters) for name, letters in found.items()} == {name: set(MATRIX[name]) for name in found}
    assert {"core/customer", "core/transaction", "products/product", "stores/store", "accounts/account"} <= found.keys()


def calls(letter: str, name: str) -> list[tuple[str, str, Any]]:
    body = {"id": "new", "name": "N", "customer": "C-1"}
    found: dict[str, list[tuple[str, str, Any]]] = {
        "C": [("PUT", f"/{name}", body), ("PUT", f"/{name}/new", body)],
        "U": [("POST", f"/{name}/new", body), ("POST", f"/{name}", body)],
        "D": [("DELETE", f"/{name}/new", None), ("DELETE", f"/{name}", None)],
    }
    return found[letter]


@pytest.mark.parametrize("name", THERE)
def test_whatever_the_matrix_does_not_allow_is_refused_in_the_wrapper(client: Client, name: str) -> None:
    for letter in sorted(set("CUD") - set(MATRIX[name])):
        for method, path, body in calls(letter, name):
            status, answer = ask(client, method, path, body)
            assert (status, answer["error"]["type"], answer["error"]["code"]) == (400, "BadRequestException", 300706)
            assert name in answer["error"]["message"]


@pytest.mark.parametrize("name", THERE)
def test_types_are_written_in_any_case_and_lists_are_lists(client: Client, name: str) -> None:
    module, _, entity = name.partition("/")
    for path in (f"/{module.title()}/{entity}", f"/{module.upper()}/{entity.upper()}"):
        status, answer = ask(client, "GET", path)
        assert (status, list(answer)) == (200, ["data"])


@pytest.mark.parametrize("name", THERE)
def test_an_unknown_entity_and_an_attribute_that_is_not_searchable_are_refused(client: Client, name: str) -> None:
    unknown = "Customer List not found" if name == "core/customer-list" else "Entity not found"
    for id in ("nothing", "%00", "a%0Ab"):
        status, answer = ask(client, "GET", f"/{name}/{id}")
        assert (status, answer["error"]["message"]) == (400, unknown)
    status, answer = ask(client, "GET", f"/{name}", query="shoe_size=38")
    assert (status, answer["error"]["code"]) == (400, 300122)
    assert answer["error"]["message"].startswith("'shoe_size'") or "shoe_size" in answer["error"]["message"]


def test_a_type_that_there_is_not_and_one_that_is_never_shown(client: Client) -> None:
    for method in ("GET", "PUT", "POST", "DELETE"):
        for path in ("/contests/contest", "/contests/contest/1", "/products/shoe"):
            assert ask(client, method, path, {}) == refusal("Entity type does not exist", 350300)
        hidden = refusal("Entities of type products/category are not shown by the API", 300706)
        assert ask(client, method, "/products/Category/mugs", {}) == hidden


@pytest.mark.parametrize("name", ["core/customer", "core/transaction"])
def test_what_is_of_customers_needs_their_scope_as_well(client: Client, name: str) -> None:
    development_key("entities-only", "Other", apis=["entities"])

    answer = client.get(f"/entities/{name}?api_key=entities-only")
    assert (answer.status_code, answer.json()["error"]["code"]) == (403, 0)
