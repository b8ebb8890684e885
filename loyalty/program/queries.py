"""The programme as it is, as one document of one moment."""

import pickle
from collections.abc import Mapping, Sequence
from importlib import import_module
from typing import Any

from django.conf import settings
from django.db import OperationalError, connection

from .models import GeneralSettings, ProgramRecord, ProgramVersion
from .section import Section

READINGS = 10
UNLOCKED_READINGS = 2
Reading = tuple[int, dict[str, Any], dict[str, Any]]
# What this process has read or written last, by its version: pickled, so that each reader has one of its own.
_last: tuple[int, bytes] = (0, b"")
_KEPT = """
SELECT v.version, EXISTS (SELECT FROM staff_programrecord r WHERE r.version = v.version) FROM staff_programversion v WHERE id = 1
"""


def general_settings() -> GeneralSettings:
    """The brand's settings; the defaults where nobody has saved any."""
    return GeneralSettings.objects.filter(id=1).first() or GeneralSettings()


def names_of_brand() -> list[str]:
    return [general_settings().brand_name]


def program_version() -> int:
    """Advances with every change of the configuration that the engine runs under."""
    return ProgramVersion.objects.values_list("version", flat=True).get(id=1)


def sections() -> Sequence[Section]:
    """The parts of the program file in their order, as the composition lists them."""
    found: Sequence[Section] = import_module(settings.LOYALTY_PROGRAM).SECTIONS
    return found


def read_program() -> Reading:
    """A version of the programme, its document and the facts beside it, all of one moment.

    Every change moves the version in its own transaction: if it stands still, nothing came in between. Where changes
    come too fast for that, they wait until this transaction is over.
    """
    if (remembered := _remembered()) is not None:
        return remembered
    for attempt in range(READINGS):
        version = program_version() if attempt < UNLOCKED_READINGS else locked_program_version()
        document = {section.name: section.read() for section in sections()}
        facts = {section.name: section.facts() for section in sections() if section.facts}
        if program_version() == version:
            return version, document, {"time_zone": settings.TIME_ZONE, **facts}
    raise OperationalError("The programme kept changing while it was read: try again")


def remember(version: int, document: Mapping[str, Any], facts: Mapping[str, Any]) -> None:
    """A version that is kept: nothing can change under its number any more."""
    global _last  # noqa: PLW0603 - the memory of the process
    _last = version, pickle.dumps((document, facts))


def _remembered() -> Reading | None:
    """What is remembered, if it is the version of now. Where the record of a version was rolled back, its number may mean
    another programme later in the same transaction: only a kept one counts."""
    version, pickled = _last
    with connection.cursor() as cursor:
        cursor.execute(_KEPT)
        if tuple(cursor.fetchone()) != (version, True):
            return None
    document, facts = pickle.loads(pickled)  # noqa: S301 - of this process's own making
    return (version, document, facts) if facts["time_zone"] == settings.TIME_ZONE else None


def locked_program_version() -> int:
    """The version, which stands still until the transaction is over. Plain SQL: Django may not know of it."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT version FROM staff_programversion WHERE id = 1 FOR SHARE")
        return int(cursor.fetchone()[0])


def program_record(version: int) -> ProgramRecord | None:
    return ProgramRecord.objects.filter(version=version).first()


def record_before(version: int) -> ProgramRecord | None:
    return ProgramRecord.objects.filter(version__lt=version).order_by("-version").first()
