import time
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries, Settings

from loyalty.api.access.signing import Signer, sign
from loyalty.api.keys.models import ApiKey
from loyalty.api.keys.operations import add_secret, note_use, retire_secret
from loyalty.api.keys.queries import api_key
from loyalty.staff.models import User
from loyalty.staff.sender import Sender
from tests.api_keys import development_key, server_key, signer

pytestmark = pytest.mark.django_db


@pytest.fixture
def key() -> ApiKey:
    return development_key("kept-key", "Till")


def test_a_key_is_read_once_in_its_time(
    key: ApiKey, settings: Settings, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    settings.LOYALTY_API_KEY_SECONDS = 60

    with django_assert_num_queries(1):
        assert [found.key for found in (api_key("kept-key"), api_key("kept-key")) if found] == [key, key]


def test_a_key_that_was_switched_off_works_no_longer_than_that(key: ApiKey, settings: Settings) -> None:
    settings.LOYALTY_API_KEY_SECONDS = 0.05
    api_key("kept-key")
    ApiKey.objects.update(active=False)

    time.sleep(0.06)

    assert api_key("kept-key") is None


def test_an_unknown_key_is_not_kept(settings: Settings) -> None:
    settings.LOYALTY_API_KEY_SECONDS = 60
    assert api_key("coming-soon") is None

    development_key("coming-soon", "New")

    assert api_key("coming-soon") is not None


def test_a_key_that_is_switched_off_is_refused(client: Client, key: ApiKey) -> None:
    ApiKey.objects.update(active=False)

    assert client.get("/customers/1?api_key=kept-key").status_code == 401


def used(key: ApiKey) -> tuple[bool, dict[int, bool]]:
    """Whether it is known when the key, and each of its secrets, was used last."""
    key.refresh_from_db()
    return bool(key.last_used_at), {secret.place: bool(secret.last_used_at) for secret in key.secrets.all()}


def signed(client: Client, key: ApiKey, place: int = 1) -> int:
    headers: Any = sign(signer(key, place=place), "GET", "/customers/1", host="testserver", at=timezone.now())
    return client.get("/customers/1", headers=headers).status_code


def test_while_a_key_changes_both_of_its_secrets_sign_and_afterwards_the_new_one(client: Client) -> None:
    key, root = server_key(), User.objects.create_superuser("root-user", password="x")
    former = signer(key)
    add_secret(key, by=Sender(root, timezone.now()))
    assert [signed(client, key, 1), signed(client, key, 2)] == [404, 404]

    retire_secret(key, 1, by=Sender(root, timezone.now()))
    headers: Any = sign(former, "GET", "/customers/1", host="testserver", at=timezone.now())
    assert client.get("/customers/1", headers=headers).status_code == 401
    assert signed(client, key, 2) == 404


def test_it_is_known_when_a_key_and_each_secret_was_used_last(client: Client, settings: Settings) -> None:
    settings.LOYALTY_API_KEY_NOTED_SECONDS = 60.0
    key = server_key()
    add_secret(key, by=Sender(User.objects.create_superuser("root-user", password="x"), timezone.now()))
    assert used(key) == (False, {1: False, 2: False})

    signed(client, key, 2)

    assert used(key) == (True, {1: False, 2: True})


def test_a_refused_signature_is_no_use(client: Client, settings: Settings) -> None:
    settings.LOYALTY_API_KEY_NOTED_SECONDS = 0.0
    key = server_key()
    headers: Any = sign(Signer(key.key, "guessed", "demo"), "GET", "/customers/1", host="testserver", at=timezone.now())

    assert client.get("/customers/1", headers=headers).status_code == 401
    assert client.get(f"/customers/1?api_key={key.key}").status_code == 401
    assert used(key) == (False, {1: False})


def test_use_is_written_once_a_minute(
    client: Client, settings: Settings, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    settings.LOYALTY_API_KEY_NOTED_SECONDS = 60.0
    key = development_key()
    with django_assert_num_queries(1):
        note_use(key)
    with django_assert_num_queries(0):
        note_use(key)
