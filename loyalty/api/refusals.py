"""The one table of the codes of refusals, which is published: those that no room owns, and those of each room."""

from collections.abc import Iterable, Mapping
from functools import cache

from loyalty.contributions import contributed
from loyalty.refusals import COMMON, Code, RefusalCodes


@cache
def published_codes() -> Mapping[int, Code]:
    """By number. The rooms do not change while the process runs."""
    return joined([COMMON, *(room.codes for room in contributed(RefusalCodes))])


def joined(tables: Iterable[Mapping[int, Code]]) -> Mapping[int, Code]:
    """Raises ValueError for two meanings of one number."""
    found: dict[int, Code] = {}
    for table in tables:
        if twice := sorted(found.keys() & table.keys()):
            raise ValueError(f"Two refusals have the code {twice[0]}")
        found |= table
    return {code: found[code] for code in sorted(found)}
