"""`/entities/products/product` and `/entities/stores/store`: JSON to the letter."""

from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from loyalty.catalogue.enums import Status
from loyalty.catalogue.models import Category, Product, Store
from loyalty.staff.audit.models import AuditEntry
from tests.api.entities.asking import TAKEN, UNKNOWN, ask, refusal
from tests.api_keys import development_key
from tests.catalogue.products import make_product, make_store

pytestmark = pytest.mark.django_db
SHOE: dict[str, Any] = {
    "id": "shoe 1:b",
    "name": "Shoe",
    "category": "Shoes",
    "price": 49.9,
    "url": "https://shop.example.com/shoe",
    "image": None,
    "status": "active",
}
VIENNA: dict[str, Any] = {
    "id": "vienna",
    "name": "Vienna",
    "address": "Graben 1",
    "position": {"latitude": 48.20886, "longitude": -16.36889},
    "status": "inactive",
}


@pytest.fixture(autouse=True)
def key() -> None:
    development_key()


def test_a_product_is_created_by_its_id_in_the_body_or_in_the_address(client: Client) -> None:
    rest = {name: value for name, value in SHOE.items() if name != "id"}

    assert ask(client, "PUT", "/products/product", SHOE) == (200, SHOE)
    assert ask(client, "PUT", "/products/product/hat", rest) == (200, {**rest, "id": "hat"})
    assert ask(client, "GET", "/products/product/shoe%201:b") == (200, SHOE)
    assert ask(client, "GET", "/products/product") == (200, {"data": [{**rest, "id": "hat"}, SHOE]})
    assert Category.objects.get().slug == "Shoes"


def test_a_product_needs_a_name_and_an_id_that_none_has_or_had(client: Client) -> None:
    make_product("shoe"), make_product("gone", Status.ARCHIVED)

    assert ask(client, "PUT", "/products/product/hat", {}) == refusal("'name' property is required")
    assert ask(client, "PUT", "/products/product", {"name": "Hat"}) == TAKEN
    assert ask(client, "PUT", "/products/product/shoe", {"name": "Hat"}) == TAKEN
    assert ask(client, "PUT", "/products/product/gone", {"name": "Hat"}) == TAKEN
    other = refusal("'id' must be the ID of the address")
    assert ask(client, "PUT", "/products/product/hat", {"id": "cap", "name": "Hat"}) == other
    assert Product.objects.count() == 2


def test_what_is_named_is_changed_and_null_clears_it(client: Client) -> None:
    ask(client, "PUT", "/products/product", SHOE)
    changed = {**SHOE, "category": None, "price": None, "url": None, "status": "inactive"}

    body = {"category": None, "price": None, "url": None, "status": "inactive"}
    assert ask(client, "POST", "/products/product/shoe%201:b", body) == (200, changed)
    assert ask(client, "POST", "/products/product/shoe%201:b", {}) == (200, changed)
    assert ask(client, "POST", "/products/product/nothing", {"name": "X"}) == UNKNOWN
    told = AuditEntry.objects.filter(subject="product:shoe 1:b").order_by("id")
    assert [one.operation for one in told] == ["product.create", "product.change"]
    assert told[1].before == {"category": "Shoes", "price": "49.9", "url": SHOE["url"], "status": "active"}


@pytest.mark.parametrize(
    ("body", "message"),
    [
        ({"name": None}, "'name' property is required"),
        ({"name": "  "}, "'name' property is required"),
        ({"name": ["x"]}, "'name' must be a text"),
        ({"name": "x" * 256}, "'name' must be a text of at most 255 printable characters"),
        ({"name": "a\x07b"}, "'name' must be a text of at most 255 printable characters"),
        ({"price": -1}, "'price' must be a number of at least 0, with at most four decimals"),
        ({"price": "1.23456"}, "'price' must be a number of at least 0, with at most four decimals"),
        ({"price": True}, "'price' must be a number of at least 0, with at most four decimals"),
        ({"price": "1e999999"}, "'price' must be a number of at least 0, with at most four decimals"),
        ({"url": "javascript:alert(1)"}, "'url' must be an address that begins with http:// or https://"),
        ({"image": "ftp://a.example"}, "'image' must be an address that begins with http:// or https://"),
        ({"status": "archived"}, "'status' must be active or inactive"),
        ({"category": "a/b"}, "'category' must not have a slash"),
    ],
)
def test_a_value_that_cannot_be_is_refused_by_its_name(client: Client, body: dict[str, Any], message: str) -> None:
    make_product("shoe")
    assert ask(client, "POST", "/products/product/shoe", body) == refusal(message)
    assert Product.objects.get().name == "Shoe"


def test_a_category_is_one_in_any_case(client: Client) -> None:
    for id, category in (("a", "Mugs"), ("b", "mugs"), ("c", "MUGS")):
        assert (
            ask(client, "PUT", f"/products/product/{id}", {"name": id, "category": category})[1]["category"] == "Mugs"
        )
    assert (
        ask(client, "GET", "/products/product", query="category=Mugs&status=active&limit=2")[1]["data"][1]["id"] == "b"
    )
    assert ask(client, "GET", "/products/product", query="status=archived")[1] == {"data": []}


def test_more_products_cost_no_more_queries(client: Client) -> None:
    counts = []
    for more in (["a"], ["b", "c"]):
        for slug in more:
            make_product(slug, category=Category.objects.create(slug=slug, name=slug))
        ask(client, "GET", "/products/product")
        with CaptureQueriesContext(connection) as captured:
            ask(client, "GET", "/products/product")
        counts.append(len(captured))
    assert counts[0] == counts[1]


def test_a_store_is_created_changed_and_archived_once_it_is_inactive(client: Client) -> None:
    assert ask(client, "PUT", "/stores/store", VIENNA) == (200, VIENNA)
    moved = {**VIENNA, "position": {"latitude": 48, "longitude": 16.5}, "status": "active"}
    assert ask(client, "POST", "/stores/store/vienna", {"position": "48, 16.5", "status": "active"}) == (200, moved)
    assert ask(client, "DELETE", "/stores/store/vienna") == refusal("Only inactive entities can be archived")
    ask(client, "POST", "/stores/store/vienna", {"status": "inactive", "position": None})
    assert ask(client, "DELETE", "/stores/store/vienna") == (200, ["ok"])
    assert ask(client, "GET", "/stores/store/vienna") == UNKNOWN
    assert Store.objects.get().status == Status.ARCHIVED


@pytest.mark.parametrize(
    "position",
    [
        {"latitude": 91, "longitude": 0},
        {"latitude": 1},
        "48",
        "a, b",
        "1, 2, 3",
        [1, 2],
        {"latitude": "x", "longitude": 1},
    ],
)
def test_a_position_is_somewhere_on_earth(client: Client, position: Any) -> None:
    make_store("vienna")
    status, answer = ask(client, "POST", "/stores/store/vienna", {"position": position})
    assert (status, answer["error"]["message"][:10]) == (400, "'position'")
