"""Answers to facts that change with no event of those whom they are of: a level by a structure, a name by a switch."""

from collections.abc import Callable, Collection
from dataclasses import dataclass

from loyalty.contributions import contributed


@dataclass(frozen=True)
class FactsMoved:
    """A room's contribution: it keeps what rules have answered, and looks again at those that ask for one of these facts."""

    look_again: Callable[[Collection[str]], None]


def tell_of_moved(facts: Collection[str]) -> None:
    """In the transaction that has changed the answers, whoever's they are."""
    for room in contributed(FactsMoved):
        room.look_again(facts)
