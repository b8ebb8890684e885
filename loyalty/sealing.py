"""Encryption of what is kept and never shown. The keys come from SECRET_KEY; those it had before open what they sealed.

Each purpose has a key of its own: what one part of the programme sealed, no other part can open.
"""

import base64
from enum import StrEnum
from functools import lru_cache

from cryptography.fernet import Fernet, MultiFernet
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings


class Purpose(StrEnum):
    """The values are part of the derived keys: a changed one opens nothing that was sealed before."""

    CUSTOMERS = "customers"
    API_SECRETS = "api_secrets"


def seal(text: str, purpose: Purpose) -> bytes:
    return _fernets(purpose, settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS).encrypt(text.encode())


def unseal(sealed: bytes | memoryview, purpose: Purpose) -> str:
    """Raises cryptography.fernet.InvalidToken for what none of the keys sealed for this purpose."""
    return _fernets(purpose, settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS).decrypt(bytes(sealed)).decode()


@lru_cache(maxsize=8)
def _fernets(purpose: Purpose, *keys: str) -> MultiFernet:
    return MultiFernet([Fernet(_derived(key, purpose)) for key in keys])


def _derived(key: str, purpose: Purpose) -> bytes:
    """A key for this use alone: what else SECRET_KEY signs tells nothing of it."""
    kdf = HKDF(algorithm=SHA256(), length=32, salt=None, info=f"loyalty.{purpose}.sealing".encode())
    return base64.urlsafe_b64encode(kdf.derive(key.encode()))
