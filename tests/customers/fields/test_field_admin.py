"""Customer fields in the configuration, in the program file and in look-ups."""

import json
from typing import Any

import pytest
from django.db import connection
from django.template import Engine
from django.test import Client
from django.utils import timezone

from customers.fields.models import Field
from customers.models import Customer
from customers.queries import customer_named
from loyalty.program.document import read_document
from loyalty.program.models import GeneralSettings
from loyalty.program.operations import apply_program, export_program
from loyalty.program.section import Invalid
from loyalty.staff.enums import Role
from loyalty.staff.models import User
from loyalty.staff.sender import Sender
from tests.api_keys import development_key
from tests.engine.world import accepted, event, rows

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def lenient_templates(monkeypatch: pytest.MonkeyPatch) -> None:
    """The admin's own templates name variables that are not always there, and count them."""
    monkeypatch.setattr(Engine.get_default(), "string_if_invalid", "")


@pytest.fixture
def admin(client: Client) -> Client:
    client.force_login(User.objects.create_user("root", role=Role.ADMINISTRATOR))
    return client


def save(client: Client, address: str = "add/", **fields: Any) -> Any:
    sent = {
        "slug": "card",
        "name": "Card",
        "labels": "{}",
        "type": "string",
        "personal": "on",
        "active": "on",
        "position": "0",
    } | fields
    return client.post(f"/admin/customers/field/{address}", {name: value for name, value in sent.items() if value})


def errors(answer: Any) -> dict[str, list[str]]:
    return {name: list(found) for name, found in answer.context["adminform"].form.errors.items()}


def test_a_field_is_saved_as_entered_and_its_id_and_type_stay(admin: Client) -> None:
    assert save(admin, type="multiple_choice", options="red\r\ngreen\r\n", default="green,red").status_code == 302
    made = Field.objects.get(slug="card")
    assert (made.options, made.default) == (["red", "green"], ["red", "green"])

    assert (
        save(
            admin,
            f"{made.pk}/change/",
            slug="other",
            type="numeric",
            name="Cards",
            options="red\r\ngreen",
            default="red",
        ).status_code
        == 302
    )
    made.refresh_from_db()
    assert (made.slug, made.type, made.name, made.default) == ("card", "multiple_choice", "Cards", ["red"])


@pytest.mark.parametrize(
    ("fields", "wrong"),
    [
        ({"slug": "score"}, "slug"), ({"slug": "Card"}, "slug"), ({"slug": "@email"}, "slug"), ({"options": "a"}, "options"),
        ({"type": "select"}, "options"), ({"type": "numeric", "default": "many"}, "default"), ({"type": "numeric", "format": "url"}, "format"),
        ({"type": "numeric", "external_id": "on"}, "external_id"), ({"external_id": "on", "personal": ""}, "personal"),
    ],
)  # fmt: skip
def test_a_definition_that_cannot_be_is_told_beside_its_field(
    admin: Client, fields: dict[str, str], wrong: str
) -> None:
    answer = save(admin, **fields)
    assert answer.status_code == 200
    assert set(errors(answer)) == {wrong}


def test_an_external_id_needs_values_that_customers_do_not_share(admin: Client) -> None:
    accepted(event("ann", "opt_in", card="C1"), event("bob", "opt_in", card="C1"), event("cid", "opt_in", card="C2"))
    assert errors(save(admin, external_id="on")) == {
        "external_id": ["This cannot be switched on: 2 customers share 1 values."]
    }

    accepted(event("bob", "profile", card="C3"))
    assert save(admin, external_id="on").status_code == 302
    assert sorted(rows("SELECT value FROM customers_identity WHERE scheme = 'card'")) == [("C1",), ("C2",), ("C3",)]


def settings_with(client: Client, **fields: str) -> Any:
    GeneralSettings.objects.get_or_create(id=1)
    sent = {
        "brand_name": "B",
        "currency": "EUR",
        "auto_subscribe": "checkout",
        "import_file_days": "30",
        "import_record_days": "365",
        **fields,
    }
    return client.post("/admin/staff/generalsettings/1/change/", sent)


def test_unique_addresses_can_be_switched_on_only_while_nobody_shares_one(admin: Client) -> None:
    accepted(event("ann", "opt_in", email="A@example.com"), event("bob", "opt_in", email="a@example.com"))
    answer = settings_with(admin, unique_emails="on")
    assert errors(answer) == {"unique_emails": ["It cannot be switched on: 2 customers share 1 values."]}
    with pytest.raises(Invalid, match=r"settings.unique_emails: cannot be switched on: 2 customers share 1 values"):
        apply_program({"settings": {"unique_emails": True}}, by=Sender(None, timezone.now()))

    accepted(event("bob", "profile", email=None))
    assert settings_with(admin, unique_emails="on").status_code == 302
    assert rows("SELECT value FROM customers_identity WHERE scheme = '@email'") == [("a@example.com",)]


# Program file

DEFINED = {
    "id": "shoe_size", "name": "Shoe size", "labels": {"hu": "Cipőméret"}, "type": "select", "options": ["38", "39"],
    "default": "38", "searchable": True, "position": 3,
}  # fmt: skip


def apply(*fields: dict[str, Any]) -> None:
    apply_program({"customer_fields": list(fields)}, by=Sender(None, timezone.now()))


def test_a_program_file_makes_fields_and_its_export_makes_them_elsewhere() -> None:
    apply(DEFINED, {"id": "weight", "name": "Weight", "type": "numeric", "default": "1.50"})
    exported = export_program()
    Field.objects.exclude(factory=True).delete()

    apply_program(read_document(exported.encode()), by=Sender(None, timezone.now()))
    assert export_program() == exported
    assert Field.objects.get(slug="weight").default == 1.5
    assert [item["id"] for item in json.loads(exported)["customer_fields"]] == [
        "facebook_id",
        "facebook_profile_link",
        "shoe_size",
        "weight",
    ]


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"id": "score"}, r"\[0\]\.id: This ID is reserved"), ({"default": "40"}, r"\[0\]\.default: The default value must be one of: 38, 39"),
        ({"options": []}, r"\[0\]\.options: Enter what can be chosen"), ({"built_in": True}, r"\[0\]\.built_in: must be false"),
        ({"type": "date2"}, r"\[0\]\.type: must be one of"), ({"default": {"a": 1}}, r"\[0\]\.default: must be a value that the field takes"),
    ],
)  # fmt: skip
def test_a_wrong_definition_in_a_program_file_is_told_by_its_place(change: dict[str, Any], message: str) -> None:
    with pytest.raises(Invalid, match=f"customer_fields{message}"):
        apply(DEFINED | change)


def test_a_program_file_cannot_change_a_type() -> None:
    apply(DEFINED)
    with pytest.raises(Invalid, match=r"customer_fields\[0\]\.type: cannot be changed"):
        apply(DEFINED | {"type": "multiple_choice"})


# Look-ups


def test_a_path_names_a_customer_by_field_and_value(client: Client) -> None:
    Field.objects.create(slug="barcode", name="Barcode", external_id=True)
    Field.objects.create(slug="shop", name="Shop")
    development_key("till", "Till")
    accepted(
        event("ann", "opt_in", barcode="B:1", shop="S1"), event("shop:S1", "opt_in"), event("barcode2:B:1", "opt_in")
    )

    def found(name: str) -> str | None:
        answer = client.get(f"/customers/{name}?api_key=till")
        return answer.json()["id"] if answer.status_code == 200 else None

    names = ["barcode:B:1", "ann", "shop:S1", "barcode2:B:1", "barcode:B:2", "barcode:", "@email:x"]
    assert [found(name) for name in names] == ["ann", "ann", "shop:S1", "barcode2:B:1", None, None, None]


def test_merge_takes_field_and_value_in_path_and_body(client: Client) -> None:
    Field.objects.create(slug="barcode", name="Barcode", external_id=True)
    development_key("till", "Till")
    accepted(event("ann", "opt_in", barcode="B1"), event("bob", "opt_in", barcode="B2"))
    answer = client.post(
        "/customers/barcode:B1/merge?api_key=till", '{"target": "barcode:B2"}', content_type="application/json"
    )

    assert answer.status_code == 200
    merged = customer_named("barcode:B1")
    assert merged is not None
    assert merged.public_id == "bob"


def test_properties_are_found_by_their_index() -> None:
    accepted(*(event(f"c{number}", "opt_in", shoe_size=number) for number in range(30)))
    rows("SET LOCAL enable_seqscan = off")
    query = Customer.objects.filter(properties__contains={"shoe_size": 7}).only("id")

    assert [customer.id for customer in query] == list(
        Customer.objects.filter(public_id="c7").values_list("id", flat=True)
    )
    assert "customer_by_properties" in query.explain()
    assert connection.in_atomic_block


def test_a_post_may_change_the_very_value_that_its_path_names(client: Client) -> None:
    Field.objects.create(slug="barcode", name="Barcode", external_id=True)
    development_key("till", "Till")
    accepted(event("ann", "opt_in", barcode="B1"))
    answer = client.post("/customers/barcode:B1?api_key=till", '{"barcode": "B2"}', content_type="application/json")

    assert (answer.status_code, answer.json()["properties"]) == (200, {"barcode": "B2"})
