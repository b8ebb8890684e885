"""Encryption of what is kept and never shown. The keys come from SECRET_KEY; those it had before open what they sealed."""

import base64
from functools import lru_cache

from cryptography.fernet import Fernet, MultiFernet
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings


def seal(text: str) -> bytes:
    return _fernets(settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS).encrypt(text.encode())


def unseal(sealed: bytes | memoryview) -> str:
    """Raises cryptography.fernet.InvalidToken for what none of the keys sealed."""
    return _fernets(settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS).decrypt(bytes(sealed)).decode()


@lru_cache(maxsize=4)
def _fernets(*keys: str) -> MultiFernet:
    return MultiFernet([Fernet(_derived(key)) for key in keys])


def _derived(key: str) -> bytes:
    """A key for this use alone: what else SECRET_KEY signs tells nothing of it."""
    kdf = HKDF(algorithm=SHA256(), length=32, salt=None, info=b"loyalty.customers.sealing")
    return base64.urlsafe_b64encode(kdf.derive(key.encode()))
