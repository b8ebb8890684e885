import logging
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from importlib import import_module
from typing import Any

from cryptography.fernet import InvalidToken
from django.conf import settings
from django.contrib.postgres.aggregates import ArrayAgg
from django.db import OperationalError, connection
from django.db.models import Q, Value

from loyalty.sealing import Purpose, unseal

from .enums import KeyKind, Role
from .models import ApiKey, GeneralSettings, ProgramRecord, ProgramVersion, User
from .section import Section

log = logging.getLogger("loyalty.staff")
READINGS = 10
UNLOCKED_READINGS = 2


def general_settings() -> GeneralSettings:
    """The brand's settings; the defaults where nobody has saved any."""
    return GeneralSettings.objects.filter(id=1).first() or GeneralSettings()


@dataclass(frozen=True)
class Credentials:
    """An active key and its live secrets in plain text, by their places."""

    key: ApiKey
    secrets: Mapping[int, str] = field(repr=False)


# Key → when it was read, and what was. A till asks with the same key many times a second.
_recent: dict[str, tuple[float, Credentials]] = {}


def api_key(key: str) -> Credentials | None:
    """The active key of that name, as it was at most `LOYALTY_API_KEY_SECONDS` ago; one query."""
    read_at, known = _recent.get(key, (0.0, None))
    if known is not None and time.monotonic() - read_at < settings.LOYALTY_API_KEY_SECONDS:
        return known
    sealed = ArrayAgg("secrets__sealed", order_by="secrets__place", filter=Q(secrets__isnull=False), default=Value([]))
    places = ArrayAgg("secrets__place", order_by="secrets__place", filter=Q(secrets__isnull=False), default=Value([]))
    found = ApiKey.objects.filter(key=key, active=True).annotate(sealed=sealed, places=places).first()
    if found is None:
        _recent.pop(key, None)
        return None
    _recent[key] = (time.monotonic(), Credentials(found, dict(_opened(found))))
    return _recent[key][1]


def is_page_origin(origin: str) -> bool:
    """Whether pages of that origin may send anything at all."""
    return ApiKey.objects.filter(active=True, kind=KeyKind.CLIENT_SIDE, origins__contains=[origin]).exists()


def _opened(found: Any) -> Iterator[tuple[int, str]]:
    """A secret that no SECRET_KEY opens is none: its requests are refused."""
    for place, sealed in zip(found.places, found.sealed, strict=True):
        try:
            yield place, unseal(sealed, Purpose.API_SECRETS)
        except InvalidToken:
            log.error(
                "A secret of API key %d cannot be read: put the former SECRET_KEY into SECRET_KEY_FALLBACKS", found.pk
            )


def program_version() -> int:
    """Advances with every change of the configuration that the engine runs under."""
    return ProgramVersion.objects.values_list("version", flat=True).get(id=1)


def sections() -> Sequence[Section]:
    """The parts of the program file in their order, as the composition lists them."""
    found: Sequence[Section] = import_module(settings.LOYALTY_PROGRAM).SECTIONS
    return found


def read_program() -> tuple[int, dict[str, Any], dict[str, Any]]:
    """A version of the programme, its document and the facts beside it, all of one moment.

    Every change moves the version in its own transaction: if it stands still, nothing came in between. Where changes
    come too fast for that, they wait until this transaction is over.
    """
    for attempt in range(READINGS):
        version = program_version() if attempt < UNLOCKED_READINGS else locked_program_version()
        document = {section.name: section.read() for section in sections()}
        facts = {section.name: section.facts() for section in sections() if section.facts}
        if program_version() == version:
            return version, document, {"time_zone": settings.TIME_ZONE, **facts}
    raise OperationalError("The programme kept changing while it was read: try again")


def locked_program_version() -> int:
    """The version, which stands still until the transaction is over. Plain SQL: Django may not know of it."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT version FROM staff_programversion WHERE id = 1 FOR SHARE")
        return int(cursor.fetchone()[0])


def program_record(version: int) -> ProgramRecord | None:
    return ProgramRecord.objects.filter(version=version).first()


def record_before(version: int) -> ProgramRecord | None:
    return ProgramRecord.objects.filter(version__lt=version).order_by("-version").first()


def other_administrators(user: User) -> list[User]:
    """The active ones beside the user, if there are any; the rows of all of them are locked."""
    active = User.objects.filter(role=Role.ADMINISTRATOR, is_active=True).order_by("pk")
    return [row for row in active.select_for_update() if row.pk != user.pk]
