"""Countries, languages, currencies and genders: names and codes are read, one code is stored."""

from typing import Any

import pytest
from django.test import Client

from customers.models import Customer
from loyalty.engine.events import Incoming
from loyalty.engine.record import record
from loyalty.staff.models import User
from tests.api_keys import development_key
from tests.factories import NOON, TILL, make_customer

SAME = [
    ("country", "HU", ["Hungary", "hu", "HUN", "348", " hungary "]),
    ("country", "GB", ["UK", "United Kingdom", "great britain"]),
    ("country", "CI", ["C\u00f4te d\u2019Ivoire", "Cote d'Ivoire"]),
    ("gender", "female", ["Female", "F", "f", "woman"]),
    ("gender", "other", ["Non-binary", "x"]),
    ("language", "hu", ["HU", "hun", "Hungarian"]),
    ("language", "pt-BR", ["pt_BR", "pt-br"]),
    ("currency", "EUR", ["eur", "Euro"]),
]
WRONG = [
    ("country", "XX"),
    ("country", "EU"),
    ("country", "Narnia"),
    ("gender", "1"),
    ("language", "xx"),
    ("currency", "Euroland"),
]


@pytest.mark.django_db
@pytest.mark.parametrize(("field", "code", "written"), SAME)
def test_names_and_codes_are_read_and_one_is_stored(field: str, code: str, written: list[str]) -> None:
    for place, text in enumerate([code, *written]):
        made = make_customer(f"C-{place}", **dict[str, Any]({field: text}))
        assert getattr(made, field) == code, text


@pytest.mark.django_db
@pytest.mark.parametrize(("field", "text"), WRONG)
def test_a_word_that_is_none_of_them_is_refused_with_the_cure(field: str, text: str) -> None:
    [outcome] = record([Incoming("C-1", "opt_in", {field: text})], by=TILL, at=NOON)

    assert outcome.error is not None
    assert outcome.error.message.startswith(f"'{field}' must be ")
    assert not Customer.objects.exists()


@pytest.mark.django_db
def test_the_api_finds_by_a_name_as_by_a_code(client: Client) -> None:
    make_customer("C-1", country="HU", gender="female", email="a@example.com")
    key = development_key().key

    for query in ({"country": "Hungary"}, {"gender": "Female"}, {"country": "HU", "gender": "F"}):
        answer = client.get("/customers", {**query, "api_key": key}).json()
        assert answer["id"] == "C-1", query


def form(client: Client, customer: Customer, **typed: str) -> Any:
    return client.post(f"/customers/{customer.id}/personal/", typed)


@pytest.mark.django_db
def test_the_form_offers_them_and_keeps_what_it_cannot_read(client: Client) -> None:
    ann = make_customer("C-1", country="HU")
    Customer.objects.filter(id=ann.id).update(gender="Divine")
    client.force_login(User.objects.create_superuser("admin"))

    page = client.get(f"/customers/{ann.id}/personal/").content.decode()

    assert '<option value="HU" selected>Hungary</option>' in page
    assert '<option value="EUR">Euro (EUR)</option>' in page
    assert '<option value="Divine" selected>Divine</option>' in page
