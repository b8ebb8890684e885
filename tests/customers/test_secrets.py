"""The access token of a social network: encrypted in its own table, and nowhere else."""

import json
import logging
from typing import Any

import pytest
from cryptography.fernet import InvalidToken
from django.apps import apps
from django.test import Client

from customers.models import Customer, Secret
from events.models import Event
from loyalty.sealing import Purpose, seal, unseal
from loyalty.staff.enums import Role
from loyalty.staff.models import User
from tests.api_keys import development_key
from tests.engine.world import accepted, event, rows

pytestmark = pytest.mark.django_db
TOKEN = "EAAB-marker-of-the-token"


def everything() -> str:
    """All rows of all tables as text."""
    tables = [model._meta.db_table for model in apps.get_models(include_auto_created=True) if model._meta.managed]
    return "\n".join(text for table in tables for (text,) in rows(f'SELECT t::text FROM "{table}" t'))


@pytest.mark.parametrize("action", ["profile", "opt_in", "subscribe", "point_add", "checkout"])
def test_the_token_is_in_no_row_of_the_database_but_sealed(action: str) -> None:
    if action not in ("opt_in", "subscribe"):
        accepted(event("ann", "opt_in"))
    accepted(
        event("ann", action, facebook_access_token=TOKEN, points=1, transaction_id="t", total=1)
        if action in ("point_add", "checkout")
        else event("ann", action, facebook_access_token=TOKEN)
    )

    assert TOKEN not in everything()
    assert not Event.objects.filter(data__has_key="facebook_access_token").exists()
    assert [unseal(secret.sealed, Purpose.CUSTOMERS) for secret in Secret.objects.all()] == [TOKEN]


def test_the_token_is_in_no_answer_page_or_log(client: Client, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    development_key("till", "Till")
    body = {"customer": "ann", "action": "opt_in", "data": {"facebook_access_token": TOKEN}}
    answer = client.post("/events?api_key=till", json.dumps(body), content_type="application/json")
    shown = client.get("/customers/ann?api_key=till")
    client.force_login(User.objects.create_user("dana", role=Role.MANAGER))
    ann = Customer.objects.get()
    pages = [client.get(f"/customers/{ann.id}/{tab}").content.decode() for tab in ("", "personal/", "events/")]

    assert "stored" in pages[1]
    assert not [
        text for text in (*pages, answer.content.decode(), shown.content.decode(), caplog.text) if TOKEN in text
    ]


def test_a_guests_order_keeps_no_token() -> None:
    guest: Any = event("guest", "checkout", transaction_id="t", total=1, facebook_access_token=TOKEN)
    guest.guest = True
    accepted(guest)

    assert TOKEN not in everything()
    assert not Secret.objects.exists()


def test_a_new_token_replaces_the_old_one_and_clearing_removes_it() -> None:
    accepted(
        event("ann", "opt_in", facebook_access_token="old"), event("ann", "profile", facebook_access_token="newer")
    )
    accepted(event("ann", "profile", facebook_access_token=TOKEN))
    assert [unseal(secret.sealed, Purpose.CUSTOMERS) for secret in Secret.objects.all()] == [TOKEN]

    accepted(event("ann", "profile", facebook_access_token=None))
    assert not Secret.objects.exists()


def test_what_an_earlier_key_sealed_opens_and_what_a_strange_one_sealed_does_not(settings: Any) -> None:
    sealed = seal(TOKEN, Purpose.CUSTOMERS)
    settings.SECRET_KEY, settings.SECRET_KEY_FALLBACKS = "n" * 50, [settings.SECRET_KEY]
    assert unseal(sealed, Purpose.CUSTOMERS) == TOKEN

    settings.SECRET_KEY_FALLBACKS = []
    with pytest.raises(InvalidToken):
        unseal(sealed, Purpose.CUSTOMERS)
