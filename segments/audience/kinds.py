"""Kinds of groups that an audience is made of: segments, and what other rooms contribute, such as lists and labels."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from loyalty.contributions import contributed
from loyalty.engine.actions import Text

Bind = Callable[[Any], str]


@dataclass(frozen=True)
class GroupKind:
    """`name`: in stored audiences. `words`: before the group's name in a sentence, such as “in segment”.

    `choices`: what can be chosen, as IDs with names. `names`: of these IDs, those that there are, whatever their status.
    `open`: those of them whose members count as admitted; an inactive one admits nobody, and yet keeps out whom it holds.
    `members`: a SELECT of the ids of the customers in a group, whose values are bound.
    `held`: for the engine, a SELECT of (customer, ID of a group that they are in, whether it admits) of those in {customers}.
    """

    name: str
    label: Text
    words: str
    choices: Callable[[], Sequence[tuple[str, str]]]
    names: Callable[[Collection[str]], Mapping[str, str]]
    open: Callable[[Collection[str]], Collection[str]]
    members: Callable[[str, Bind], str]
    held: str


def group_kinds() -> Mapping[str, GroupKind]:
    """By name."""
    return {kind.name: kind for kind in contributed(GroupKind)}


def held_groups(customers: str) -> str:
    """One statement for all kinds: (customer, kind, ID of a group that they are in, whether it admits), of those that stand for
    `customers` in it."""
    each = (
        f"SELECT held.id, '{kind.name}', held.slug, held.admits"
        f" FROM ({kind.held.format(customers=customers)}) AS held (id, slug, admits)"
        for kind in group_kinds().values()
    )
    return " UNION ALL ".join(each)
