"""Data health: stored projections against what the events and entries say. Reads only."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, Protocol

from django.db.backends.utils import CursorWrapper

from .families import Families


@dataclass(frozen=True)
class Mismatch:
    """A stored row that is not what its history says; of its columns, those that differ. Protections are of no customer."""

    check: str
    customer_id: int | None
    row: str
    stored: dict[str, Any]
    recomputed: dict[str, Any]


@dataclass(frozen=True)
class Found:
    """`compared`: how many rows are stored; `number`: how many differ; `mismatches`: the first of them."""

    compared: int
    number: int
    mismatches: list[Mismatch]


@dataclass(frozen=True)
class Piece:
    """A part of what a projection and its history weigh: nothing, together, if they agree (see `weight` and `mark`).

    `rows`: what follows FROM. Pieces of the same rows are weighed in one scan, of all checks. `weight`: NULL is nothing.
    """

    rows: str
    weight: str
    customer: str = "customer_id"


@dataclass(frozen=True)
class Weighed:
    """`compared`: rows of the first piece. `left`: what all pieces weigh; None where an amount is too large for that."""

    seed: int
    compared: int
    left: Decimal | None


@dataclass(frozen=True)
class Apart:
    """What is compared row by row in any case: what it weighs by block of customers, and the rows that differ.

    It is some rows, and all rows of some customers.
    """

    blocks: Mapping[int, Decimal] = field(default_factory=dict)
    rows: frozenset[tuple[int, str]] = frozenset()
    customers: frozenset[int] = frozenset()
    number: int = 0
    mismatches: Sequence[Mismatch] = ()

    @property
    def left(self) -> Decimal:
        return sum(self.blocks.values(), Decimal(0))


class Check(Protocol):
    """A projection that can be compared with its history, in the transaction that is open."""

    @property
    def name(self) -> str: ...
    @property
    def pieces(self) -> Sequence[Piece]: ...
    def apart(self, cursor: CursorWrapper, *, families: Families, seed: int, limit: int) -> Apart: ...
    def found(self, cursor: CursorWrapper, *, weighed: Weighed, apart: Apart, limit: int) -> Found: ...


@dataclass(frozen=True)
class Checks:
    """What a room contributes to the comparison, the slowest first."""

    checks: tuple[Check, ...]


def mismatch(
    check: str, table: str, key: Sequence[Any], stored: Mapping[str, Any], recomputed: Mapping[str, Any]
) -> Mismatch:
    """The customer is the first of the key."""
    differing = [name for name in stored if stored[name] != recomputed[name]]
    return Mismatch(
        check=check,
        customer_id=key[0],
        row=f"{table} ({', '.join(map(str, key))})",
        stored={name: stored[name] for name in differing},
        recomputed={name: recomputed[name] for name in differing},
    )
