"""What was recorded under a transaction ID: the checkout of an order as it was sent, whoever sent it."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db import connection

from loyalty.engine.rows import from_json

# The checkout may be of a profile that was merged away: its events stay where they are.
_RECEIPTS = """
    SELECT t.transaction_id, e.data::text, ARRAY(
        SELECT line.data::text FROM events_event line WHERE line.customer_id = e.customer_id
        AND line.transaction_id = t.transaction_id AND line.parent_id = e.id AND line.action = 'checkout_item' ORDER BY line.id
    ), t.total, t.account_id, e.recorded_at, e.source_detail
    FROM events_transaction t JOIN LATERAL (
        SELECT t.customer_id AS id UNION ALL SELECT source_id FROM customers_merge WHERE survivor_id = t.customer_id
    ) family ON true JOIN events_event e ON e.customer_id = family.id AND e.id = t.event_id
    WHERE t.transaction_id = ANY(%s)
"""


@dataclass(frozen=True, slots=True)
class Receipt:
    """A checkout. `data` is what was sent but its lines, which are in `items` in their order."""

    data: Mapping[str, Any]
    items: Sequence[Mapping[str, Any]]
    # Of the order as it is today: what a checkout that named no total came to.
    total: Decimal
    account_id: int | None
    recorded_at: datetime
    # The import that brought it, if one did.
    import_id: int | None


def receipts(transaction_ids: Collection[str]) -> dict[str, Receipt]:
    """By transaction ID, of those that are recorded as some customer's; one query."""
    with connection.cursor() as cursor:
        cursor.execute(_RECEIPTS, [sorted(transaction_ids)])
        return {
            name: Receipt(
                from_json(data), [*map(from_json, items)], total, account_id, recorded_at, import_named(detail)
            )
            for name, data, items, total, account_id, recorded_at, detail in cursor.fetchall()
        }


def import_named(source_detail: str) -> int | None:
    """The import that an event's source names."""
    kind, _, number = source_detail.partition(":")
    return int(number) if kind == "import" and number.isdecimal() else None
