"""API keys for tests, made as operators make them."""

from collections.abc import Callable, Mapping
from typing import Any

from django.utils import timezone

from loyalty.api.access.signing import Signer
from loyalty.api.keys.enums import KeyKind
from loyalty.api.keys.models import ApiKey
from loyalty.api.keys.operations import create_api_key
from loyalty.api.keys.queries import api_key
from loyalty.sealing import Purpose, seal
from loyalty.staff.sender import Sender


def development_key(key: str = "till-key", name: str = "Till", **scopes: Any) -> ApiKey:
    """A key whose requests may come unsigned, as `?api_key=till-key`."""
    made, _ = create_api_key(
        name=name, by=Sender(None, timezone.now()), kind=KeyKind.DEVELOPMENT, key=key, **scopes
    ).result()
    return made


def server_key(key: str = "till-key", name: str = "Till", **scopes: Any) -> ApiKey:
    """A key whose requests are signed, by `signer(key)`."""
    return create_api_key(name=name, by=Sender(None, timezone.now()), key=key, **scopes).result()[0]


def signer(key: ApiKey, region: str = "demo", place: int = 1) -> Signer:
    """Signs with the secret of the key in that place."""
    found = api_key(key.key)
    assert found
    return Signer(key.key, found.secrets[place], region)


def client_side_key(key: str = "page-key", name: str = "Shop", **scopes: Any) -> ApiKey:
    given = {"origins": ["https://shop.example.com"], "actions": ["content_consumption"], **scopes}
    return create_api_key(
        name=name, by=Sender(None, timezone.now()), kind=KeyKind.CLIENT_SIDE, key=key, **given
    ).result()[0]


def give_secret(key: ApiKey, secret: str, place: int = 1) -> None:
    """A secret of the test's choice in that place."""
    values = {"sealed": seal(secret, Purpose.API_SECRETS), "created_at": timezone.now()}
    key.secrets.update_or_create(place=place, defaults=values)


def secrets_of(known: Mapping[str, str]) -> Callable[[str], list[str]]:
    """For the verifier, of keys with one secret each."""
    return lambda key: [known[key]] if key in known else []
