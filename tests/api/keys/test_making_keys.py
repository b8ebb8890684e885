"""API keys: how they are made, rotated and revoked, and that no secret can be read again."""

from datetime import UTC, datetime
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from pytest_django import Settings

from loyalty.api.keys.enums import Api, KeyKind
from loyalty.api.keys.models import ApiKey, ApiSecret
from loyalty.api.keys.operations import KeyProblem, add_secret, create_api_key, retire_secret, revoke
from loyalty.api.keys.queries import Credentials, api_key
from loyalty.sealing import Purpose, seal, unseal
from loyalty.staff.enums import Role
from loyalty.staff.models import User
from loyalty.staff.sender import Sender
from tests.api_keys import client_side_key, server_key
from tests.engine.world import rows

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 11, 22, 9, tzinfo=UTC)


@pytest.fixture
def root() -> User:
    return User.objects.create_superuser("root-user", password="x")


def live(key: ApiKey) -> list[str]:
    found = api_key(key.key)
    return list(found.secrets.values()) if found else []


def test_a_new_key_signs_everything_and_may_do_everything() -> None:
    key, secret = create_api_key(name="Till", by=Sender(None, NOW)).result()

    assert (key.kind, key.apis, key.actions, key.external_ids, key.networks) == ("server", Api.values, [], [], [])
    assert (key.may_fix_points, key.requests_per_minute, key.last_used_at) == (False, 20_000, None)
    assert live(key) == [secret]


def test_a_secret_is_in_no_row_of_the_database_but_sealed() -> None:
    key, secret = create_api_key(name="Till", by=Sender(None, NOW)).result()

    stored = [str(row) for table in ("staff_apikey", "staff_apisecret") for row in rows(f"SELECT * FROM {table}")]

    assert secret
    assert not [row for row in stored if secret in row]
    assert secret.encode() not in bytes(ApiSecret.objects.get().sealed)
    assert secret not in repr(api_key(key.key))


def test_what_was_sealed_before_purposes_still_opens() -> None:
    """By the key that customers' values have always had: HKDF of SECRET_KEY for loyalty.customers.sealing."""
    import base64

    from cryptography.fernet import Fernet
    from cryptography.hazmat.primitives.hashes import SHA256
    from cryptography.hazmat.primitives.kdf.hkdf import HKDF
    from django.conf import settings

    kdf = HKDF(algorithm=SHA256(), length=32, salt=None, info=b"loyalty.customers.sealing")
    before = Fernet(base64.urlsafe_b64encode(kdf.derive(settings.SECRET_KEY.encode()))).encrypt(b"a token")

    assert unseal(before, Purpose.CUSTOMERS) == "a token"


def test_what_is_sealed_for_one_purpose_opens_for_no_other() -> None:
    from cryptography.fernet import InvalidToken

    with pytest.raises(InvalidToken):
        unseal(seal("x", Purpose.CUSTOMERS), Purpose.API_SECRETS)


def test_a_secret_opens_after_the_secret_key_was_changed_while_the_former_one_is_kept(settings: Settings) -> None:
    key, secret = create_api_key(name="Till", by=Sender(None, NOW)).result()
    settings.SECRET_KEY, settings.SECRET_KEY_FALLBACKS = "n" * 50, [settings.SECRET_KEY]
    assert live(key) == [secret]

    settings.SECRET_KEY_FALLBACKS = []
    assert live(key) == []


def test_a_key_has_two_secrets_while_it_changes_from_one_to_the_next(root: User) -> None:
    key, first = create_api_key(name="Till", by=Sender(root, NOW)).result()
    second = add_secret(key, by=Sender(root, NOW)).result()
    assert live(key) == [first, second]

    with pytest.raises(KeyProblem, match="two secrets already"):
        add_secret(key, by=Sender(root, NOW))
    retire_secret(key, 1, by=Sender(root, NOW))
    assert live(key) == [second]
    with pytest.raises(KeyProblem, match="retired already"):
        retire_secret(key, 1, by=Sender(root, NOW))
    with pytest.raises(KeyProblem, match="only secret"):
        retire_secret(key, 2, by=Sender(root, NOW))

    third = add_secret(key, by=Sender(root, NOW)).result()
    assert live(key) == [third, second]


def test_a_revoked_key_is_none_and_has_no_secrets_to_come_back_with(root: User) -> None:
    key = server_key()
    revoke(key, by=Sender(root, NOW))

    assert api_key(key.key) is None
    assert not ApiSecret.objects.exists()
    for again in (
        lambda: revoke(key, by=Sender(root, NOW)).result(),
        lambda: add_secret(key, by=Sender(root, NOW)).result(),
    ):
        with pytest.raises(KeyProblem, match="revoked"):
            again()


def test_a_client_side_key_has_no_secret_and_gets_none(root: User) -> None:
    key = client_side_key()

    assert live(key) == []
    with pytest.raises(KeyProblem, match="no secret"):
        add_secret(key, by=Sender(root, NOW))


@pytest.mark.parametrize("role", [Role.READ_ONLY, Role.MANAGER])
def test_only_administrators_make_and_change_keys(role: Role) -> None:
    someone, key = User.objects.create_user("someone", password="x", role=role), server_key()

    for attempt in (
        lambda: create_api_key(name="Till", by=Sender(someone, NOW)).result(),
        lambda: add_secret(key, by=Sender(someone, NOW)).result(),
        lambda: retire_secret(key, 1, by=Sender(someone, NOW)).result(),
        lambda: revoke(key, by=Sender(someone, NOW)).result(),
    ):
        with pytest.raises(PermissionDenied):
            attempt()


PAGES: dict[str, Any] = {"kind": KeyKind.CLIENT_SIDE, "origins": ["https://a.example"], "actions": ["referral"]}


@pytest.mark.parametrize(
    ("wrong", "place", "words"),
    [
        ({"apis": ["everything"]}, "apis", "not a valid choice"),
        ({"apis": []}, "apis", "cannot be blank"),
        ({"actions": ["a b"]}, "actions", "write it with letters"),
        ({"networks": ["10.0.0.1/8"]}, "networks", "no address or network"),
        ({"networks": ["home"]}, "networks", "no address or network"),
        ({"requests_per_minute": 0}, "__all__", "api_key_limit_is_positive"),
        ({"name": ""}, "name", "cannot be blank"),
        ({"origins": ["https://a.example"]}, "origins", "Only a client-side key"),
        ({**PAGES, "origins": []}, "origins", "Name the web sites"),
        ({**PAGES, "origins": ["*"]}, "origins", "no origin"),
        ({**PAGES, "origins": ["https://*.a.example"]}, "origins", "no origin"),
        ({**PAGES, "origins": ["http://a.example"]}, "origins", "no origin"),
        ({**PAGES, "origins": ["https://a.example/"]}, "origins", "no origin"),
        ({**PAGES, "origins": ["https://A.example"]}, "origins", "no origin"),
        ({**PAGES, "origins": ["https://a.example:443"]}, "origins", "no origin"),
        ({**PAGES, "origins": ["https://a@b.example"]}, "origins", "no origin"),
        ({**PAGES, "origins": ["http://localhost.evil.example"]}, "origins", "no origin"),
        ({**PAGES, "origins": ["null"]}, "origins", "no origin"),
        ({**PAGES, "actions": []}, "actions", "Name the actions"),
        ({**PAGES, "apis": ["events", "customers"]}, "apis", "Events alone"),
        ({**PAGES, "may_fix_points": True}, "may_fix_points", "cannot be trusted"),
    ],
)
def test_a_key_of_wrong_scopes_is_not_made_and_each_is_named(wrong: dict[str, Any], place: str, words: str) -> None:
    with pytest.raises(ValidationError) as caught:
        create_api_key(**{"name": "Till", "by": Sender(None, NOW), **wrong})

    assert words in str(caught.value.message_dict[place])
    assert not ApiKey.objects.exists()


@pytest.mark.parametrize(
    "origin", ["https://a.example", "https://a.example:8443", "http://localhost:3000", "http://127.0.0.1"]
)
def test_an_origin_is_a_safe_site_or_the_developers_own_machine(origin: str) -> None:
    assert client_side_key(origins=[origin]).origins == [origin]


def test_one_query_finds_a_key_with_its_secrets(django_assert_num_queries: Any, root: User) -> None:
    key = server_key()
    add_secret(key, by=Sender(root, NOW))

    with django_assert_num_queries(1):
        found = api_key(key.key)
    assert isinstance(found, Credentials)
    assert sorted(found.secrets) == [1, 2]
