"""Data health: stored projections against what the events and entries say. Reads only."""

import secrets
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Protocol

from django.db import DataError, connection, transaction
from django.db.backends.utils import CursorWrapper

# Customers whose rows are weighed together.
BLOCK = 1_000
# One state of the database for all statements: what is recorded meanwhile raises no false alarm.
# The sums are made by as many cores as the server gives to one query (max_parallel_workers_per_gather).
SNAPSHOT = (
    "SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY",
    "SET LOCAL work_mem = '256MB'",
    "SET LOCAL parallel_setup_cost = 0",
    "SET LOCAL parallel_tuple_cost = 0",
)


@dataclass(frozen=True)
class Mismatch:
    """A stored row that is not what its history says; of its columns, those that differ."""

    check: str
    customer_id: int
    row: str
    stored: dict[str, Any]
    recomputed: dict[str, Any]


@dataclass(frozen=True)
class Found:
    """`compared`: how many rows are stored; `number`: how many differ; `mismatches`: the first of them."""

    compared: int
    number: int
    mismatches: list[Mismatch]


class Check(Protocol):
    """A projection that can be compared with its history, in the transaction that is open."""

    @property
    def name(self) -> str: ...
    def run(self, cursor: CursorWrapper, limit: int) -> Found: ...


@dataclass(frozen=True)
class Projection:
    """Rows that one statement can recompute. `columns` maps each to its value where the recomputation has no row.

    All rows are weighed first: a block of customers weighs nothing if what is stored of them is what their history says
    (see `weight` and `mark`). Blocks that weigh something are compared row by row.
    """

    name: str
    table: str
    # The customer first.
    key: tuple[str, ...]
    columns: Mapping[str, str]
    # A SELECT of the key and the columns, from events and entries; `{of}` narrows it to some customers.
    recomputed: str
    # What a stored row weighs.
    weighed: str
    # A SELECT of the customer and a weight, of the whole history.
    history: str
    # The stored rows, where they are not those of the table as they are.
    stored: str = ""

    def run(self, cursor: CursorWrapper, limit: int) -> Found:
        compared = count(cursor, self.table)
        stored = f"SELECT {self.key[0]}, -({self.weighed}) FROM {self.table}"
        blocks = weigh(cursor, f"{self.history} UNION ALL {stored}", seed=new_seed())
        customers = None if blocks is None else members(blocks)
        if customers == []:
            return Found(compared, 0, [])
        statement = self._comparing(some=customers is not None)
        cursor.execute(statement, {"limit": limit, "customers": customers})
        rows = cursor.fetchall()
        return Found(compared, rows[0][-1] if rows else 0, [self._mismatch(row) for row in rows])

    def _comparing(self, *, some: bool) -> str:
        """The rows that differ: key, what is stored, what was recomputed, and how many such rows there are."""
        stored = [f"stored.{name}" for name in self.columns]
        recomputed = [f"coalesce(recomputed.{name}, {absent})" for name, absent in self.columns.items()]
        of = "AND customer_id = ANY(%(customers)s)" if some else ""
        columns = ", ".join([*self.key, *self.columns])
        rows = self.stored or f"SELECT {columns} FROM {self.table} WHERE true {{of}}"
        return f"""
            SELECT {", ".join([*self.key, *stored, *recomputed])}, count(*) OVER ()
            FROM ({rows.replace("{of}", of)}) stored
            FULL JOIN ({self.recomputed.replace("{of}", of)}) recomputed USING ({", ".join(self.key)})
            WHERE ({", ".join(stored)}) IS DISTINCT FROM ({", ".join(recomputed)})
            ORDER BY {", ".join(self.key)} LIMIT %(limit)s
        """

    def _mismatch(self, row: Sequence[Any]) -> Mismatch:
        keys, columns = len(self.key), len(self.columns)
        stored = dict(zip(self.columns, row[keys : keys + columns], strict=True))
        recomputed = dict(zip(self.columns, row[keys + columns : -1], strict=True))
        return mismatch(self.name, self.table, row[:keys], stored, recomputed)


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


def count(cursor: CursorWrapper, table: str) -> int:
    cursor.execute(f"SELECT count(*) FROM {table}")
    [(number,)] = cursor.fetchall()
    return int(number)


def new_seed() -> int:
    return secrets.randbits(62)


def weigh(cursor: CursorWrapper, pieces: str, *, seed: int, **params: Any) -> dict[int, Decimal] | None:
    """What each block of customers weighs; None where an amount is too large to be weighed.

    `pieces` is a SELECT of the customer and a weight.
    """
    weighing = f"SELECT customer_id / {BLOCK}, sum(weight) FROM ({pieces}) pieces (customer_id, weight) GROUP BY 1"
    try:
        with transaction.atomic():
            cursor.execute(weighing, {"seed": seed, **params})
            return dict(cursor.fetchall())
    except DataError:
        return None


def members(blocks: Mapping[int, Decimal]) -> list[int]:
    """The customers of the blocks that weigh something."""
    return [block * BLOCK + place for block, found in blocks.items() if found for place in range(BLOCK)]


def weight(place: int, *key: str) -> str:
    """What a point weighs under this key of bigints, another number for each place: 21 bits, random in each run, never 0.

    Amounts times their weights add up to the same if all of them are the same. A single wrong one in a block shows
    always; several hide each other once in a million times, and weigh otherwise in the next run.
    """
    return f"(({_hash(place, *key)} >> 43) | 1)"


def mark(place: int, *key: str) -> str:
    """What a row of these bigints weighs: 60 bits, random in each run."""
    return f"({_hash(place, *key)} >> 3)"


def mark_of(*columns: str) -> str:
    """The same for columns of any types, NULL among them; those that are compared must have the same types.

    The hash of a row adds up those of its columns: hashed again, equal sums do not come from swapped columns.
    """
    return f"(hashint8extended(0, hash_record_extended(ROW({', '.join(columns)}), %(seed)s)) >> 3)"


def _hash(place: int, *key: str) -> str:
    found = f"hashint8extended({place}, %(seed)s)"
    for column in key:
        found = f"hashint8extended({column}, {found})"
    return found


def number(json: str, attribute: str) -> str:
    """An attribute as a number, in SQL; NULL if it is none."""
    value, text = f"{json}->'{attribute}'", f"{json}->>'{attribute}'"
    return (
        f"CASE jsonb_typeof({value}) WHEN 'number' THEN ({value})::numeric WHEN 'string'"
        f" THEN CASE WHEN pg_input_is_valid({text}, 'numeric') THEN ({text})::numeric END END"
    )


@dataclass(frozen=True)
class Findings:
    """`compared`: rows per check. `found`: how many rows differ; `mismatches` are the first of each check."""

    compared: dict[str, int]
    found: int
    mismatches: list[Mismatch]


def verify(checks: Iterable[Check], *, limit: int) -> Findings:
    """Recompute everything in a read-only transaction of its own; of the rows that differ, `limit` are listed."""
    with transaction.atomic(durable=True):
        with connection.cursor() as cursor:
            for statement in SNAPSHOT:
                cursor.execute(statement)
        return compare(checks, limit=limit)


def compare(checks: Iterable[Check], *, limit: int) -> Findings:
    """The same in the transaction that is open."""
    compared, found, mismatches = {}, 0, list[Mismatch]()
    with connection.cursor() as cursor:
        for check in checks:
            result = check.run(cursor, limit)
            compared[check.name] = result.compared
            found += result.number
            mismatches += result.mismatches
    return Findings(compared, found, mismatches[:limit])
