"""The engine's transaction, and how it writes rows: few as VALUES, more as `unnest`, many as COPY."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import chain
from operator import itemgetter
from typing import Any, LiteralString

import psycopg
from django.db import connection

from loyalty.database.queue import queue
from loyalty.engine.state import Row, Table

from .outer import current_outer
from .wire import Answer, Statement, current_wire, limits

MAX_VALUES = 8
MAX_UNNEST = 200

Rows = Sequence[tuple[Any, ...]]


@dataclass(frozen=True)
class Copy:
    table: Table
    columns: Sequence[str]
    values: Rows


class Session:
    """One transaction of the engine: its own, a savepoint of the one that is open, or the one around it that has yet to
    begin."""

    def __init__(self) -> None:
        self.wire = current_wire()
        outer = current_outer()
        self.outer = outer if outer and not outer.has_begun else None
        self.is_nested = connection.in_atomic_block and not self.outer

    def open(self, names: Sequence[object], *asked: Statement) -> list[Answer]:
        """Begin with what locks `names`; the answers of the statements."""
        if self.outer:
            return self.outer.run(*asked, names=names)
        if self.is_nested and self.wire.is_idle:
            # Django opens the transaction with its first statement, which may be this one.
            self.run(Statement("BEGIN"))
        with queue.turn(names) as patience:
            before = [Statement("SAVEPOINT engine" if self.is_nested else "BEGIN"), *limits(patience)]
            return self.run(*before, *asked)[len(before) :]

    def run(self, *statements: Statement) -> list[Answer]:
        return self.outer.run(*statements) if self.outer else self.wire.run(statements)

    def roll_back(self) -> None:
        if self.outer:
            self.outer.roll_back()
        elif not self.wire.is_idle:
            self.run(Statement("ROLLBACK TO SAVEPOINT engine" if self.is_nested else "ROLLBACK"))

    def write(self, steps: Sequence[Statement | Copy]) -> None:
        """And commit, or leave both to whoever ends the transaction around it: in one round trip, unless there is so much
        that round trips do not matter."""
        if not self.outer:
            steps = [*steps, Statement("RELEASE SAVEPOINT engine" if self.is_nested else "COMMIT")]
        statements = [step for step in steps if isinstance(step, Statement)]
        if len(statements) < len(steps):
            for step in steps:
                self.run(step) if isinstance(step, Statement) else self._copy(step)
        elif self.outer:
            self.outer.left += statements
        else:
            self.run(*statements)

    def _copy(self, copy: Copy) -> None:
        sql: LiteralString = f"COPY {copy.table.name} ({', '.join(copy.columns)}) FROM STDIN"
        with psycopg.Cursor(self.wire.raw).copy(sql) as stream:
            for row in copy.values:
                stream.write_row(row)


def selected(table: Table) -> str:
    """The select list of a row; JSON as text, which only who needs it reads."""
    return ", ".join(f"{name}::text" if kind == "jsonb" else name for name, kind in table.columns.items())


def insert(table: Table, rows: Sequence[Row]) -> Statement | Copy:
    values = [table.values(row) for row in rows]
    if len(values) > MAX_UNNEST:
        return _copy(table, values)
    if len(values) > MAX_VALUES:
        return Statement(_insert_unnest(table), _columns(values))
    return Statement(_insert_values(table, len(values)), list(chain.from_iterable(values)))


def _copy(table: Table, values: Rows) -> Copy:
    """Without the columns that are empty in all of the rows, of which wide tables have many."""
    places = [place for place, column in enumerate(zip(*values, strict=True)) if column.count(None) < len(values)]
    names = list(table.columns)
    if len(places) == len(names):
        return Copy(table, names, values)
    return Copy(table, [names[place] for place in places], list(map(itemgetter(*places), values)))


def update(table: Table, images: dict[Row, tuple[Any, ...]]) -> Statement | None:
    """Write the mutable columns that changed in any of the rows; None if the rows are as their images."""
    changed = [(row, new, old) for row, old in images.items() if (new := table.image(row)) != old]
    if not changed:
        return None
    differing = {
        name
        for _, new, old in changed
        for name, a, b in zip(table.mutable, new, old, strict=True)
        if a is not b and a != b
    }
    columns = tuple(name for name in table.mutable if name in differing)
    pick = _picker(table, (*table.key, *columns))
    values = [pick(table.values(row)) for row, _, _ in changed]
    if len(values) == 1:
        return Statement(_update_one(table, columns), values[0])
    return Statement(_update_unnest(table, columns), _columns(values))


def delete(table: Table, rows: Sequence[Row]) -> Statement | None:
    """By the table's key; None without rows."""
    if not rows:
        return None
    pick = _picker(table, table.key)
    return Statement(_delete_unnest(table), _columns([pick(table.values(row)) for row in rows]))


def _columns(values: Rows) -> list[list[Any]]:
    return [list(column) for column in zip(*values, strict=True)]


@cache
def _picker(table: Table, names: tuple[str, ...]) -> Callable[[tuple[Any, ...]], tuple[Any, ...]]:
    places = [list(table.columns).index(name) for name in names]
    if len(places) == 1:
        return lambda row: (row[places[0]],)
    return itemgetter(*places)


@cache
def _insert_values(table: Table, rows: int) -> str:
    kinds = list(table.columns.values())
    numbered = [f"${index + 1}::{kinds[index % len(kinds)]}" for index in range(rows * len(kinds))]
    tuples = (", ".join(numbered[start : start + len(kinds)]) for start in range(0, len(numbered), len(kinds)))
    return f"INSERT INTO {table.name} ({', '.join(table.columns)}) VALUES ({'), ('.join(tuples)})"


@cache
def _insert_unnest(table: Table) -> str:
    return f"INSERT INTO {table.name} ({', '.join(table.columns)}) SELECT * FROM unnest({_arrays(table, tuple(table.columns))})"


def _arrays(table: Table, names: tuple[str, ...]) -> str:
    kinds = [table.columns[name] for name in names]
    return ", ".join(f"${index}::{_array(kind)}" for index, kind in enumerate(kinds, 1))


def _array(kind: str) -> str:
    # Values of these kinds are text on our side: sent as such and cast.
    return f"text[]::{kind}[]" if kind in {"jsonb", "inet"} else f"{kind}[]"


@cache
def _delete_unnest(table: Table) -> str:
    where = " AND ".join(f"t.{name} = v.{name}" for name in table.key)
    return f"DELETE FROM {table.name} t USING unnest({_arrays(table, table.key)}) AS v({', '.join(table.key)}) WHERE {where}"


@cache
def _update_one(table: Table, columns: tuple[str, ...]) -> str:
    names = (*table.key, *columns)
    values = {name: f"${index}::{table.columns[name]}" for index, name in enumerate(names, 1)}
    sets = ", ".join(f"{name} = {values[name]}" for name in columns)
    where = " AND ".join(f"{name} = {values[name]}" for name in table.key)
    return f"UPDATE {table.name} SET {sets} WHERE {where}"


@cache
def _update_unnest(table: Table, columns: tuple[str, ...]) -> str:
    names = (*table.key, *columns)
    sets = ", ".join(f"{name} = v.{name}" for name in columns)
    where = " AND ".join(f"t.{name} = v.{name}" for name in table.key)
    return (
        f"UPDATE {table.name} t SET {sets} FROM unnest({_arrays(table, names)}) AS v({', '.join(names)}) WHERE {where}"
    )
