"""What a run costs the database server: processor time, write-ahead log, transactions. Steadier figures than a rate."""

import os
from pathlib import Path
from typing import Any, NamedTuple

import psycopg

TICKS = os.sysconf("SC_CLK_TCK")


class Costs(NamedTuple):
    # None of a server on another machine.
    cpu_seconds: float | None
    wal_bytes: int
    transactions: int


def costs(raw: "psycopg.Connection[Any]") -> Costs:
    """So far, of the whole server."""
    row = raw.execute(
        "SELECT pg_wal_lsn_diff(pg_current_wal_insert_lsn(), '0/0')::bigint,"
        " pg_snapshot_xmax(pg_current_snapshot())::text::bigint"
    ).fetchone()
    assert row is not None
    # A socket in a folder is on this machine; elsewhere its number would be that of some other process here.
    is_here = raw.info.host.startswith("/")
    return Costs(tree_seconds(_parent(raw.info.backend_pid)) if is_here else None, *row)


def per_unit(before: Costs, after: Costs, done: int) -> dict[str, float]:
    spent = {}
    if before.cpu_seconds is not None and after.cpu_seconds is not None:
        spent = {"database_ms": (after.cpu_seconds - before.cpu_seconds) / done * 1000}
    return spent | {
        "wal_bytes": (after.wal_bytes - before.wal_bytes) / done,
        "transaction_ids": (after.transactions - before.transactions) / done,
    }


def tree_seconds(pid: int) -> float:
    """Processor time of the process, its children, and its children that have ended."""
    return (_ticks(pid, 4) + sum(_ticks(child, 2) for child in children(pid))) / TICKS


def _ticks(pid: int, places: int) -> int:
    """Of its own in user and system mode; with four places, of its ended children, too. None of one that has just ended."""
    try:
        return sum(map(int, _fields(pid)[11 : 11 + places]))
    except OSError:
        return 0


def _parent(pid: int) -> int:
    return int(_fields(pid)[1])


def _fields(pid: int) -> list[str]:
    """Of /proc/<pid>/stat, from the third on."""
    return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()


def children(parent: int) -> list[int]:
    found = []
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                if _parent(int(entry.name)) == parent:
                    found.append(int(entry.name))
            except OSError:  # ended meanwhile
                continue
    return found
