"""What a list is used by: rooms that choose customers by lists say so. Pure."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from loyalty.contributions import contributed


@dataclass(frozen=True)
class ListUse:
    """Contributed: by what of the room the list of this ID is used, each by its name. While it is, it is not archived."""

    read: Callable[[str], Sequence[str]]


def uses_of(slug: str) -> list[str]:
    return [name for use in contributed(ListUse) for name in use.read(slug)]
