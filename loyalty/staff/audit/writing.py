"""Rows of the trail that no declared operation writes: log-ins, and what was done on the configuration pages."""

from collections.abc import Mapping
from typing import Any

from loyalty.staff.sender import Sender

from .deeds import Deed, add_entry
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
    return add_entry(Deed(None, subject=subject, before=before or {}, after=after or {}), note.value, by)
