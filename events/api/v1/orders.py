"""The transaction of the Read API, for a page of one customer's: each part is read once for all. What is not known is left out."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Annotated, Any, Literal

from django.utils import timezone
from msgspec import UNSET, Meta, UnsetType

from customers.api.serializers import number
from customers.models import Customer
from events.models import Event
from events.orders.models import Transaction
from events.transactions.prices import amount, data_of_lines
from events.transactions.queries import Line, lines_of
from loyalty.accounts.models import Account
from loyalty.api.access.dates import iso_date
from loyalty.api.wire import Day, Moment, Number, WireObject, known

AMOUNTS = ("total", "price", "discount")


class ReadItemObject(WireObject):
    transaction_id: str
    quantity: Annotated[Number, Meta(description="Pieces, or by weight; below 0 where the line lowers the order.")]
    points_rewarded: Annotated[
        int, Meta(description="The points that the line earns by itself, pending ones included.")
    ]
    subtotal: Annotated[Number, Meta(description="What it costs, less its discount.")]
    total_quantity: Annotated[Number, Meta(description="Of all lines that do not lower the order.")]
    line_id: Annotated[str | UnsetType, Meta(description="The sender's ID of the line.")] = UNSET
    total: Annotated[Number | UnsetType, Meta(description="What it costs without the discount.")] = UNSET
    price: Annotated[Number | UnsetType, Meta(description="Of one.")] = UNSET
    discount: Annotated[Number | UnsetType, Meta(description="Of the whole line.")] = UNSET
    product_id: str | UnsetType = UNSET
    product_name: str | UnsetType = UNSET
    product_url: str | UnsetType = UNSET
    currency: str | UnsetType = UNSET


class ReadReferenceObject(WireObject):
    _id: str
    action: str
    points: int


class ReadTransactionObject(WireObject):
    _id: Annotated[str, Meta(description="The brand's ID of the order.")]
    created_at: Annotated[Moment, Meta(description="When it was first heard of.")]
    updated_at: Moment
    customer: Annotated[str, Meta(description="The brand's ID of the customer.")]
    status: Literal["draft", "pending", "accepted", "rejected", "refunded"]
    items: list[ReadItemObject]
    total: Number
    earned: Annotated[int, Meta(description="The points that the customer was credited with.")]
    burned: Annotated[int, Meta(description="The points that paid a part of it.")]
    events: list[ReadReferenceObject]
    points_rewarded: Annotated[int, Meta(description="The points that it earns, pending ones included.")]
    event: Annotated[str | UnsetType, Meta(description="The ID of its checkout; a draft has none.")] = UNSET
    currency: str | UnsetType = UNSET
    account: Annotated[str | UnsetType, Meta(description="The ID of its points account.")] = UNSET
    auto_accept: Annotated[
        Day | UnsetType,
        Meta(description="The day on which it is accepted by itself, while it waits for that."),
    ] = UNSET


def transaction_entities(
    customer: Customer, family: Sequence[int], orders: Sequence[tuple[Transaction, int]]
) -> list[dict[str, Any]]:
    """In the same order; a fixed number of queries. With each comes what it was credited with."""
    events = _events(family, [order.transaction_id for order, _ in orders])
    accounts: dict[int | None, str] = dict(Account.objects.values_list("id", "slug"))
    return [
        _entity(customer, order, credited, events[order.transaction_id], accounts).written()
        for order, credited in orders
    ]


def _events(family: Sequence[int], transaction_ids: Sequence[str]) -> defaultdict[str, list[Event]]:
    """By transaction, in the order of recording."""
    found = defaultdict[str, list[Event]](list)
    for event in Event.objects.filter(customer_id__in=family, transaction_id__in=transaction_ids).order_by("id"):
        found[event.transaction_id or ""].append(event)
    return found


def _entity(
    customer: Customer, order: Transaction, credited: int, events: Sequence[Event], accounts: Mapping[int | None, str]
) -> ReadTransactionObject:
    return ReadTransactionObject.of(
        order,
        _id=order.transaction_id,
        created_at=iso_date(order.created_at),
        updated_at=iso_date(order.updated_at),
        customer=customer.public_id,
        event=str(order.event_id) if order.event_id else UNSET,
        items=_items(order, events),
        total=number(order.total),
        earned=credited,
        events=[ReadReferenceObject.of(one, _id=str(one.id)) for one in events],
        currency=known(order.currency),
        points_rewarded=order.earned,
        account=accounts.get(order.account_id, UNSET),
        auto_accept=timezone.localdate(order.accept_at).isoformat() if order.accept_at else UNSET,
    )


def _items(order: Transaction, events: Sequence[Event]) -> list[ReadItemObject]:
    """The lines as they are now, with what the newest event that made one so says of it besides."""
    lines = lines_of(order)
    quantity = sum((line.quantity for line in lines if not line.lowers), Decimal(0))
    return [_item(order, line, quantity, data) for line, data in zip(lines, data_of_lines(lines, events), strict=True)]


def _item(order: Transaction, line: Line, quantity: Decimal, data: Mapping[str, Any]) -> ReadItemObject:
    amounts = {name: amount(data, name) for name in AMOUNTS}
    if amounts["total"] is None and amounts["price"] is not None:
        amounts["total"] = amounts["price"] * line.quantity
    return ReadItemObject(
        transaction_id=order.transaction_id,
        **{name: UNSET if found is None else number(found) for name, found in amounts.items()},
        line_id=line.line_id or UNSET,
        product_id=line.product_id or UNSET,
        product_name=line.name or UNSET,
        product_url=data.get("product_url") or UNSET,
        quantity=number(line.quantity),
        points_rewarded=line.earned,
        subtotal=number(line.subtotal),
        currency=known(order.currency),
        total_quantity=number(quantity),
    )
