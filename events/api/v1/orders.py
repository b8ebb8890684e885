"""The transaction of the Read API, for a page of one customer's: each part is read once for all. What is not known is left out."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from django.utils import timezone

from customers.api.serializers import number
from customers.models import Customer
from events.models import Event
from events.orders.models import Transaction
from events.transactions.prices import amount, data_of_lines
from events.transactions.queries import Line, lines_of
from loyalty.accounts.models import Account
from loyalty.api.access.dates import iso_date

AMOUNTS = ("total", "price", "discount")


def transaction_entities(
    customer: Customer, family: Sequence[int], orders: Sequence[tuple[Transaction, int]]
) -> list[dict[str, Any]]:
    """In the same order; a fixed number of queries. With each comes what it was credited with."""
    events = _events(family, [order.transaction_id for order, _ in orders])
    accounts: dict[int | None, str] = dict(Account.objects.values_list("id", "slug"))
    return [_entity(customer, order, credited, events[order.transaction_id], accounts) for order, credited in orders]


def _events(family: Sequence[int], transaction_ids: Sequence[str]) -> defaultdict[str, list[Event]]:
    """By transaction, in the order of recording."""
    found = defaultdict[str, list[Event]](list)
    for event in Event.objects.filter(customer_id__in=family, transaction_id__in=transaction_ids).order_by("id"):
        found[event.transaction_id or ""].append(event)
    return found


def _entity(
    customer: Customer, order: Transaction, credited: int, events: Sequence[Event], accounts: Mapping[int | None, str]
) -> dict[str, Any]:
    told = {
        "_id": order.transaction_id,
        "created_at": iso_date(order.created_at),
        "updated_at": iso_date(order.updated_at),
        "customer": customer.public_id,
        "status": order.status,
        "event": str(order.event_id) if order.event_id else None,
        "items": _items(order, events),
        "total": number(order.total),
        "earned": credited,
        "burned": order.burned,
        "events": [{"_id": str(one.id), "action": one.action, "points": one.points} for one in events],
        "currency": order.currency,
        "points_rewarded": order.earned,
        "account": accounts.get(order.account_id),
        "auto_accept": timezone.localdate(order.accept_at).isoformat() if order.accept_at else None,
    }
    return {name: value for name, value in told.items() if value is not None}


def _items(order: Transaction, events: Sequence[Event]) -> list[dict[str, Any]]:
    """The lines as they are now, with what the newest event that made one so says of it besides."""
    lines = lines_of(order)
    quantity = sum((line.quantity for line in lines if not line.lowers), Decimal(0))
    return [_item(order, line, quantity, data) for line, data in zip(lines, data_of_lines(lines, events), strict=True)]


def _item(order: Transaction, line: Line, quantity: Decimal, data: Mapping[str, Any]) -> dict[str, Any]:
    amounts = {name: amount(data, name) for name in AMOUNTS}
    if amounts["total"] is None and amounts["price"] is not None:
        amounts["total"] = amounts["price"] * line.quantity
    told = {
        "transaction_id": order.transaction_id,
        **{name: number(found) for name, found in amounts.items() if found is not None},
        "line_id": line.line_id or None,
        "product_id": line.product_id or None,
        "product_name": line.name or None,
        "product_url": data.get("product_url") or None,
        "quantity": number(line.quantity),
        "points_rewarded": line.earned,
        "subtotal": number(line.subtotal),
        "currency": order.currency,
        "total_quantity": number(quantity),
    }
    return {name: value for name, value in told.items() if value is not None}
