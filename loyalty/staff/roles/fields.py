"""Which fields of personal data ask for which right: each room declares those that it keeps of customers."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

from loyalty.contributions import contributed

from .rights import Right


@dataclass(frozen=True)
class PersonalFields:
    """Whoever has the right sees these fields, by the names that they have in profiles, events, files and the trail.

    `others`: it is the right to all attributes besides, which nobody has declared.
    """

    right: Right
    names: frozenset[str] = frozenset()
    others: bool = False


@cache
def rights_by_field() -> Mapping[str, Right]:
    """Of all declared fields; raises ValueError for one that two rooms declare."""
    found: dict[str, Right] = {}
    for fields in contributed(PersonalFields):
        if twice := found.keys() & fields.names:
            raise ValueError(f"Two rights are asked for to see {sorted(twice)[0]}")
        found |= dict.fromkeys(fields.names, fields.right)
    return found


@cache
def right_to_others() -> Right:
    [right] = (fields.right for fields in contributed(PersonalFields) if fields.others)
    return right
