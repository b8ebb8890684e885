"""The trail as a table."""

import datetime as dt
import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from django.core.serializers.json import DjangoJSONEncoder

from customers.queries import public_ids
from loyalty.staff.audit.models import AuditEntry
from loyalty.staff.sight import Sight
from loyalty.ui.downloads import Cell
from loyalty.ui.paging import page_of

from .queries import NEWEST, Filters, Row, entries, rows_of

HEAD = "id,at,staff,operation,label,customer,subject,reason,ip_address,user_agent,before,after".split(",")
AT_ONCE = 1_000


def exported(filters: Filters, sight: Sight) -> Iterator[Sequence[Cell]]:
    """Newest first, as somebody sees it, read in parts: what is written meanwhile is not among them."""
    cursor: str | None = ""
    while cursor is not None:
        page = page_of(entries(filters), NEWEST, cursor, AT_ONCE)
        rows = rows_of(page.rows, sight)
        customers = public_ids({row.entry.customer_id for row in rows if row.entry.customer_id})
        for row in rows:
            yield _cells(row, customers)
        cursor = page.next


def _cells(row: Row, customers: Mapping[int, str]) -> Sequence[Cell]:
    entry: AuditEntry = row.entry
    return (
        entry.id,
        f"{entry.at.astimezone(dt.UTC):%Y-%m-%dT%H:%M:%SZ}",
        (entry.staff_id or entry.key_id) and row.who,
        entry.operation,
        str(row.what),
        customers.get(entry.customer_id or 0),
        entry.subject,
        entry.reason,
        entry.ip_address,
        entry.user_agent,
        _json(entry.before),
        _json(entry.after),
    )


def _json(value: Mapping[str, Any]) -> str:
    return json.dumps(value, ensure_ascii=False, cls=DjangoJSONEncoder) if value else ""
