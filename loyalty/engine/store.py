"""How the engine speaks to PostgreSQL: native cursors, prepared statements, set-wise writes.

Django's default cursor binds on the client; these bind on the server, so that plans are kept and statements can be
pipelined. Few rows go as VALUES, more as `unnest`, many as COPY.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import lru_cache
from operator import itemgetter
from typing import Any, LiteralString, cast

import psycopg
from django.db import connection
from psycopg.types.numeric import Int8Dumper

from .types import Row, Table

MAX_VALUES = 8
MAX_UNNEST = 200

Rows = Sequence[tuple[Any, ...]]


class Session:
    """One transaction of the engine: its own, or a savepoint of the one that is open."""

    def __init__(self) -> None:
        connection.ensure_connection()
        self.raw: psycopg.Connection[Any] = connection.connection
        if not getattr(self.raw, "speaks_int8", False):
            # One type for all integers: otherwise every mix of small and large ones is another prepared statement.
            self.raw.adapters.register_dumper(int, Int8Dumper)
            self.raw.prepared_max = 1_000
            self.raw.speaks_int8 = True  # type: ignore[attr-defined]
        self.nested = connection.in_atomic_block
        # Behind a pooler that hands out connections by transaction nothing may be prepared.
        self.prepare = self.raw.prepare_threshold is not None

    def execute(self, sql: str, params: Sequence[Any] = ()) -> psycopg.Cursor[Any]:
        cursor = psycopg.Cursor(self.raw)
        # All of it is written in this module and its callers; nothing from outside is ever part of a statement.
        cursor.execute(cast(LiteralString, sql), params or None, prepare=self.prepare)
        return cursor

    def begin(self) -> None:
        self.execute("SAVEPOINT engine" if self.nested else "BEGIN")

    def commit(self) -> None:
        self.execute("RELEASE SAVEPOINT engine" if self.nested else "COMMIT")

    def roll_back(self) -> None:
        if self.raw.closed or self.raw.info.transaction_status == psycopg.pq.TransactionStatus.IDLE:
            return
        self.execute("ROLLBACK TO SAVEPOINT engine" if self.nested else "ROLLBACK")

    @contextmanager
    def pipeline(self) -> Iterator[None]:
        """Statements in it are sent together; their answers are there when it ends."""
        with self.raw.pipeline():
            yield

    def insert(self, table: Table, rows: Sequence[Row]) -> None:
        values = [row.values(row) for row in rows]
        if len(values) > MAX_UNNEST:
            self._copy(table, values)
        elif len(values) > MAX_VALUES:
            self.execute(insert_unnest(table), _columns(values))
        elif values:
            self.execute(insert_values(table, len(values)), [value for row in values for value in row])

    def _copy(self, table: Table, values: Rows) -> None:
        sql = f"COPY {table.name} ({', '.join(table.columns)}) FROM STDIN"
        with psycopg.Cursor(self.raw).copy(cast(LiteralString, sql)) as copy:
            for row in values:
                copy.write_row(row)

    def update(self, table: Table, images: dict[Row, tuple[Any, ...]]) -> None:
        """Write the mutable columns that differ from the rows' images in any of the rows; rows that do not, not."""
        changed = [row for row, image in images.items() if row.image(row) != image]
        if not changed:
            return
        differing = {
            name
            for row in changed
            for name, new, old in zip(table.mutable, row.image(row), images[row], strict=True)
            if new != old
        }
        columns = tuple(name for name in table.columns if name in differing)
        places = _places(table, (*table.key, *columns))
        values = [places(row.values(row)) for row in changed]
        if len(values) == 1:
            self.execute(update_one(table, columns), (*values[0][len(table.key) :], *values[0][: len(table.key)]))
        else:
            self.execute(update_unnest(table, columns), _columns(values))


def _columns(values: Rows) -> list[list[Any]]:
    return [list(column) for column in zip(*values, strict=True)]


@lru_cache(maxsize=None)
def _places(table: Table, names: tuple[str, ...]) -> "itemgetter[Any]":
    order = list(table.columns)
    return itemgetter(*(order.index(name) for name in names))


@lru_cache(maxsize=None)
def insert_values(table: Table, rows: int) -> str:
    row = "(" + ", ".join(f"%s::{kind}" for kind in table.columns.values()) + ")"
    return f"INSERT INTO {table.name} ({', '.join(table.columns)}) VALUES {', '.join([row] * rows)}"


@lru_cache(maxsize=None)
def insert_unnest(table: Table) -> str:
    arrays = ", ".join(_array(kind) for kind in table.columns.values())
    return f"INSERT INTO {table.name} ({', '.join(table.columns)}) SELECT * FROM unnest({arrays})"


def _array(kind: str) -> str:
    # There is no binary form of these for arrays of text: they are sent as text and cast.
    return f"%s::text[]::{kind}[]" if kind in {"jsonb", "inet"} else f"%s::{kind}[]"


@lru_cache(maxsize=None)
def update_one(table: Table, columns: tuple[str, ...]) -> str:
    sets = ", ".join(f"{name} = %s::{table.columns[name]}" for name in columns)
    where = " AND ".join(f"{name} = %s::{table.columns[name]}" for name in table.key)
    return f"UPDATE {table.name} SET {sets} WHERE {where}"


@lru_cache(maxsize=None)
def update_unnest(table: Table, columns: tuple[str, ...]) -> str:
    names = (*table.key, *columns)
    arrays = ", ".join(_array(table.columns[name]) for name in names)
    sets = ", ".join(f"{name} = v.{name}" for name in columns)
    where = " AND ".join(f"t.{name} = v.{name}" for name in table.key)
    return f"UPDATE {table.name} t SET {sets} FROM unnest({arrays}) AS v({', '.join(names)}) WHERE {where}"
