"""What of the protections is not in place. Reads only, in milliseconds, as any role of the database."""

import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from django.conf import settings
from django.db import connection, transaction
from django.db.backends.utils import CursorWrapper

from loyalty.environment import Environment

from .catalogue import (
    Definer,
    Name,
    Relation,
    pinned,
    read_defaults,
    read_definers,
    read_definitions,
    read_relations,
    read_switched_off,
)
from .models import Definition
from .rights import NOTHING, OF_SEQUENCES, RIGHTS, WRITE_ONCE, WRITE_ONCE_TRIGGERS, Rights, declared_rights

CURE = "run `.venv/bin/python manage.py protect`, which puts them back as the owner of the tables"
# The row that says up to which migrations the definitions are kept.
MIGRATIONS: Name = ("migrations", "applied")
_STAGE = (
    "SELECT count(c.oid) = 2, bool_and(has_table_privilege(c.oid, 'SELECT')) AND has_schema_privilege('public', 'USAGE')"
    " FROM unnest(ARRAY['django_migrations', 'protection_definition']) AS name"
    " LEFT JOIN pg_class c ON c.relname = name AND c.relnamespace = 'public'::regnamespace"
)
_APPLIED = "SELECT encode(sha256(convert_to(string_agg(app || '.' || name, ',' ORDER BY app, name), 'UTF8')), 'hex') FROM public.django_migrations"
_OWNER = (
    "SELECT pg_get_userbyid(relowner), pg_has_role(%(role)s, relowner, 'MEMBER') FROM pg_class"
    " WHERE oid = 'public.django_migrations'::regclass"
)
_PUBLIC_MAKES = (
    "SELECT has_schema_privilege(%(role)s, 'public', 'CREATE'), current_setting('session_replication_role') = 'origin'"
)
PATIENCE = 5.0


@dataclass(frozen=True)
class Lack:
    """A protection that is not as it was made or declared."""

    kind: str
    name: str
    wanted: str
    found: str

    def __str__(self) -> str:
        return f"{self.kind} {self.name}: {self.found}"


# Before the first `migrate`, or after one that did not end: nothing else can be judged.
NOT_KEPT = Lack(*MIGRATIONS, "all, and what they make kept", "not finished")
UNREADABLE = Lack("rights on table", "public.protection_definition", "SELECT", "this role may not read it")


@dataclass(frozen=True)
class Roles:
    owner: str
    application: str
    # Then no right can be withheld from the application: triggers stop mistakes, not the operator.
    are_one: bool


def application_role() -> str:
    environment: Environment = settings.ENV
    name: str = environment.database("app")["USER"] or connection.settings_dict["USER"]
    return name


def read_roles(cursor: CursorWrapper) -> Roles:
    role = application_role()
    cursor.execute(_OWNER, {"role": role})
    [(owner, are_one)] = cursor.fetchall()
    return Roles(owner, role, are_one)


def lacks() -> list[Lack]:
    """Everything that is missing or too much, in one state of the database; empty if all is in place."""
    with transaction.atomic(), connection.cursor() as cursor, pinned(cursor):
        if obstacle := not_to_be_judged(cursor):
            return [obstacle]
        roles = read_roles(cursor)
        found = [*_lacking_definitions(cursor), *_switched_off(cursor), *_too_few_roles(roles)]
        return found if roles.are_one else [*found, *_lacking_rights(cursor, roles)]


def are_one_role() -> bool:
    """Whether the application works with the rights of the tables' owner; False where there are no tables yet."""
    with transaction.atomic(), connection.cursor() as cursor, pinned(cursor):
        return not_to_be_judged(cursor) is None and read_roles(cursor).are_one


def compared() -> int:
    """How many protections `lacks` looks at, but for rights that nobody declared."""
    return Definition.objects.count() + len(declared_rights())


def lacking_definitions() -> list[Lack]:
    """Of triggers, functions, constraints and unique indexes alone; of none if migrations were applied since they were kept."""
    with transaction.atomic(), connection.cursor() as cursor, pinned(cursor):
        return [] if not_to_be_judged(cursor) else [*_lacking_definitions(cursor)]


def not_to_be_judged(cursor: CursorWrapper) -> Lack | None:
    """What stands in the way of looking: nothing kept, or only for other migrations than those applied, or not to be read."""
    cursor.execute(_STAGE)
    [(are_there, may_read)] = cursor.fetchall()
    if are_there and not may_read:
        return UNREADABLE
    if are_there and kept_definitions(cursor).get(MIGRATIONS) == applied_migrations(cursor):
        return None
    return NOT_KEPT


def applied_migrations(cursor: CursorWrapper) -> str:
    """A hash of them."""
    cursor.execute(_APPLIED)
    [(digest,)] = cursor.fetchall()
    return digest or ""


def kept_definitions(cursor: CursorWrapper) -> dict[Name, str]:
    cursor.execute("SELECT kind, name, statement FROM public.protection_definition")
    return {(kind, name): statement for kind, name, statement in cursor.fetchall()}


def write_once_tables(kept: Iterable[Name]) -> list[str]:
    """Those to which a migration has given the trigger; without the schema."""
    first = f".{WRITE_ONCE_TRIGGERS[0]}"
    names = (name for kind, name in kept if kind == "trigger" and name.endswith(first))
    return [name.removeprefix("public.").removesuffix(first) for name in names]


def _lacking_definitions(cursor: CursorWrapper) -> Iterator[Lack]:
    kept = kept_definitions(cursor)
    del kept[MIGRATIONS]
    there = read_definitions(cursor)
    expected = {("trigger", f"public.{table}.{name}"): "" for table in WRITE_ONCE for name in WRITE_ONCE_TRIGGERS}
    for name, statement in sorted((expected | kept).items()):
        if name not in there:
            yield Lack(*name, statement, "missing")
        elif statement and there[name] != statement:
            yield Lack(*name, statement, "not as `migrate` made it")


def _switched_off(cursor: CursorWrapper) -> Iterator[Lack]:
    for table, trigger in read_switched_off(cursor):
        yield Lack("trigger", f"{table}.{trigger}", "switched on", "switched off")


def _too_few_roles(roles: Roles) -> Iterator[Lack]:
    environment: Environment = settings.ENV
    owner_url = environment.database_owner_url
    if roles.are_one and owner_url and owner_url != environment.database_url:
        yield Lack(
            "role", roles.application, "another one than the owner's", "has the rights of the owner of the tables"
        )


def _lacking_rights(cursor: CursorWrapper, roles: Roles) -> Iterator[Lack]:
    kept = kept_definitions(cursor)
    declared = declared_rights(write_once_tables(kept))
    for relation in read_relations(cursor, roles.application, RIGHTS):
        yield from _of_relation(relation, declared.get(relation.plain, NOTHING), roles)
    for definer in read_definers(cursor, roles.application):
        yield from _of_definer(definer, roles)
    for default in read_defaults(cursor, roles.application):
        what = "tables" if default.kind == "r" else "sequences"
        yield Lack("default rights", default.grantee, "none", f"on all {what} that {default.owner} will make")
    cursor.execute(_PUBLIC_MAKES, {"role": roles.application})
    [(makes, fires)] = cursor.fetchall()
    if makes:
        yield Lack("schema", "public", "no CREATE", f"{roles.application} may make tables in it")
    if not fires:
        yield Lack("setting", "session_replication_role", "origin", "triggers do not fire")


def _of_relation(relation: Relation, declared: Rights, roles: Roles) -> Iterator[Lack]:
    wanted = OF_SEQUENCES if relation.is_sequence else declared
    kind = "sequence" if relation.is_sequence else "table"
    if relation.owner != roles.owner:
        yield Lack(kind, relation.name, f"owned by {roles.owner}", f"owned by {relation.owner}")
    if too_much := relation.rights - wanted:
        found = f"{roles.application} has {_listed(too_much)} besides"
        yield Lack(f"rights on {kind}", relation.name, _listed(wanted), found)
    if missing := wanted - relation.rights:
        yield Lack(f"rights on {kind}", relation.name, _listed(wanted), f"{roles.application} lacks {_listed(missing)}")


def _of_definer(definer: Definer, roles: Roles) -> Iterator[Lack]:
    if definer.owner != roles.owner:
        yield Lack("function", definer.name, f"owned by {roles.owner}", f"owned by {definer.owner}")
    if definer.everybody:
        yield Lack("rights on function", definer.name, roles.application, "everybody may call it")
    if not definer.ours:
        yield Lack("rights on function", definer.name, roles.application, f"{roles.application} may not call it")


def _listed(rights: Rights) -> str:
    return ", ".join(right for right in (*RIGHTS, "USAGE") if right in rights) or "no rights"


class _Recent:
    """What was found a moment ago, since anybody may ask."""

    def __init__(self) -> None:
        self.until, self.found = 0.0, list[Lack]()

    def lacks(self) -> list[Lack]:
        if time.monotonic() >= self.until:
            self.found = lacks()
            self.until = time.monotonic() + PATIENCE
        return self.found


recent = _Recent()


def sentence(found: list[Lack]) -> str:
    """For whoever runs the program: how many are missing, the first of them, and the cure."""
    first = "; ".join(str(lack) for lack in found[:3])
    more = f" and {len(found) - 3} more" if len(found) > 3 else ""
    cure = "run `manage.py migrate`" if NOT_KEPT in found else CURE
    return f"The database is not protected as it was made: {first}{more}. To go on, {cure}."
