"""The key of a request, with its secrets."""

import logging
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from cryptography.fernet import InvalidToken
from django.conf import settings

from loyalty.sealing import Purpose, unseal

from .enums import KeyKind
from .models import ApiKey

log = logging.getLogger("loyalty.api")


@dataclass(frozen=True)
class Credentials:
    """An active key and its live secrets in plain text, by their places."""

    key: ApiKey
    secrets: Mapping[int, str] = field(repr=False)


# Each second of each process, and each request of a test: a statement of Django's costs ten times as much to build.
_FOUND = """
SELECT k.*, ARRAY(SELECT sealed FROM staff_apisecret WHERE api_key_id = k.id ORDER BY place) AS sealed,
    ARRAY(SELECT place FROM staff_apisecret WHERE api_key_id = k.id ORDER BY place) AS places
FROM staff_apikey k WHERE k.key = %s AND k.active
"""
# Key → when it was read, and what was. A till asks with the same key many times a second.
_recent: dict[str, tuple[float, Credentials]] = {}


def api_key(key: str) -> Credentials | None:
    """The active key of that name, as it was at most `LOYALTY_API_KEY_SECONDS` ago; one query."""
    read_at, known = _recent.get(key, (0.0, None))
    if known is not None and time.monotonic() - read_at < settings.LOYALTY_API_KEY_SECONDS:
        return known
    found = next(iter(ApiKey.objects.raw(_FOUND, [key])), None)
    if found is None:
        _recent.pop(key, None)
        return None
    _recent[key] = (time.monotonic(), Credentials(found, dict(_opened(found))))
    return _recent[key][1]


def is_page_origin(origin: str) -> bool:
    """Whether pages of that origin may send anything at all."""
    return ApiKey.objects.filter(active=True, kind=KeyKind.CLIENT_SIDE, origins__contains=[origin]).exists()


def _opened(found: Any) -> Iterator[tuple[int, str]]:
    """A secret that no SECRET_KEY opens is none: its requests are refused."""
    for place, sealed in zip(found.places, found.sealed, strict=True):
        try:
            yield place, unseal(sealed, Purpose.API_SECRETS)
        except InvalidToken:
            log.error(
                "A secret of API key %d cannot be read: put the former SECRET_KEY into SECRET_KEY_FALLBACKS", found.pk
            )
