"""Finding orders."""

from collections.abc import Collection
from datetime import datetime

from django.db import connection
from django.db.models import F, Func, IntegerField, Q, QuerySet

from customers.models import Customer
from loyalty.database.trigrams import SHORTEST, with_part
from loyalty.engine.status import DEPARTED
from loyalty.identifiers import forms, normal

from .enums import TransactionStatus
from .models import Transaction


def transactions_of(customer: Customer | None = None) -> QuerySet[Transaction]:
    """Of one customer, or of everybody whose profile is not gone; without an order, the items only counted."""
    found = (
        Transaction.objects.exclude(customer__status__in=DEPARTED) if customer is None else customer.transactions.all()
    )
    lines = Func(F("items"), function="jsonb_array_length", output_field=IntegerField())
    return found.annotate(line_count=lines).defer("items")


def orders_with(part: str, of: QuerySet[Transaction] | None = None) -> QuerySet[Transaction]:
    """Orders whose transaction ID has this part, in capitals or not; by a part of less than three letters, those of that ID."""
    rows, name = transactions_of() if of is None else of, normal(part.replace("\x00", ""))
    if len(name) < SHORTEST:
        return rows.filter(transaction_id__in=forms(name))
    return with_part(rows, "transaction_id", name)


def transaction_of(customer: Customer, id: int) -> Transaction | None:
    return customer.transactions.filter(id=id).first()


def transaction_named(customer: Customer, transaction_id: str | None) -> Transaction | None:
    return transactions_of(customer).filter(transaction_id=transaction_id).first() if transaction_id else None


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
