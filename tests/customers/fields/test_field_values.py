"""What each type of field takes: the same through the event, the API, an import and the form."""

import csv
import io
import json
from decimal import Decimal
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.test import Client
from django.utils import timezone

from customers.fields.models import Field
from customers.fields.rules import EMAIL_SCHEME, FieldRule, read_value, reserved_names
from customers.models import Customer
from customers.profile.forms import CUSTOM, custom
from loyalty.api.keys.models import ApiKey
from loyalty.engine.events import Incoming
from loyalty.refusals import Refused
from loyalty.staff.enums import Role
from loyalty.staff.models import User
from loyalty.transfer.operations import import_here
from tests.api_keys import development_key
from tests.engine.world import accepted, codes, event, send

pytestmark = pytest.mark.django_db
OPTIONS = ["red", "green", "38"]
DATE, NUMBER = "'f' must be a date such as 2026-12-31", "'f' must be a number of at most 15 digits such as 12.50"
WEB = "'f' must be a web address of at most 1000 characters such as https://example.com"
MOMENT = "'f' must be a date and time such as 2026-12-31 18:30:00"

# (type, format, sent as text, held)
ACCEPTED: list[tuple[str, str, str, Any]] = [
    ("string", "", "Harbour", "Harbour"), ("string", "", " two  words ", "two  words"), ("string", "", "4711", "4711"),
    ("string", "", "x" * 1_000, "x" * 1_000), ("string", "date", "2026-02-28", "2026-02-28"),
    ("string", "url", "https://example.com/a?b=c", "https://example.com/a?b=c"), ("string", "email", "a.b+c@d.example", "a.b+c@d.example"),
    ("string", "phone", "+36 (1) 234-5678", "+36 (1) 234-5678"), ("string", "phone", "06 1 234 5678", "06 1 234 5678"),
    ("numeric", "", "12.50", 12.5), ("numeric", "", "-3", -3), ("numeric", "", "0", 0), ("numeric", "", "1e3", 1000),
    ("numeric", "", "999999999999999", 999_999_999_999_999), ("boolean", "", "true", True), ("boolean", "", "FALSE", False),
    ("boolean", "", "1", True), ("boolean", "", "0", False), ("select", "", "green", "green"), ("select", "", "38", "38"),
    ("date", "", "2024-02-29", "2024-02-29"), ("datetime", "", "2026-12-31 18:30:00", "2026-12-31 18:30:00"),
    ("url", "", "http://example.com", "http://example.com"), ("image", "", "https://example.com/a.png", "https://example.com/a.png"),
]  # fmt: skip
# (type, format, sent as text, the refusal)
REFUSED: list[tuple[str, str, str, str]] = [
    ("string", "", "x" * 1_001, "'f' must be a text of at most 1000 characters"), ("string", "date", "31.12.2026", DATE),
    ("string", "url", "example.com", WEB), ("string", "email", "nobody", "'f' must be an address such as name@example.com"),
    ("string", "phone", "call me", "'f' must be a phone number such as +36 1 234 5678"), ("numeric", "", "many", NUMBER),
    ("numeric", "", "1_000", NUMBER), ("numeric", "", "NaN", NUMBER), ("numeric", "", "1234567890123456", NUMBER),
    ("boolean", "", "yes", "'f' must be true or false"), ("select", "", "blue", "'f' must be one of: red, green, 38"),
    ("date", "", "2026-02-30", DATE), ("date", "", "20261231", DATE), ("datetime", "", "2026-12-31", MOMENT),
    ("datetime", "", "2026-12-31 25:00:00", MOMENT), ("url", "", "javascript:alert(1)", WEB), ("url", "", "https://", WEB),
    ("image", "", "ftp://example.com/a.png", WEB),
]  # fmt: skip
# What JSON alone can say.
TYPED: list[tuple[str, Any, Any]] = [
    ("string", 4711, "4711"), ("string", Decimal("1.50"), "1.50"), ("numeric", Decimal("12.50"), Decimal("12.5")),
    ("numeric", Decimal("0.30000000000000004"), Decimal("0.3")), ("numeric", "3.3333333333333335", Decimal("3.33333333333333")),
    ("boolean", True, True), ("boolean", 0, False), ("select", 38, "38"), ("multiple_choice", ["green", "red"], ["red", "green"]),
    ("multiple_choice", "green, red,green", ["red", "green"]), ("list", ["a", 1, "a", " "], ["a", "1"]), ("list", "a, b", ["a", "b"]),
    ("list", [], None), ("string", None, None), ("numeric", "", None), ("date", "  ", None),
]  # fmt: skip
WRONG_TYPED: list[tuple[str, Any]] = [
    ("string", True), ("string", ["a"]), ("string", "a\x00b"), ("numeric", True), ("numeric", [1]), ("boolean", 2), ("boolean", "2"),
    ("select", ["red"]), ("date", 20261231), ("multiple_choice", ["blue"]), ("multiple_choice", {"red": 1}), ("list", 5),
    ("list", [["a"]]), ("list", ["x" * 201]), ("list", [str(number) for number in range(201)]), ("url", {"a": 1}),
]  # fmt: skip


def define(kind: str, format: str = "", **more: Any) -> Field:
    options = OPTIONS if kind in ("select", "multiple_choice") else []
    return Field.objects.create(slug="f", name="F", type=kind, format=format, options=options, **more)


def held() -> Any:
    return Customer.objects.get(public_id="ann").properties.get("f")


@pytest.fixture
def ann() -> None:
    accepted(event("ann", "opt_in"))


@pytest.mark.parametrize(("kind", "value", "expected"), TYPED)
def test_a_value_of_json_is_held_in_one_form(kind: str, value: Any, expected: Any) -> None:
    assert read_value(define(kind).rule, value) == expected


@pytest.mark.parametrize(("kind", "value"), WRONG_TYPED)
def test_a_value_of_another_kind_is_refused(kind: str, value: Any) -> None:
    with pytest.raises(Refused, match="'f' must be "):
        read_value(define(kind).rule, value)


def through_event(sent: str) -> str | None:
    [outcome] = send(event("ann", "profile", f=sent))
    return outcome.error.message if outcome.error else None


def through_api(sent: str) -> str | None:
    if not ApiKey.objects.exists():
        development_key("till")
    body = {"customer": "ann", "action": "profile", "data": {"f": sent}}
    answer = Client().post("/events?api_key=till", json.dumps(body), content_type="application/json").json()
    return answer["error"]["message"] if "error" in answer else None


def through_import(sent: str) -> str | None:
    text = io.StringIO()
    csv.writer(text).writerows([["id", "f"], ["ann", sent]])
    job = import_here(model="customers", name="f.csv", content=[text.getvalue().encode()], now=timezone.now)
    refusals = list(job.refused_rows.values_list("column", "reason"))
    assert not refusals or refusals[0][0] == "f"
    return refusals[0][1] if refusals else None


def through_form(sent: str) -> str | None:
    customer = Customer.objects.get(public_id="ann")
    client = Client()
    client.force_login(User.objects.get_or_create(username="dana", role=Role.MANAGER)[0])
    answer = client.post(f"/customers/{customer.id}/personal/", {f"{CUSTOM}f": sent})
    return None if answer.status_code == 302 else " ".join(answer.context["form"].errors[f"{CUSTOM}f"])


DOORS = [through_event, through_api, through_import, through_form]


@pytest.fixture
def files(settings: Any, tmp_path: Any) -> None:
    settings.MEDIA_ROOT = tmp_path


@pytest.mark.parametrize(("kind", "format", "sent", "expected"), ACCEPTED)
def test_an_accepted_value_is_the_same_through_every_door(
    ann: None, files: None, kind: str, format: str, sent: str, expected: Any
) -> None:
    define(kind, format)
    for door in DOORS:
        assert (door, door(sent), held()) == (door, None, expected)
        assert type(held()) is type(expected)
        accepted(event("ann", "profile", f=None))


@pytest.mark.parametrize(("kind", "format", "sent", "reason"), REFUSED)
def test_a_refused_value_is_told_in_the_same_words_through_every_door(
    ann: None, files: None, kind: str, format: str, sent: str, reason: str
) -> None:
    field = define(kind, format)
    on_the_page = reason.replace("'f'", f"“{field.label}”", 1) + "."
    said = {**dict.fromkeys(DOORS, reason), through_form: on_the_page}
    assert {door: door(sent) for door in DOORS} == said
    assert held() is None


# Defaults, read-only, inactive, unknown


def test_a_default_is_given_to_new_customers_who_bring_no_value() -> None:
    define("numeric", default=5)
    accepted(event("ann", "opt_in"), event("bob", "opt_in", f=7), event("cid", "checkout", transaction_id="t", total=1))
    found = {customer.public_id: customer.properties for customer in Customer.objects.all()}

    assert found == {"ann": {"f": 5}, "bob": {"f": 7}, "cid": {"f": 5, "auto_subscribed": True}}


def test_a_default_is_not_given_to_customers_who_are_there(ann: None) -> None:
    define("numeric", default=5)
    accepted(event("ann", "profile", first_name="Ann"))
    assert held() is None


def test_a_read_only_field_is_refused_from_outside_and_shown(ann: None) -> None:
    define("numeric", read_only=True)
    [outcome] = send(event("ann", "profile", f=1))

    assert outcome.error is not None
    assert (outcome.error.code, outcome.error.message) == (113402, "'f' is read-only: leave it out")
    assert "f" not in custom_fields_of("ann")


def custom_fields_of(public_id: str) -> set[str]:
    client, customer = Client(), Customer.objects.get(public_id=public_id)
    client.force_login(User.objects.create_user("dana", role=Role.MANAGER))
    return {bound.name for bound in client.get(f"/customers/{customer.id}/personal/").context["form"].custom_fields}


def test_an_inactive_field_is_as_if_nobody_had_defined_it(ann: None) -> None:
    define("numeric", active=False, default=5)
    accepted(event("ann", "profile", f="many"))
    assert held() == "many"


def test_an_attribute_that_nobody_defined_is_kept_as_it_is(ann: None) -> None:
    accepted(event("ann", "profile", f={"a": [1, None]}, g=None))
    assert Customer.objects.get().properties == {"f": {"a": [1, None]}, "g": None}


# Definitions


@pytest.mark.parametrize(
    "name", ["id", "score", "first_name", "source", "transaction", "facebook_access_token", "points"]
)
def test_a_reserved_id_is_refused(name: str) -> None:
    assert name in reserved_names()
    with pytest.raises(ValidationError, match="This ID is reserved"):
        Field(slug=name, name="N").full_clean()


def test_no_field_can_have_the_scheme_of_addresses() -> None:
    with pytest.raises(ValidationError):
        Field(slug=EMAIL_SCHEME, name="N").full_clean()


@pytest.mark.parametrize(
    ("definition", "wrong"),
    [
        ({"type": "numeric", "format": "date"}, "format"), ({"type": "numeric", "options": ["1"]}, "options"),
        ({"type": "select"}, "options"), ({"type": "select", "options": ["a", "a"]}, "options"),
        ({"type": "multiple_choice", "options": ["a,b"]}, "options"), ({"type": "numeric", "external_id": True}, "external_id"),
        ({"external_id": True, "default": "x"}, "default"), ({"external_id": True, "read_only": True}, "read_only"),
        ({"external_id": True, "personal": False}, "personal"), ({"type": "numeric", "default": "many"}, "default"),
        ({"type": "select", "options": ["a"], "default": "b"}, "default"),
    ],
)  # fmt: skip
def test_a_definition_that_contradicts_itself_is_refused(definition: dict[str, Any], wrong: str) -> None:
    with pytest.raises(ValidationError) as error:
        Field(slug="f", name="F", **definition).full_clean()
    assert set(error.value.message_dict) == {wrong}


@pytest.mark.parametrize(
    ("definition", "expected"),
    [
        ({"type": "numeric", "default": "1.50"}, 1.5), ({"type": "boolean", "default": "true"}, True), ({"default": " "}, None),
        ({"type": "multiple_choice", "options": ["b", "a"], "default": "a,b"}, ["b", "a"]),
    ],
)  # fmt: skip
def test_a_default_is_held_as_a_customer_would_hold_it(definition: dict[str, Any], expected: Any) -> None:
    field = Field(slug="f", name="F", **definition)
    field.full_clean()
    assert field.default == expected


def test_every_type_has_an_input() -> None:
    for kind in (
        "string",
        "numeric",
        "boolean",
        "select",
        "date",
        "datetime",
        "url",
        "multiple_choice",
        "list",
        "image",
    ):
        assert custom(
            Field(slug="f", name="F", type=kind, options=["a"] if kind in ("select", "multiple_choice") else [])
        )


def test_an_external_id_has_at_most_128_printable_characters() -> None:
    rule = FieldRule("f", external_id=True)
    assert read_value(rule, "x" * 128) == "x" * 128
    for wrong in ("x" * 129, "a\u200bb"):
        with pytest.raises(Refused, match="128 printable"):
            read_value(rule, wrong)


def test_a_field_of_customers_counts_among_their_200_attributes(ann: None) -> None:
    assert codes(send(Incoming("ann", "profile", {f"a{number}": 1 for number in range(201)}))) == [0]


def test_two_options_that_differ_in_the_writing_of_accents_only_are_one() -> None:
    with pytest.raises(ValidationError, match="none of them twice"):
        Field(slug="f", name="F", type="select", options=["Caf\u00e9", "Cafe\u0301"]).full_clean()


@pytest.mark.parametrize(("kind", "chosen"), [("select", "Cafe\u0301"), ("multiple_choice", ["Caf\u00e9", "Tea"])])
def test_an_option_is_chosen_however_its_accents_are_written(kind: str, chosen: Any) -> None:
    """Values come in one form; what the brand wrote as an option is kept as it is."""
    rule = FieldRule(id="f", type=kind, options=("Tea", "Cafe\u0301"))

    assert read_value(rule, chosen) == ("Cafe\u0301" if kind == "select" else ["Tea", "Cafe\u0301"])
