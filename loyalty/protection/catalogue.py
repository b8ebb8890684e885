"""What stands in PostgreSQL's catalogue of the public schema, each thing with the statement that makes it."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from django.db.backends.utils import CursorWrapper

Name = tuple[str, str]  # kind and name

# Kinds in the order in which they can be made. Names do not depend on the search path: see `pinned`.
KINDS = ("function", "constraint", "index", "foreign key", "trigger")
_DEFINITIONS = """
SELECT 'function', p.oid::regprocedure::text, pg_get_functiondef(p.oid)
FROM pg_proc p WHERE p.pronamespace = 'public'::regnamespace AND p.prokind IN ('f', 'p')
    AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.classid = 'pg_proc'::regclass AND d.objid = p.oid AND d.deptype = 'e')
UNION ALL
SELECT CASE c.contype WHEN 'f' THEN 'foreign key' ELSE 'constraint' END, format('%s.%I', c.conrelid::regclass, c.conname),
    format('ALTER TABLE %s ADD CONSTRAINT %I %s', c.conrelid::regclass, c.conname, pg_get_constraintdef(c.oid))
FROM pg_constraint c WHERE c.connamespace = 'public'::regnamespace AND c.contype IN ('c', 'f', 'p', 'u', 'x') AND c.conrelid <> 0
UNION ALL
SELECT 'index', i.indexrelid::regclass::text, pg_get_indexdef(i.indexrelid)
FROM pg_index i JOIN pg_class c ON c.oid = i.indrelid
WHERE c.relnamespace = 'public'::regnamespace AND i.indisunique AND i.indisvalid
    AND NOT EXISTS (SELECT FROM pg_constraint WHERE conindid = i.indexrelid AND contype IN ('p', 'u', 'x'))
UNION ALL
SELECT 'trigger', format('%s.%I', t.tgrelid::regclass, t.tgname), pg_get_triggerdef(t.oid)
FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid WHERE c.relnamespace = 'public'::regnamespace AND NOT t.tgisinternal
"""
# Triggers of constraints are PostgreSQL's own, and can be switched off as well.
_SWITCHED_OFF = """
SELECT t.tgrelid::regclass::text, quote_ident(t.tgname) FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid
WHERE c.relnamespace = 'public'::regnamespace AND t.tgenabled NOT IN ('O', 'A') ORDER BY 1, 2
"""
_TABLES = """
SELECT c.relname, c.oid::regclass::text, c.relkind = 'S', pg_get_userbyid(c.relowner),
    ARRAY(SELECT r FROM unnest(%(rights)s::text[]) r WHERE c.relkind <> 'S' AND has_table_privilege(%(role)s, c.oid, r)
        OR c.relkind <> 'S' AND r IN ('SELECT', 'INSERT', 'UPDATE', 'REFERENCES') AND has_any_column_privilege(%(role)s, c.oid, r)),
    CASE WHEN c.relkind = 'S' THEN ARRAY(
        SELECT r FROM unnest(ARRAY['USAGE', 'SELECT', 'UPDATE']) r WHERE has_sequence_privilege(%(role)s, c.oid, r)) END
FROM pg_class c WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p', 'v', 'm', 'S') ORDER BY 1
"""
_DEFINERS = """
SELECT p.oid::regprocedure::text, pg_get_userbyid(p.proowner), has_function_privilege(%(role)s, p.oid, 'EXECUTE'),
    EXISTS (SELECT FROM aclexplode(coalesce(p.proacl, acldefault('f', p.proowner))) WHERE grantee = 0)
FROM pg_proc p WHERE p.pronamespace = 'public'::regnamespace AND p.prosecdef ORDER BY 1
"""
# Rights on what is made later, given before anybody knows what it is.
_DEFAULTS = """
SELECT DISTINCT pg_get_userbyid(d.defaclrole), CASE d.defaclnamespace WHEN 0 THEN '' ELSE d.defaclnamespace::regnamespace::text END, d.defaclobjtype::text,
    CASE a.grantee WHEN 0 THEN 'PUBLIC' ELSE pg_get_userbyid(a.grantee)::text END
FROM pg_default_acl d, aclexplode(d.defaclacl) a
WHERE d.defaclobjtype IN ('r', 'S') AND (a.grantee = 0 OR pg_get_userbyid(a.grantee) = %(role)s) ORDER BY 1, 2, 3
"""


@dataclass(frozen=True)
class Relation:
    """A table, view or sequence; `name` as it is called in a statement, `rights` those of the application's role."""

    plain: str
    name: str
    is_sequence: bool
    owner: str
    rights: frozenset[str]


@dataclass(frozen=True)
class Definer:
    """A function that runs with its owner's rights."""

    name: str
    owner: str
    ours: bool  # the application's role may call it
    everybody: bool


@dataclass(frozen=True)
class DefaultRight:
    owner: str
    schema: str
    kind: str  # r: tables, S: sequences
    grantee: str


@contextmanager
def pinned(cursor: CursorWrapper) -> Iterator[None]:
    """In the transaction that is open: names come out qualified, whatever the search path of this role or database is."""
    cursor.execute("SELECT current_setting('search_path'), set_config('search_path', 'pg_catalog', true)")
    [(before, _)] = cursor.fetchall()
    yield
    cursor.execute("SELECT set_config('search_path', %s, true)", [before])


def read_definitions(cursor: CursorWrapper) -> dict[Name, str]:
    cursor.execute(_DEFINITIONS)
    return {(kind, name): statement for kind, name, statement in cursor.fetchall()}


def read_switched_off(cursor: CursorWrapper) -> list[tuple[str, str]]:
    """Table and trigger."""
    cursor.execute(_SWITCHED_OFF)
    return cursor.fetchall()


def read_relations(cursor: CursorWrapper, role: str, rights: tuple[str, ...]) -> list[Relation]:
    cursor.execute(_TABLES, {"role": role, "rights": list(rights)})
    return [
        Relation(plain, name, is_sequence, owner, frozenset(of_sequence if is_sequence else of_table))
        for plain, name, is_sequence, owner, of_table, of_sequence in cursor.fetchall()
    ]


def read_definers(cursor: CursorWrapper, role: str) -> list[Definer]:
    return [Definer(*row) for row in _rows(cursor, _DEFINERS, role)]


def read_defaults(cursor: CursorWrapper, role: str) -> list[DefaultRight]:
    return [DefaultRight(*row) for row in _rows(cursor, _DEFAULTS, role)]


def _rows(cursor: CursorWrapper, statement: str, role: str) -> list[tuple[Any, ...]]:
    cursor.execute(statement, {"role": role})
    return cursor.fetchall()
