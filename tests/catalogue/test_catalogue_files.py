"""Files of products and stores among the configuration pages: a preview, then the import; and the export."""

import json
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from loyalty.catalogue.enums import Status
from loyalty.catalogue.files import resources
from loyalty.catalogue.models import Category, Product, Store
from loyalty.staff.audit.models import AuditEntry
from loyalty.staff.enums import Role
from loyalty.staff.models import User
from tests.catalogue.products import make_product, make_store

pytestmark = [pytest.mark.django_db, pytest.mark.ignore_template_errors]
CSV = "0"
HEAD = "id,name,category,price,url,image,status"


@pytest.fixture(autouse=True)
def staff(client: Client) -> User:
    made = User.objects.create_user("ian", role=Role.INTEGRATOR)
    client.force_login(made)
    return made


def preview(client: Client, text: str, model: str = "product") -> Any:
    sent = {"import_file": SimpleUploadedFile("products.csv", text.encode()), "format": CSV}
    return client.post(reverse(f"admin:catalogue_{model}_import"), sent)


def confirm(client: Client, previewed: Any, model: str = "product") -> Any:
    form = previewed.context["confirm_form"]
    return client.post(reverse(f"admin:catalogue_{model}_process_import"), form.initial)


def test_a_preview_changes_nothing_and_the_import_does_what_it_showed(client: Client) -> None:
    make_product("mug", name="Old mug", price="5")
    previewed = preview(client, f"{HEAD}\nmug,Blue mug,Mugs,12.5,,,\njug,Red jug,mugs,,https://a.example/,,inactive\n")

    shown = previewed.content.decode()
    assert previewed.status_code == 200
    assert all(text in shown for text in ("Blue", "Red jug", "Mugs"))
    assert (Product.objects.get().name, Category.objects.count()) == ("Old mug", 0)
    assert not AuditEntry.objects.filter(operation__startswith="product.").exists()

    assert confirm(client, previewed).status_code == 302
    mug, jug = Product.objects.order_by("-slug")
    assert (mug.name, mug.shown_price, mug.status) == ("Blue mug", "12.5", Status.ACTIVE)
    assert (jug.status, jug.category) == (Status.INACTIVE, Category.objects.get(slug="Mugs"))
    told = (
        AuditEntry.objects.filter(operation__startswith="product.")
        .order_by("id")
        .values_list("operation", "subject", "staff__username")
    )
    assert list(told) == [("product.change", "product:mug", "ian"), ("product.create", "product:jug", "ian")]


def test_each_wrong_row_says_what_is_wrong_and_nothing_can_be_confirmed(client: Client) -> None:
    make_product("gone", Status.ARCHIVED)
    rows = ["a,A,,-1,,,", "b,,,1,,,", ",C,,1,,,", "d,D,,1,ftp://x,,", "e,E,,1,,,asleep", "gone,G,,1,,,", "f,F,,1,,,"]
    previewed = preview(client, "\n".join([HEAD, *rows]))

    shown = previewed.content.decode()
    for text in ("at least 0", "property is required", "http://", "active or inactive", "archived"):
        assert text in shown
    assert "confirm_form" not in previewed.context
    assert len(previewed.context["result"].invalid_rows) == 6
    assert Product.objects.count() == 1


def test_a_file_is_bounded_and_has_a_column_of_ids(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(resources, "MAX_ROWS", 1)
    assert "more than 1 rows" in preview(client, f"{HEAD}\na,A,,,,,\nb,B,,,,,\n").content.decode()
    assert "no column" in preview(client, "name\nA\n").content.decode()
    large = preview(client, HEAD + "\n" + "x" * (2 * 1024 * 1024))
    assert "larger than 2 MB" in large.content.decode()
    assert not Product.objects.exists()


def test_stores_come_with_a_position(client: Client) -> None:
    confirm(client, preview(client, 'id,name,position\nv,Vienna,"48.2, 16.4"\n', "store"), "store")
    assert Store.objects.get().position == "48.2, 16.4"


def test_an_export_holds_what_an_import_takes_and_no_formula(client: Client) -> None:
    make_product("mug", name="=1+1", price="12.50", category=Category.objects.create(slug="Mugs", name="Mugs"))
    make_store("v", name="Vienna", latitude="48.2", longitude="16.4")
    names = {"product": HEAD.split(","), "store": ["id", "name", "address", "position", "status"]}
    found = {}
    for model, columns in names.items():
        sent = {"format": "1", "resource": "", **{f"{model}resource_{name}": "on" for name in columns}}
        answer = client.post(reverse(f"admin:catalogue_{model}_export"), sent)
        assert answer.status_code == 200
        found[model] = json.loads(answer.content)
    assert [(one["id"], one["category"], one["price"]) for one in found["product"]] == [("mug", "Mugs", "12.5")]
    assert not found["product"][0]["name"].startswith("=")
    assert [one["position"] for one in found["store"]] == ["48.2, 16.4"]


def test_who_may_not_import_sees_none_of_it(client: Client) -> None:
    client.force_login(User.objects.create_user("max", role=Role.MANAGER))
    for name in ("changelist", "import", "export"):
        assert client.get(reverse(f"admin:catalogue_product_{name}")).status_code == 403
