from collections.abc import Collection
from datetime import datetime

from django.db import connection
from django.db.models import Q

from .enums import TransactionStatus
from .models import Transaction


def own_receipts(asked: Collection[tuple[str, str]], scheme: str = "id") -> set[tuple[str, str]]:
    """Of (customer's ID in the scheme, transaction ID), those whose checkout was recorded for that very customer."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT asked.customer, asked.receipt FROM unnest(%s::text[], %s::text[]) AS asked(customer, receipt)"
            " JOIN customers_identity i ON i.scheme = %s AND i.value = asked.customer"
            " JOIN events_transaction t ON t.customer_id = i.customer_id AND t.transaction_id = asked.receipt"
            " WHERE t.event_id IS NOT NULL",
            [[customer for customer, _ in asked], [receipt for _, receipt in asked], scheme],
        )
        return set(cursor.fetchall())


def due_orders(at: datetime, after: tuple[datetime, int, int] | None, limit: int) -> list[Transaction]:
    """Pending orders whose time of acceptance has come, by (accept_at, customer, id); `after`: the last one of before."""
    found = Transaction.objects.filter(status=TransactionStatus.PENDING, accept_at__lte=at).select_related("customer")
    if after:
        found = found.filter(Q(accept_at__gt=after[0]) | Q(accept_at=after[0], customer__gt=after[1])
                             | Q(accept_at=after[0], customer=after[1], id__gt=after[2]))  # fmt: skip
    return list(found.order_by("accept_at", "customer_id", "id")[:limit])
