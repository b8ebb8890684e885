"""Putting the protections back, as the owner of the tables."""

from collections.abc import Iterable, Iterator

from django.db import connection, transaction
from django.db.backends.utils import CursorWrapper
from psycopg import sql

from .catalogue import (
    KINDS,
    Name,
    pinned,
    read_defaults,
    read_definers,
    read_definitions,
    read_relations,
    read_switched_off,
)
from .queries import (
    MIGRATIONS,
    Lack,
    Roles,
    applied_migrations,
    kept_definitions,
    lacks,
    not_to_be_judged,
    read_roles,
    write_once_tables,
)
from .rights import NOTHING, OF_SEQUENCES, RIGHTS, declared_rights

# Any number that nothing else locks.
ONLY_ONE = 7_205_318
_LISTED = {"r": "TABLES", "S": "SEQUENCES"}


class NotTheOwner(Exception):
    """One sentence that holds the cure."""


def protect() -> list[Lack]:
    """Put back what is missing and take away what is too much; what could not be mended that way.

    Definitions come from what the last `migrate` has kept. All or nothing; raises NotTheOwner, and django.db.Error where rows
    contradict a constraint. Needs the tables of `migrate`.
    """
    with transaction.atomic(), connection.cursor() as cursor, pinned(cursor):
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [ONLY_ONE])
        roles = read_roles(cursor)
        _check_owner(cursor, roles)
        if obstacle := not_to_be_judged(cursor):
            return [obstacle]
        kept = kept_definitions(cursor)
        del kept[MIGRATIONS]
        _make_definitions(cursor, kept)
        _switch_on(cursor)
        # As this PostgreSQL writes them: the kept ones may be of another release.
        _keep(cursor)
        if not roles.are_one:
            _set_rights(cursor, roles, kept)
    return lacks()


def keep_definitions() -> None:
    """After `migrate`: what stands in the database now is what must stand there from now on."""
    with transaction.atomic(), connection.cursor() as cursor, pinned(cursor):
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [ONLY_ONE])
        _keep(cursor)


def _keep(cursor: CursorWrapper) -> None:
    rows = {**read_definitions(cursor), MIGRATIONS: applied_migrations(cursor)}
    cursor.execute("DELETE FROM public.protection_definition")
    cursor.execute(
        "INSERT INTO public.protection_definition (kind, name, statement) SELECT * FROM unnest(%s::text[], %s::text[], %s::text[])",
        [[kind for kind, _ in rows], [name for _, name in rows], [*rows.values()]],
    )


def _check_owner(cursor: CursorWrapper, roles: Roles) -> None:
    cursor.execute("SELECT pg_has_role(current_user, %s, 'USAGE')", [roles.owner])
    [(may,)] = cursor.fetchall()
    if not may:
        raise NotTheOwner(
            f"The tables belong to the role {roles.owner}: set DATABASE_OWNER_URL to its address, then run this again."
        )


def _make_definitions(cursor: CursorWrapper, kept: dict[Name, str]) -> None:
    """In an order in which each finds what it needs."""
    cursor.execute("SET LOCAL check_function_bodies = off")
    there = read_definitions(cursor)
    differing = {name: statement for name, statement in kept.items() if there.get(name) != statement}
    for (kind, name), statement in sorted(differing.items(), key=lambda item: KINDS.index(item[0][0])):
        if (kind, name) in there and kind != "function":
            _drop(cursor, kind, name)
        cursor.execute(statement)


def _drop(cursor: CursorWrapper, kind: str, name: str) -> None:
    """`name` is quoted as PostgreSQL's catalogue gives it."""
    table, _, own = name.rpartition(".")
    statements = {
        "trigger": f"DROP TRIGGER {own} ON {table}",
        "index": f"DROP INDEX {name}",
    }
    cursor.execute(statements.get(kind, f"ALTER TABLE {table} DROP CONSTRAINT {own}"))


def _switch_on(cursor: CursorWrapper) -> None:
    for table, trigger in read_switched_off(cursor):
        cursor.execute(f"ALTER TABLE {table} ENABLE TRIGGER {trigger}")


def _set_rights(cursor: CursorWrapper, roles: Roles, kept: Iterable[Name]) -> None:
    """A statement only where something differs: each locks a row of the catalogue."""
    for statement in (
        *_of_relations(cursor, roles, kept),
        *_of_definers(cursor, roles),
        *_of_things_to_come(cursor, roles),
    ):
        cursor.execute(statement)
    role = sql.Identifier(roles.application).as_string()
    cursor.execute(f"REVOKE CREATE ON SCHEMA public FROM {role}, PUBLIC")
    cursor.execute(f"GRANT USAGE ON SCHEMA public TO {role}")


def _of_relations(cursor: CursorWrapper, roles: Roles, kept: Iterable[Name]) -> Iterator[str]:
    declared, role = declared_rights(write_once_tables(kept)), sql.Identifier(roles.application).as_string()
    for relation in read_relations(cursor, roles.application, RIGHTS):
        wanted = OF_SEQUENCES if relation.is_sequence else declared.get(relation.plain, NOTHING)
        what = f"{'SEQUENCE' if relation.is_sequence else 'TABLE'} {relation.name}"
        if relation.rights - wanted:
            yield f"REVOKE ALL ON {what} FROM {role}, PUBLIC"
        if wanted and relation.rights != wanted:
            yield f"GRANT {', '.join(sorted(wanted))} ON {what} TO {role}"


def _of_definers(cursor: CursorWrapper, roles: Roles) -> Iterator[str]:
    role = sql.Identifier(roles.application).as_string()
    for definer in read_definers(cursor, roles.application):
        if definer.everybody:
            yield f"REVOKE ALL ON FUNCTION {definer.name} FROM PUBLIC"
        if definer.everybody or not definer.ours:
            yield f"GRANT EXECUTE ON FUNCTION {definer.name} TO {role}"


def _of_things_to_come(cursor: CursorWrapper, roles: Roles) -> Iterator[str]:
    ours = (default for default in read_defaults(cursor, roles.application) if default.owner == roles.owner)
    for default in ours:
        owner = sql.Identifier(default.owner).as_string()
        where = f"IN SCHEMA {default.schema} " if default.schema else ""
        grantee = "PUBLIC" if default.grantee == "PUBLIC" else sql.Identifier(default.grantee).as_string()
        yield f"ALTER DEFAULT PRIVILEGES FOR ROLE {owner} {where}REVOKE ALL ON {_LISTED[default.kind]} FROM {grantee}"
