"""A test that commits gets its database as the migrations made it: what the test before has left is taken out again.

That is much quicker than a new copy. What cannot be undone row by row (another schema, other statistics of the
planner, many dead rows) is not tried: `restore` says no, and the caller makes a copy.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import psycopg

from tests.databases.copies import one_at_a_time, send_home, template_of, url_of

Rows = list[tuple[Any, ...]]

# Dead rows slow down whoever reads past them, as tests that roll back leave them, too.
MOST_BYTES_MORE = 8 * 1024 * 1024
TABLES = """
SELECT c.oid::regclass::text FROM pg_class c WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p')
ORDER BY 1
"""
SEQUENCES = """
SELECT format('%I.%I', schemaname, sequencename), last_value, start_value FROM pg_sequences ORDER BY 1
"""
# Whatever has been made, changed or dropped here has another writer, or there is another number of them.
WRITTEN = """
pg_attrdef pg_attribute pg_cast pg_class pg_collation pg_constraint pg_conversion pg_default_acl pg_depend
pg_description pg_event_trigger pg_extension pg_index pg_inherits pg_language pg_operator pg_opclass pg_policy pg_proc
pg_publication pg_rewrite pg_seclabel pg_statistic_ext pg_ts_config pg_ts_dict pg_type
""".split()
# Settings of this database and its rights; schemas, but for those of temporary tables; what ANALYZE and VACUUM write
# in place; triggers as they read, because restoring switches them off and on again.
CATALOGUE = """
SELECT 'database', count(*), md5(string_agg(d::text, '|')) FROM (
    SELECT datdba, datacl, datallowconn, datconnlimit FROM pg_database WHERE datname = current_database()) d
UNION ALL SELECT 'settings', count(*), '' FROM pg_db_role_setting s JOIN pg_database d ON d.oid = s.setdatabase
    WHERE d.datname = current_database()
UNION ALL SELECT 'schemas', count(*), sum(xmin::text::bigint)::text FROM pg_namespace WHERE nspname !~ '^pg_(toast_)?temp'
UNION ALL SELECT 'statistics', count(*), sum(hashtextextended(format('%s %s %s', oid, relpages, reltuples), 0))::text
    FROM pg_class WHERE relnamespace = 'public'::regnamespace
UNION ALL SELECT 'columns', count(*), '' FROM pg_stats WHERE schemaname = 'public'
UNION ALL SELECT 'triggers', count(*), sum(hashtextextended(t::text, 0))::text FROM pg_trigger t
"""


class Unlike(Exception):
    """Rows are not all that differs."""


@dataclass(frozen=True)
class Look:
    """A database at one moment, for comparison."""

    contents: Rows  # table, number of rows, their sum
    catalogue: Rows
    sequences: Rows


def _catalogue() -> str:
    one = " UNION ALL SELECT '{0}', count(*), sum(xmin::text::bigint)::text FROM {0}"
    return CATALOGUE + "".join(one.format(name) for name in WRITTEN) + " ORDER BY 1"


def _contents(tables: list[str]) -> str:
    one = "SELECT '{0}', count(*), sum(hashtextextended(t::text, 0))::text FROM {0} t"
    # Of so many tables the planner may read several at once: in no order of its own.
    return " UNION ALL ".join(one.format(table) for table in tables) + " ORDER BY 1"


@dataclass
class Origin:
    """Keeps a session of the owner in the database, whose caches make the next comparison quick."""

    name: str
    tables: list[str] = field(default_factory=list)
    rows: dict[str, bytes] = field(default_factory=dict)
    look: Look = field(default_factory=lambda: Look([], [], []))
    size: int = 0
    _kept: psycopg.Connection | None = None

    def __post_init__(self) -> None:
        """Out of the template, which nobody has changed since."""
        with one_at_a_time(), _connect(template_of(self.name)) as raw:
            self.tables = [table for (table,) in _run(raw, TABLES)]
            self.look = self.look_at(raw)
            self.size = _size(raw)
            self.rows = {table: _read(raw, table) for table, count, _ in self.look.contents if count}

    def restore(self) -> bool:
        """Whether the database is as it was. If not, nobody is inside, and it should be copied."""
        try:
            raw = self._connection()
            _send_others_home(raw, self.name)
            self._undo(raw)
        except (psycopg.Error, Unlike):  # a lock, an end of the session: a copy is right whatever it was
            self.close()
            return False
        return True

    def close(self) -> None:
        if self._kept:
            self._kept.close()
        self._kept = None

    def _connection(self) -> psycopg.Connection:
        if self._kept is None or self._kept.closed:
            self._kept = _connect(self.name)
        return self._kept

    def look_at(self, raw: psycopg.Connection) -> Look:
        return Look(_run(raw, _contents(self.tables)), _run(raw, _catalogue()), _run(raw, SEQUENCES))

    def _undo(self, raw: psycopg.Connection) -> None:
        if _size(raw) > self.size + MOST_BYTES_MORE:
            raise Unlike
        found = self.look_at(raw)
        if found.catalogue != self.look.catalogue:
            raise Unlike
        if changed := [table for table, *_ in _differing(found.contents, self.look.contents)]:
            self._put_back(raw, changed)
        for sequence, last, start in _differing(found.sequences, self.look.sequences):
            raw.execute("SELECT setval(%s, %s, %s)", [sequence, last or start, last is not None])
        if found != self.look and self.look_at(raw) != self.look:
            raise Unlike

    def _put_back(self, raw: psycopg.Connection, changed: list[str]) -> None:
        """One statement deletes: no row then names another that went before it."""
        deletions = ", ".join(f"d{at} AS (DELETE FROM {table})" for at, table in enumerate(changed))
        with raw.transaction(), _triggers_off(raw, changed):
            _run(raw, f"WITH {deletions} SELECT 1")
            for table in self.rows.keys() & changed:
                with raw.cursor().copy(f"COPY {table} FROM STDIN".encode()) as copy:
                    copy.write(self.rows[table])
            _run(raw, "SET CONSTRAINTS ALL IMMEDIATE")


def _connect(name: str) -> psycopg.Connection:
    return psycopg.connect(url_of("owner"), dbname=name, autocommit=True, options="-c lock_timeout=5s")


def _run(raw: psycopg.Connection, text: str) -> Rows:
    """Names of tables come out of the catalogue, quoted where they need it."""
    cursor = raw.execute(text.encode())
    return cursor.fetchall() if cursor.description else []


def _size(raw: psycopg.Connection) -> int:
    [(size,)] = _run(raw, "SELECT pg_database_size(current_database())")
    return int(size)


def _read(raw: psycopg.Connection, table: str) -> bytes:
    with raw.cursor().copy(f"COPY {table} TO STDOUT".encode()) as copy:
        return b"".join(bytes(part) for part in copy)


def _differing(now: Rows, then: Rows) -> Rows:
    """What was there then, of what is otherwise now."""
    return [before for after, before in zip(now, then, strict=True) if after != before]


def _send_others_home(raw: psycopg.Connection, name: str) -> None:
    """As before a copy."""
    inside = "datname = current_database() AND usename IS NOT NULL"
    others = f"FROM pg_stat_activity WHERE {inside} AND pid <> pg_backend_pid()"
    _run(raw, f"SELECT pg_terminate_backend(pid, 5000) {others} AND usename = current_user")
    if _run(raw, f"SELECT 1 {others}"):
        send_home(name, "app")


@contextmanager
def _triggers_off(raw: psycopg.Connection, tables: list[str]) -> Iterator[None]:
    """The owner may: nothing refuses a change then, nothing follows from one. Foreign keys hold."""
    for table in tables:
        _run(raw, f"ALTER TABLE {table} DISABLE TRIGGER USER")
    yield
    for table in tables:
        _run(raw, f"ALTER TABLE {table} ENABLE TRIGGER USER")
