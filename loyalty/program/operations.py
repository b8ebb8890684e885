"""Changing the programme: compare a file with it, apply one, move its version."""

import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from django.db import connection, transaction
from django.utils.translation import gettext_lazy as _

from loyalty.program.rights import APPLY_PROGRAM
from loyalty.staff.audit.deeds import Approvable, Deed, Nothing, operation
from loyalty.staff.models import User
from loyalty.staff.roles.rights import configuration_rights
from loyalty.staff.sender import Sender

from .document import MISSING, Change, differences, left_out, merged, shown_path, written
from .enums import Origin
from .models import ProgramVersion
from .queries import read_program, remember, sections
from .section import Document, Invalid

# Plain SQL: the engine calls this inside a transaction of which Django does not know.
_KEEP = (
    "INSERT INTO staff_programrecord (version, document, facts, origin, staff_id, recorded_at)"
    " VALUES (%s, %s::jsonb, %s::jsonb, %s, %s, %s) ON CONFLICT (version) DO NOTHING RETURNING version"
)
_IS_KEPT = "SELECT document = %s::jsonb AND facts = %s::jsonb FROM staff_programrecord WHERE version = %s"
MOST_TOLD = 200
_ADVANCE = "UPDATE staff_programversion SET version = nextval('staff_program_version') WHERE id = 1"


class Outdated(Exception):
    """The programme has changed since the difference was shown."""


# Files that are applied; what configuration pages save has rights of its own.
PROGRAM = Approvable("program", _("Program files"), (Invalid, Outdated))


@dataclass(frozen=True)
class Comparison:
    """What applying a file does to `version`, or did, which made it: the changes, and what stays without being named."""

    version: int
    current: dict[str, Any]
    wanted: dict[str, Any]
    changes: Sequence[Change]
    left_out: Sequence[str]


def export_program() -> str:
    """The programme as a file."""
    with transaction.atomic():
        return written(read_program()[1], sections())


@transaction.atomic
def compare_program(given: Document) -> Comparison:
    """Compare a program file with the programme. Raises Invalid, naming each wrong field by its path."""
    version, current, _ = read_program()
    return _compared(given, version, current)


def _compared(given: Document, version: int, current: dict[str, Any]) -> Comparison:
    wanted = merged(given, current, sections())
    names = [shown_path(path) for path in left_out(given, current, sections())]
    return Comparison(version, current, wanted, differences(current, wanted, sections()), names)


@operation(right=APPLY_PROGRAM, audit="program.apply", approvable=PROGRAM)
def apply_program(
    given: Document, *, by: Sender, origin: Origin = Origin.FILE, base: int | None = None
) -> Deed[Comparison]:
    """Make the programme as the file says, all of it or nothing; without a difference nothing is written.

    `base` is the version that the difference was shown for.
    Raises Invalid, naming each wrong field by its path; Outdated if the version is not `base` any more.
    """
    with program_change(by=by.user, at=by.at, origin=origin) as change:
        before = change.version
        applied = change.write(given, base=base)
    if not applied.changes:
        return Nothing(applied)
    version, (was, now) = change.version, _told(applied.changes)
    return Deed(
        replace(applied, version=version),
        subject=f"program:{version}",
        before={"version": before, **was},
        after={"version": version, **now},
    )


def _told(changes: Sequence[Change]) -> tuple[dict[str, Any], dict[str, Any]]:
    """Old and new values by their places in the file; of a great many the first ones, since each version is kept whole."""
    first = changes[:MOST_TOLD]
    before = {one.place: one.old for one in first if one.old is not MISSING}
    return before, {one.place: one.new for one in first if one.new is not MISSING}


@dataclass
class ProgramChange:
    """A change that is going on, of the programme as it was when it began; until its end nobody else changes it."""

    version: int
    _current: dict[str, Any]
    _wanted: Document | None = None

    def write(self, given: Document, *, base: int | None = None) -> Comparison:
        """Make the programme as the file says, for operations that ask for a right of their own: once, and the block changes
        nothing else of the programme. Raises as `apply_program`."""
        found = _compared(given, self.version, self._current)
        if base not in {None, self.version}:
            raise Outdated
        for section in sections():
            if found.wanted[section.name] != found.current[section.name]:
                section.write(found.wanted[section.name], found.current[section.name])
        self._wanted = found.wanted
        return found

    def require_stored(self, document: Document) -> None:
        if self._wanted is not None and document != self._wanted:
            raise AssertionError(f"Not stored as asked: {differences(self._wanted, document, sections())}")


@contextmanager
def program_change(*, by: User | None, at: datetime, origin: Origin) -> Iterator[ProgramChange]:
    """What the block changes of the configuration is one version, kept with who made it; one such block at a time.

    The programme is read before the block, unless this process remembers it, and after it, when it must be as the block has
    asked.
    """
    with transaction.atomic():
        ProgramVersion.objects.select_for_update(no_key=True).get(id=1)
        version, document, facts = read_program()
        save_version(version, document, facts, at=at)
        change = ProgramChange(version, document)
        yield change
        version, document, facts = read_program()
        change.require_stored(document)
        save_version(version, document, facts, at=at, origin=origin, by=by)
        change.version = version


def save_version(
    version: int,
    document: Document,
    facts: Mapping[str, Any],
    *,
    at: datetime,
    origin: Origin = Origin.FOUND,
    by: User | None = None,
) -> bool:
    """Keep a version as it is, once. False: it is kept already, and otherwise."""
    sources = [json.dumps(document), json.dumps(facts)]
    with connection.cursor() as cursor:
        cursor.execute(_KEEP, [version, *sources, origin.value, by.pk if by else None, at])
        is_kept = bool(cursor.fetchone())
        if not is_kept:
            cursor.execute(_IS_KEPT, [*sources, version])
            is_kept = bool(cursor.fetchone()[0])
    if is_kept:
        remember(version, document, facts)
    return is_kept


def problems_of_settings(settings: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """What the rest of the programme has against settings, as (field, sentence)."""
    _, current, _ = read_program()
    wanted = {**current, "settings": {**current["settings"], **settings}}
    for section in sections():
        for problem in section.check(wanted, current):
            if problem.path[0] == "settings":
                yield str(problem.path[1]), f"It {problem.message}."


@operation(right=None, audit="configuration.export")
def note_list_export(*, model: str, rows: int, by: Sender) -> Deed[None]:
    """That a list of the configuration is given out, `model` being such as "points.account". Raises PermissionDenied for who
    may not configure it."""
    by.require(configuration_rights()[model])
    return Deed(None, after={"list": model, "rows": rows})


def advance_program() -> None:
    """A version of its own for a programme that is not as its version was kept: of another release or time zone."""
    with connection.cursor() as cursor:
        cursor.execute(_ADVANCE)
