"""API keys in `/admin/`: a secret is on the page that answers its making, and on no other."""

from typing import Any

import pytest
from django.test import Client

from loyalty.api.keys.forms import ApiKeyForm
from loyalty.api.keys.models import ApiKey, ApiSecret
from loyalty.api.keys.queries import api_key
from loyalty.staff.models import User
from tests.api_keys import client_side_key, server_key

# Unfold's own templates name variables that are not always there.
pytestmark = [pytest.mark.django_db, pytest.mark.ignore_template_errors]
SENT = {"name": "Till", "kind": "server", "apis": ["events", "customers"], "requests_per_minute": "600"}


@pytest.fixture
def admin(client: Client) -> Client:
    client.force_login(User.objects.create_superuser("root-user", password="x"))
    return client


def secrets_of(key: ApiKey) -> dict[int, str]:
    found = api_key(key.key)
    return dict(found.secrets) if found else {}


def page(admin: Client, path: str) -> str:
    return admin.get(path, follow=True).content.decode()


def test_a_new_key_shows_its_secret_once_and_no_page_shows_it_again(admin: Client) -> None:
    answer = admin.post("/admin/staff/apikey/add/", {**SENT, "actions": "checkout\nrefund", "networks": "10.0.0.0/8"})

    key = ApiKey.objects.get()
    [secret] = secrets_of(key).values()
    assert answer.status_code == 200
    assert answer.content.decode().count(secret) == 1
    assert "no-store" in answer["Cache-Control"]
    assert (key.apis, key.actions, key.networks) == (["events", "customers"], ["checkout", "refund"], ["10.0.0.0/8"])
    assert key.requests_per_minute == 600
    for path in (
        "/admin/staff/apikey/",
        f"/admin/staff/apikey/{key.pk}/change/",
        "/admin/",
        f"/admin/staff/apikey/{key.pk}/history/",
    ):
        assert secret not in page(admin, path)
    assert not [value for value in admin.session.values() if secret in str(value)]


def test_what_is_wrong_is_said_at_its_field() -> None:
    form = ApiKeyForm({**SENT, "kind": "client_side", "origins": "http://shop.example.com"})

    assert not form.is_valid()
    assert "is no origin" in str(form.errors["origins"])
    assert "for Events alone" in str(form.errors["apis"])
    assert "Name the actions" in str(form.errors["actions"])


def test_a_client_side_key_is_made_without_a_secret(admin: Client) -> None:
    sent = {
        **SENT,
        "kind": "client_side",
        "apis": ["events"],
        "actions": "booking",
        "origins": "https://shop.example.com",
    }
    answer = admin.post("/admin/staff/apikey/add/", sent)

    assert "its requests are not signed" in answer.content.decode()
    assert not ApiSecret.objects.exists()


def test_a_key_changes_from_one_secret_to_the_next(admin: Client) -> None:
    key = server_key()
    first = secrets_of(key)[1]
    root = f"/admin/staff/apikey/{key.pk}"

    assert "shown once" in page(admin, f"{root}/add-secret/")
    assert len(secrets_of(key)) == 1, "asking is not doing"
    text = admin.post(f"{root}/add-secret/").content.decode()
    second = secrets_of(key)[2]
    assert (second in text, first in text) == (True, False)
    assert first not in page(admin, f"{root}/change/")
    assert second not in page(admin, f"{root}/change/")
    assert "two secrets already" in admin.post(f"{root}/add-secret/", follow=True).content.decode()

    assert "is refused from now on" in page(admin, f"{root}/retire-1/")
    assert admin.post(f"{root}/retire-1/").status_code == 302
    assert secrets_of(key) == {2: second}
    assert "only secret" in admin.post(f"{root}/retire-2/", follow=True).content.decode()


def test_a_revoked_key_stays_as_it_was(admin: Client) -> None:
    key = server_key()
    root = f"/admin/staff/apikey/{key.pk}"

    assert "for good" in page(admin, f"{root}/revoke/")
    assert api_key(key.key)
    assert admin.post(f"{root}/revoke/").status_code == 302
    assert api_key(key.key) is None
    assert admin.post(f"{root}/change/", SENT).status_code == 403
    assert "revoked" in admin.post(f"{root}/add-secret/", follow=True).content.decode()


def test_the_kind_and_the_name_of_a_key_in_requests_stay(admin: Client) -> None:
    key = client_side_key()
    sent: dict[str, Any] = {**SENT, "kind": "development", "key": "other", "apis": ["events"], "actions": "booking"}

    assert (
        admin.post(f"/admin/staff/apikey/{key.pk}/change/", {**sent, "origins": "https://a.example"}).status_code == 302
    )
    key.refresh_from_db()
    assert (key.kind, key.key, key.origins) == ("client_side", "page-key", ["https://a.example"])


@pytest.mark.parametrize("place", ["add-secret", "retire-1", "revoke"])
def test_nobody_else_changes_a_key(client: Client, place: str) -> None:
    key = server_key()
    client.force_login(User.objects.create_user("someone", password="x", role="manager"))

    answer = client.post(f"/admin/staff/apikey/{key.pk}/{place}/")

    assert answer.status_code in {302, 403}
    assert list(secrets_of(key)) == [1]


@pytest.mark.parametrize("number", [1, 3])
def test_the_list_of_keys_takes_the_same_queries(admin: Client, number: int, django_assert_num_queries: Any) -> None:
    for one in range(number):
        server_key(f"key-{one}")
    page(admin, "/admin/staff/apikey/")

    with django_assert_num_queries(5):
        admin.get("/admin/staff/apikey/")
