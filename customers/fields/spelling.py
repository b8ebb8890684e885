"""Names that are one name but for how they are written: `First Name`, `first-name` and `FirstName`. Pure."""

import re
from collections.abc import Iterable, Mapping

_BLANKS = re.compile(r"[\s_-]+")


def compared(name: str) -> str:
    """By which names are compared: without capitals, blanks, `_` and `-`."""
    return _BLANKS.sub("", name.casefold())


def by_spelling(names: Iterable[str]) -> Mapping[str, str]:
    """The names by how they are compared; of several with the same one, the last."""
    return {compared(name): name for name in names}


def twin_of(name: str, others: Iterable[str]) -> str | None:
    """The one of the others that differs from the name in nothing but its spelling."""
    twin = by_spelling(others).get(compared(name))
    return None if twin == name else twin
