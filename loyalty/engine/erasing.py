"""How places outside of the database are asked to erase somebody. Pure."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Search:
    """What one person is named. `waits_for`: what an earlier look has left to be looked at again, None before the first."""

    terms: Sequence[str]
    waits_for: Sequence[int] | None = None


@dataclass(frozen=True, slots=True)
class Receipt:
    """How much a look has erased, and what it has left for later, by its own numbers: nothing, once all is done."""

    erased: int
    waits_for: Sequence[int] = ()


# A receipt for each search, in their order.
Erase = Callable[[Sequence[Search]], Sequence[Receipt]]
