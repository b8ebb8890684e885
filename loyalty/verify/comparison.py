"""Comparing stored projections with their history: all of it weighed, then what weighs something row by row."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from decimal import Decimal
from functools import partial
from typing import Any

from django.db import connection, transaction
from django.db.backends.utils import CursorWrapper

from .checks import Check, Mismatch, Piece, Weighed
from .families import Families, read_families
from .weights import new_seed, weigh

# Statements that run at the same time, each by a connection and so a core of the database's own.
AT_A_TIME = 2
READING = "SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY"
COSTS = (
    "SET LOCAL work_mem = '256MB'",
    # The cores have enough to do; and rows that are grouped would all be handed on, to be grouped again.
    "SET LOCAL max_parallel_workers_per_gather = 0",
)


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
        return _findings(partial(_do, snapshot), list(checks), read_families(cursor), limit)


def _do(snapshot: str, works: Iterable[Work]) -> list[Any]:
    """By threads that take one work after the other, each with one connection: to open it takes longer than most works."""
    waiting = list(works)
    # Of a range each number is taken once, whichever thread asks.
    numbers, results = iter(range(len(waiting))), dict[int, Any]()

    def take(_thread: int) -> None:
        try:
            with transaction.atomic(durable=True), connection.cursor() as cursor:
                cursor.execute(READING)
                cursor.execute("SET TRANSACTION SNAPSHOT %s", [snapshot])
                for statement in COSTS:
                    cursor.execute(statement)
                results.update((number, waiting[number](cursor)) for number in numbers)
        finally:
            connection.close()

    with ThreadPoolExecutor(AT_A_TIME) as pool:
        list(pool.map(take, range(AT_A_TIME)))
    return [results[number] for number in range(len(waiting))]


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
