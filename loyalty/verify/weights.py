"""What rows weigh, so that a whole table is compared with its history by two sums."""

import secrets
from collections.abc import Collection, Iterable, Sequence
from decimal import Decimal
from typing import Any

from django.db import DataError, transaction
from django.db.backends.utils import CursorWrapper

from .checks import Piece

# Customers whose rows are weighed together.
BLOCK = 1_000


def new_seed() -> int:
    return secrets.randbits(62)


def weigh(cursor: CursorWrapper, pieces: Sequence[Piece], *, seed: int) -> tuple[int, dict[Piece, Decimal | None]]:
    """How many rows there are and what each of these pieces of them weighs; None where an amount is too large for that."""
    weights = ", ".join(f"coalesce(sum({piece.weight}), 0)" for piece in pieces)
    rows = _try(cursor, f"SELECT count(*), {weights} FROM {pieces[0].rows}", seed=seed)
    if rows is not None:
        return rows[0][0], dict(zip(pieces, rows[0][1:], strict=True))
    if len(pieces) > 1:
        singly = [weigh(cursor, [piece], seed=seed) for piece in pieces]
        return singly[0][0], {piece: left for _, weighed in singly for piece, left in weighed.items()}
    cursor.execute(f"SELECT count(*) FROM {pieces[0].rows}")
    return cursor.fetchall()[0][0], {pieces[0]: None}


def weigh_blocks(
    cursor: CursorWrapper, pieces: Sequence[Piece], *, seed: int, only: Collection[int] | None = None, **params: Any
) -> dict[int, Decimal] | None:
    """What each block of customers weighs, or `only` these of them; None as above."""
    weights = [
        f"SELECT {piece.customer} / {BLOCK} AS block, {piece.weight} AS weight FROM {piece.rows}"
        + ("" if only is None else f" WHERE {piece.customer} = ANY(%(only)s)")
        for piece in pieces
    ]
    of_block = f"SELECT block, coalesce(sum(weight), 0) FROM ({' UNION ALL '.join(weights)}) weighed GROUP BY block"
    found = _try(cursor, of_block, seed=seed, only=None if only is None else [*only], **params)
    return None if found is None else dict(found)


def _try(cursor: CursorWrapper, statement: str, **params: Any) -> list[tuple[Any, ...]] | None:
    try:
        with transaction.atomic():
            cursor.execute(statement, params)
            return cursor.fetchall()
    except DataError:
        return None


def members(blocks: Iterable[int]) -> list[int]:
    return [block * BLOCK + place for block in blocks for place in range(BLOCK)]


def weight(place: int, *key: str) -> str:
    """What a point weighs under this key of bigints, another number for each place: 21 bits, random in each run, never 0.

    Amounts times their weights add up to the same if all of them are the same. A single wrong one in a block shows
    always; several hide each other once in a million times, and weigh otherwise in the next run.
    """
    return f"(({_hash(place, *key)} >> 43) | 1)"


def mark(place: int, *key: str) -> str:
    """What a row of these columns weighs, none of them NULL: some 60 bits, random in each run."""
    return f"({_hash(place, *key)} >> 3)"


# By the type that a column is cast to.
_HASHES = {
    "text": "hashtextextended",
    "numeric": "hash_numeric_extended",
    "timestamptz": "timestamptz_hash_extended",
}


def _hash(place: int, *key: str) -> str:
    found = f"hashint8extended({place}, %(seed)s)"
    for column in key:
        function = _HASHES.get(column.rpartition("::")[2], "hashint8extended")
        found = f"{function}({column}, {found})"
    return found


def number(json: str, attribute: str) -> str:
    """An attribute as a number, in SQL; NULL if it is none, nor a text that is one."""
    text = f"{json}->>'{attribute}'"
    return f"CASE WHEN pg_input_is_valid({text}, 'numeric') THEN ({text})::numeric END"
