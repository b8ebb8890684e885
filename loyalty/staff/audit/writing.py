"""Rows of the trail that no declared operation writes: log-ins, and what was done on the configuration pages."""

from collections.abc import Mapping
from typing import Any

from loyalty.http.origin import Origin
from loyalty.staff.sender import Sender

from .enums import Note
from .models import AuditEntry


def write_down(
    note: Note,
    *,
    by: Sender,
    subject: str = "",
    before: Mapping[str, Any] | None = None,
    after: Mapping[str, Any] | None = None,
) -> AuditEntry:
    """In the transaction of what it tells of. `before` and `after`: what JSON can hold, by field, without secrets."""
    origin: Origin = by.origin
    return AuditEntry.objects.create(
        at=by.at, staff=by.user, operation=note.value, subject=subject,
        ip_address=origin.ip_address, user_agent=origin.user_agent, before=before or {}, after=after or {},
    )  # fmt: skip
