"""The transaction of the Read API, for a page of one customer's: each part is read once for all. What is not known is left out."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from decimal import Decimal, InvalidOperation
from typing import Any

from django.utils import timezone

from customers.models import Customer
from customers.serializers import number
from loyalty.api.dates import iso_date
from loyalty.points.models import Account

from .models import Event, Transaction

# The events that say what a line costs.
LINES = frozenset({"checkout_item", "checkout_update_item"})
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
    quantity = sum(_quantity(line) for line in order.items)
    said = [event.data for event in reversed(events) if event.action in LINES]
    return [_item(order, line, quantity, next((one for one in said if _is_of(one, line)), {})) for line in order.items]


def _item(order: Transaction, line: Mapping[str, Any], quantity: int, said: Mapping[str, Any]) -> dict[str, Any]:
    amounts = {name: _amount(said.get(name)) for name in AMOUNTS}
    if amounts["total"] is None and amounts["price"] is not None:
        amounts["total"] = amounts["price"] * _quantity(line)
    told = {
        "transaction_id": order.transaction_id,
        **{name: number(amount) for name, amount in amounts.items() if amount is not None},
        "product_id": line.get("product_id"),
        "product_name": line.get("name"),
        "product_url": said.get("product_url") or None,
        "quantity": _quantity(line),
        "points_rewarded": line.get("earned", 0),
        "subtotal": number(_subtotal(line)),
        "currency": order.currency,
        "total_quantity": quantity,
    }
    return {name: value for name, value in told.items() if value is not None}


def _is_of(said: Mapping[str, Any], line: Mapping[str, Any]) -> bool:
    """Whether the event's attributes are those of the line: a product may come in several lines, and change."""
    product, quantity, subtotal = said.get("product_id"), _amount(said.get("quantity")), _amount(said.get("subtotal"))
    if subtotal is None:
        price, discount = _amount(said.get("price")), _amount(said.get("discount"))
        subtotal = None if price is None else price * (1 if quantity is None else quantity) - (discount or 0)
    same = (str(product or "").strip() or None, 1 if quantity is None else quantity, subtotal)
    return same == (line.get("product_id"), _quantity(line), _subtotal(line))


# What an order's lines leave out is the same for all of them: `events.orders.Line`.
def _quantity(line: Mapping[str, Any]) -> int:
    return int(line.get("quantity", 1))


def _subtotal(line: Mapping[str, Any]) -> Decimal:
    return _amount(line.get("subtotal")) or Decimal(0)


def _amount(value: object) -> Decimal | None:
    """Numbers may be texts on the wire; None for what is none."""
    if isinstance(value, bool) or value in (None, ""):
        return None
    try:
        found = Decimal(str(value).strip())
    except InvalidOperation:
        return None
    return found if found.is_finite() else None
