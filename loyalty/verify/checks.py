"""Data health: stored projections against what the events and entries say. Reads only."""

import secrets
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from decimal import Decimal
from functools import partial
from typing import Any, Protocol

from django.db import DataError, connection, transaction
from django.db.backends.utils import CursorWrapper

from .families import Families, read_families

# Customers whose rows are weighed together.
BLOCK = 1_000
# Statements that run at the same time, each by a connection and so a core of the database's own.
AT_A_TIME = 2
READING = "SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY"
COSTS = (
    "SET LOCAL work_mem = '256MB'",
    # The cores have enough to do; and rows that are grouped would all be handed on, to be grouped again.
    "SET LOCAL max_parallel_workers_per_gather = 0",
)


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


IN, NOT_IN = "AND customer_id = ANY(%(customers)s)", "AND customer_id <> ALL(%(customers)s)"
_OF = "FROM unnest(%(owners)s::bigint[], %(profiles)s::bigint[]) AS kin(owner, profile)"
# What a history is told from: each customer's own rows, or those of all profiles that are the customer's.
PLAIN: Mapping[str, str] = {"entries": "points_entry", "events": "events_event"}
OF_FAMILY: Mapping[str, str] = {
    "entries": f"""(
        SELECT owner AS customer_id, event_id, account_id, kind, points, lot_id
        {_OF} JOIN points_entry ON customer_id = profile
    ) entries""",
    "events": f"(SELECT owner AS customer_id, action, points, occurred_at {_OF} JOIN events_event ON customer_id = profile) events",
}


@dataclass(frozen=True)
class Projection:
    """Rows that one statement can recompute. `columns` maps each to its value where the recomputation has no row.

    All rows are weighed first, less their history: nothing is left if each is what its history says. Else the blocks of
    customers that weigh something are compared row by row. Families are in any case, since no row of an entry or event
    says to which of them it belongs.
    """

    name: str
    table: str
    # The customer first.
    key: tuple[str, ...]
    columns: Mapping[str, str]
    # A SELECT of the key and the columns, from `{events}` and `{entries}`; `{of}` narrows it to some customers.
    recomputed: str
    # What a stored row weighs.
    weighed: str
    # What the history weighs.
    history: tuple[Piece, ...]
    # The stored rows, where they are not those of the table as they are.
    stored: str = ""
    # A survivor's rows are what all profiles of the family have done; else each profile's are its own.
    of_families: bool = True
    # Merged-away profiles keep their rows, as they were left by the merge.
    stays: bool = False

    @property
    def pieces(self) -> Sequence[Piece]:
        return Piece(self.table, f"-({self.weighed})", self.key[0]), *self.history

    def apart(self, cursor: CursorWrapper, *, families: Families, seed: int, limit: int) -> Apart:
        if not (self.of_families and families.customers):
            return Apart()
        blocks = weigh_blocks(cursor, self.pieces, seed=seed, only=families.customers)
        owners = [one for one in families.profiles if self.stays or one not in families.survivors]
        pairs = [(owner, profile) for owner in owners for profile in families.profiles[owner]]
        history = {
            "customers": owners,
            "owners": [owner for owner, _ in pairs],
            "profiles": [profile for _, profile in pairs],
        }
        number, mismatches = self._compare(cursor, IN, {**OF_FAMILY, **history}, limit)
        return Apart(blocks or {}, customers=families.customers, number=number, mismatches=mismatches)

    def found(self, cursor: CursorWrapper, *, weighed: Weighed, apart: Apart, limit: int) -> Found:
        if weighed.left == apart.left:
            return Found(weighed.compared, apart.number, [*apart.mismatches])
        blocks = weigh_blocks(cursor, self.pieces, seed=weighed.seed)
        if blocks is None:
            of, chosen = NOT_IN, [*apart.customers]
        else:
            wrong = (block for block, left in blocks.items() if left != apart.blocks.get(block, 0))
            of, chosen = IN, [one for one in members(wrong) if one not in apart.customers]
        number, mismatches = self._compare(cursor, of, {**PLAIN, "customers": chosen}, limit)
        return Found(weighed.compared, apart.number + number, [*apart.mismatches, *mismatches][:limit])

    def _compare(
        self, cursor: CursorWrapper, of: str, history: Mapping[str, Any], limit: int
    ) -> tuple[int, list[Mismatch]]:
        """How many rows differ, and the first of them."""
        statement = self._comparing().replace("{of}", of)
        for name in PLAIN:
            statement = statement.replace(f"{{{name}}}", history[name])
        cursor.execute(statement, {**history, "limit": limit})
        rows = cursor.fetchall()
        return rows[0][-1] if rows else 0, [self._mismatch(row) for row in rows]

    def _comparing(self) -> str:
        """The rows that differ: key, what is stored, what was recomputed, and how many such rows there are."""
        stored = [f"stored.{name}" for name in self.columns]
        recomputed = [f"coalesce(recomputed.{name}, {absent})" for name, absent in self.columns.items()]
        columns = ", ".join([*self.key, *self.columns])
        rows = self.stored or f"SELECT {columns} FROM {self.table} WHERE true {{of}}"
        return f"""
            SELECT {", ".join([*self.key, *stored, *recomputed])}, count(*) OVER ()
            FROM ({rows}) stored FULL JOIN ({self.recomputed}) recomputed USING ({", ".join(self.key)})
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


@dataclass(frozen=True)
class Findings:
    """`compared`: rows per check. `found`: how many rows differ; `mismatches` are the first of each check."""

    compared: dict[str, int]
    found: int
    mismatches: list[Mismatch]


Work = Callable[[CursorWrapper], Any]
# Does them all, in any order, and gives their results in that of the works.
Doing = Callable[[Iterable[Work]], Iterable[Any]]


def verify(checks: Iterable[Check], *, limit: int) -> Findings:
    """Recompute everything; of the rows that differ, `limit` are listed.

    In read-only transactions that see one state of the database: what is recorded meanwhile raises no false alarm.
    """
    with transaction.atomic(durable=True), connection.cursor() as cursor:
        cursor.execute(READING)
        cursor.execute("SELECT pg_export_snapshot()")
        [(snapshot,)] = cursor.fetchall()
        with ThreadPoolExecutor(AT_A_TIME) as pool:
            do = partial(pool.map, partial(_do, snapshot))
            return _findings(do, list(checks), read_families(cursor), limit)


def _do(snapshot: str, work: Work) -> Any:
    """In a thread, whose connection is another one."""
    try:
        with transaction.atomic(durable=True), connection.cursor() as cursor:
            cursor.execute(READING)
            cursor.execute("SET TRANSACTION SNAPSHOT %s", [snapshot])
            for statement in COSTS:
                cursor.execute(statement)
            return work(cursor)
    finally:
        connection.close()


def compare(checks: Iterable[Check], *, limit: int) -> Findings:
    """The same in the transaction that is open."""
    with connection.cursor() as cursor:
        return _findings(lambda works: [work(cursor) for work in works], list(checks), read_families(cursor), limit)


def _findings(do: Doing, checks: Sequence[Check], families: Families, limit: int) -> Findings:
    """Weighs all of it, each table once, and then has those looked at that weigh something."""
    seed = new_seed()
    scans = _scans(checks)
    aparts = [partial(check.apart, families=families, seed=seed, limit=limit) for check in checks]
    weighings = [partial(weigh, pieces=pieces, seed=seed) for pieces in scans.values()]
    done = list(do([*aparts, *weighings]))
    told, counts = done[: len(checks)], dict(zip(scans, done[len(checks) :], strict=True))
    works = []
    for check, apart in zip(checks, told, strict=True):
        works.append(partial(check.found, weighed=_weighed(check, counts, seed), apart=apart, limit=limit))
    results = list(do(works))
    return Findings(
        compared={check.name: found.compared for check, found in zip(checks, results, strict=True)},
        found=sum(found.number for found in results),
        mismatches=[mismatch for found in results for mismatch in found.mismatches][:limit],
    )


def _scans(checks: Iterable[Check]) -> dict[str, list[Piece]]:
    """The pieces by their rows, each of them once."""
    scans = dict[str, dict[Piece, None]]()
    for piece in (piece for check in checks for piece in check.pieces):
        scans.setdefault(piece.rows, {})[piece] = None
    return {rows: list(pieces) for rows, pieces in scans.items()}


def _weighed(check: Check, counts: Mapping[str, tuple[int, Mapping[Piece, Decimal | None]]], seed: int) -> Weighed:
    weights = [counts[piece.rows][1][piece] for piece in check.pieces]
    known = [weight for weight in weights if weight is not None]
    return Weighed(
        seed, counts[check.pieces[0].rows][0], sum(known, Decimal(0)) if len(known) == len(weights) else None
    )
