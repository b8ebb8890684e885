"""The pages of products and stores."""

from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from loyalty.catalogue.enums import Status
from loyalty.catalogue.models import Category, Product, Store
from loyalty.staff.audit.models import AuditEntry
from loyalty.staff.enums import Role
from loyalty.staff.models import User
from tests.catalogue.products import make_product, make_store

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def staff(client: Client) -> User:
    made = User.objects.create_user("ada", role=Role.MANAGER)
    client.force_login(made)
    return made


def text_of(client: Client, page: str, query: str = "") -> str:
    answer = client.get(f"{reverse(page)}{query}")
    assert answer.status_code == 200
    return " ".join(answer.content.decode().split())


def post(client: Client, page: str, *arguments: object, status: int = 302, **data: Any) -> str:
    answer = client.post(reverse(page, args=arguments), data)
    assert answer.status_code == status, answer.content
    return answer.content.decode()


def test_products_are_found_by_a_part_of_their_name_or_id_by_category_and_by_status(client: Client) -> None:
    assert "No products yet" in text_of(client, "catalogue:products")
    mugs = Category.objects.create(slug="mugs", name="Mugs")
    make_product("SKU-1", name="Blue mug", category=mugs, price="12.50")
    make_product("SKU-2", name="Red jug", status=Status.INACTIVE)
    make_product("SKU-3", name="Gone", status=Status.ARCHIVED)

    shown = text_of(client, "catalogue:products")
    assert shown.index("Blue mug") < shown.index("Red jug")
    assert ("12.5<" in shown, "Gone" in shown) == (True, False)
    for query, found in {
        "?q=LUE+mu": ["Blue mug"], "?q=sku-2": ["Red jug"], "?q=re": ["Red jug"], "?q=%25%25%25": [],
        "?category=mugs": ["Blue mug"], "?status=inactive": ["Red jug"], "?status=archived": ["Gone"],
        "?q=sku&status=active": ["Blue mug"], "?status=odd": ["Blue mug", "Red jug"], "?q=a%00b": [],
    }.items():  # fmt: skip
        shown = text_of(client, "catalogue:products", query)
        assert [name for name in ("Blue mug", "Red jug", "Gone") if f">{name}<" in shown] == found, query
    assert "No such product" in text_of(client, "catalogue:products", "?q=nothing")


def test_a_page_costs_as_many_queries_with_three_products_as_with_one(client: Client) -> None:
    counts = []
    for more in (["a"], ["b", "c"]):
        for slug in more:
            make_product(slug, category=Category.objects.create(slug=slug, name=slug))
        text_of(client, "catalogue:products")
        with CaptureQueriesContext(connection) as captured:
            text_of(client, "catalogue:products")
        counts.append(len(captured))
    assert counts[0] == counts[1]


def test_a_product_is_created_edited_switched_off_and_archived(client: Client) -> None:
    values: dict[str, Any] = {"name": "Mug", "category": "Mugs", "price": "12,5", "url": "", "image": ""}
    assert "must be a number" in post(client, "catalogue:new", "products", status=422, id="mug", **values)
    post(client, "catalogue:new", "products", id="mug", **values | {"price": "12.5"})
    made = Product.objects.get()
    assert (made.slug, made.shown_price, str(made.category)) == ("mug", "12.5", "Mugs")
    again = post(client, "catalogue:new", "products", status=422, id="mug", **values | {"price": ""})
    assert "Another one has this ID" in again

    post(client, "catalogue:edit", "products", made.pk, **values | {"name": "Big mug", "price": "12.5"})
    post(client, "catalogue:inactivate", "products", made.pk)
    post(client, "catalogue:archive", "products", made.pk)

    made.refresh_from_db()
    assert (made.name, made.status) == ("Big mug", Status.ARCHIVED)
    told = AuditEntry.objects.filter(subject="product:mug").order_by("id")
    assert [one.operation for one in told] == ["product.create", "product.change", "product.change", "product.archive"]
    assert told[1].after == {"name": "Big mug"}
    assert client.get(reverse("catalogue:edit", args=["products", made.pk])).status_code == 404


def test_a_store_has_its_own_fields(client: Client) -> None:
    assert "No stores yet" in text_of(client, "catalogue:stores")
    wrong = post(client, "catalogue:new", "stores", status=422, id="v", name="Vienna", address="", position="91, 0")
    assert "latitude" in wrong
    post(client, "catalogue:new", "stores", id="v", name="Vienna", address="Graben 1", position="48.2, 16.4")
    made = Store.objects.get()
    assert made.position == "48.2, 16.4"
    assert 'value="48.2, 16.4"' in client.get(reverse("catalogue:edit", args=["stores", made.pk])).content.decode()
    assert "Graben 1" in text_of(client, "catalogue:stores", "?q=vien")
    make_store("x", Status.INACTIVE)
    post(client, "catalogue:activate", "stores", Store.objects.get(slug="x").pk)
    assert Store.objects.get(slug="x").status == Status.ACTIVE


def test_who_only_sees_changes_nothing(client: Client) -> None:
    made = make_product("mug")
    client.force_login(User.objects.create_user("rea", role=Role.READ_ONLY))

    assert "hx-get" not in text_of(client, "catalogue:products").partition('id="results"')[2]
    for page, arguments in (("new", ["products"]), ("edit", ["products", made.pk]), ("archive", ["products", made.pk])):
        assert client.post(reverse(f"catalogue:{page}", args=arguments)).status_code == 403


def test_what_somebody_else_has_changed_meanwhile_stays(client: Client) -> None:
    """Only what differs from what the form was opened with is changed."""
    made = make_store("v", name="Vienna", address="Graben 1")
    opened = client.get(reverse("catalogue:edit", args=["stores", made.pk])).context["form"]
    sent: dict[str, Any] = {name: opened[name].value() or "" for name in opened.fields}
    sent |= {opened[name].html_initial_name: value for name, value in sent.items()}
    assert "initial-address" in sent
    Store.objects.update(address="Graben 2")

    post(client, "catalogue:edit", "stores", made.pk, **{**sent, "name": "Wien"})

    made.refresh_from_db()
    assert (made.name, made.address) == ("Wien", "Graben 2")
