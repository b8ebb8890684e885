"""How far a key reaches: nobody gives one more than their own role allows them."""

from collections.abc import Callable
from dataclasses import dataclass

from django.core.exceptions import PermissionDenied

from loyalty.contributions import contributed
from loyalty.staff.sender import Sender

from .models import ApiKey


@dataclass(frozen=True)
class KeyLimit:
    """Contributed: why whoever asks may not make, change or get a secret of such a key, as a sentence; empty: they may."""

    refusal: Callable[[Sender, ApiKey], str]


def require_reach(by: Sender, key: ApiKey) -> None:
    """Raise PermissionDenied for a key that may do what its maker may not."""
    for limit in contributed(KeyLimit):
        if refusal := limit.refusal(by, key):
            raise PermissionDenied(refusal)
