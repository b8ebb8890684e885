"""What rooms show elsewhere: each says it in its `contributions.py`, and the composition lists the rooms.

A kind of contribution is a small frozen dataclass of the room that shows it, say `customers.profile.frame.ProfileTab`.
Whoever has something to show there imports the kind and contributes it; so no room imports a higher one to show it.
"""

from collections.abc import Sequence
from functools import cache
from importlib import import_module
from typing import Any, TypeVar

from django.conf import settings

Kind = TypeVar("Kind")


def contributed(kind: type[Kind]) -> Sequence[Kind]:
    """All contributions of the kind, in the order in which the composition lists the rooms and these their own."""
    return _contributed(kind)  # type: ignore[arg-type]  # a type can be hashed


@cache
def _contributed(kind: type[Any]) -> tuple[Any, ...]:
    """Pages and answers of the API ask for several kinds each time."""
    return tuple(one for one in import_module(settings.LOYALTY_PROGRAM).CONTRIBUTIONS if isinstance(one, kind))
