"""Events and orders as the Display API shows them."""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Annotated, Any

from msgspec import UNSET, Meta, UnsetType

from customers.api.serializers import number
from events.models import Event
from events.orders.enums import TransactionStatus
from events.orders.models import Transaction
from events.queries import readable
from events.transactions.queries import Line, lines_of
from events.types.labels import attribute_labels
from events.types.models import EventAttribute, EventType
from loyalty.accounts.enums import MULTI_ACCOUNTS
from loyalty.accounts.models import Account
from loyalty.api.docs.describe import Schema
from loyalty.api.wire import Moment, Number, WireObject
from loyalty.contributions import contributed


@dataclass(frozen=True)
class EventPart:
    """What a room adds to the events, by their ids, given who has their points, and the modules that are on.

    `schema`: of each property, all of which may be left out.
    """

    read: Callable[[Sequence[Event], Collection[int], Collection[str]], Mapping[int, Mapping[str, Any]]]
    schema: Mapping[str, Schema]


class EventPropertyObject(WireObject):
    name: str
    label: Annotated[str, Meta(description="The name that people read.")]
    value: Annotated[Any, Meta(description="As it was sent.")]


class AccountNameObject(WireObject):
    id: str
    name: str


class EventOwnerObject(WireObject):
    id: Annotated[str, Meta(description="The ID of the customer who has the event now.")]


class HistoryEventObject(WireObject):
    id: Annotated[str, Meta(description="The ID of the event.")]
    action: Annotated[str, Meta(description="What happened, such as `checkout`.")]
    label: Annotated[str, Meta(description="The name of the action.")]
    points: Annotated[int, Meta(description="How many it brought, negative if they went.")]
    timestamp: Annotated[Moment, Meta(description="When it happened.")]
    properties: Annotated[
        list[EventPropertyObject],
        Meta(description="The attributes of the event; those that are empty are left out."),
    ]
    # While there are several.
    account: AccountNameObject | UnsetType = UNSET


class AnybodysEventObject(HistoryEventObject, kw_only=True):
    Customer: EventOwnerObject


class BoughtItemObject(WireObject):
    quantity: Annotated[Number, Meta(description="Pieces, or by weight; below 0 where the line lowers the order.")]
    subtotal: Number
    line_id: Annotated[str | UnsetType, Meta(description="Your ID of the line, if it has one.")] = UNSET
    product_id: str | UnsetType = UNSET


class TransactionObject(WireObject):
    """Points that are none are left out."""

    id: Annotated[str, Meta(description="Your ID of the order.")]
    status: TransactionStatus
    created_at: Annotated[Moment, Meta(description="When it was first recorded.")]
    updated_at: Moment
    total: Annotated[Number, Meta(description="What was bought, refunds not taken off.")]
    items: list[BoughtItemObject]
    event: Annotated[str | UnsetType, Meta(description="The ID of its checkout; a draft has none.")] = UNSET
    earned: Annotated[int | UnsetType, Meta(description="Points that it earned, or will earn when it is accepted.")] = (
        UNSET
    )
    burned: Annotated[int | UnsetType, Meta(description="Points that paid a part of it.")] = UNSET
    bonus: Annotated[int | UnsetType, Meta(description="What of `earned` came from bonuses.")] = UNSET
    refunded: Annotated[int | UnsetType, Meta(description="What of `earned` refunds have taken back.")] = UNSET


@dataclass(frozen=True)
class Names:
    """What the programme calls the things in an event. `accounts` is empty while the brand has one only."""

    types: Mapping[str, EventType]
    attribute: Callable[[str], str]
    accounts: Mapping[int, Account]
    modules: Collection[str]


def read_names(types: Iterable[EventType], modules: Collection[str]) -> Names:
    """Two queries at most."""
    return Names(
        types={row.action: row for row in types},
        attribute=attribute_labels(),
        accounts=Account.objects.in_bulk() if MULTI_ACCOUNTS in modules else {},
        modules=modules,
    )


def event_objects(
    events: Sequence[Event], names: Names, owners: Collection[int], public_ids: Mapping[int, str] | None = None
) -> list[dict[str, Any]]:
    """`owners` have the points of these events. `public_ids`: by profile, whom each event is named as that of."""
    data, parts = readable(events), [part.read(events, owners, names.modules) for part in contributed(EventPart)]
    found = {event.id: _event(event, data[event.id], names, public_ids).written() for event in events}
    for id, shown in found.items():
        for part in parts:
            shown.update(part.get(id, {}))
    return list(found.values())


def _event(
    event: Event, data: Mapping[str, Any], names: Names, public_ids: Mapping[int, str] | None
) -> HistoryEventObject:
    type_, account = names.types.get(event.action), names.accounts.get(event.account_id or 0)
    if event.transaction_id:
        # The lines of an order are of its transaction, whether or not they were sent with its ID.
        data = {"transaction_id": event.transaction_id, **data}
    owner = {} if public_ids is None else {"Customer": EventOwnerObject(id=public_ids[event.customer_id])}
    kind = AnybodysEventObject if owner else HistoryEventObject
    return kind(
        id=str(event.id),
        action=event.action,
        label=type_.label if type_ else event.action,
        points=event.points,
        timestamp=wire_moment(event.occurred_at),
        properties=_properties(data, type_.attributes.all() if type_ else (), names),
        account=AccountNameObject(id=account.slug, name=account.name) if account else UNSET,
        **owner,
    )


def _properties(
    data: Mapping[str, Any], attributes: Iterable[EventAttribute], names: Names
) -> list[EventPropertyObject]:
    """As they were sent, those of the type in its order and by its labels first; what is empty is left out."""
    labels = {one.slug: one.label for one in attributes}
    return [
        EventPropertyObject(name=name, label=labels.get(name) or names.attribute(name), value=data[name])
        for name in dict.fromkeys([*labels, *sorted(data)])
        if data.get(name) is not None
    ]


def order_object(order: Transaction) -> TransactionObject:
    """Points that were refunded are `refunded`."""
    return TransactionObject(
        id=order.transaction_id,
        status=TransactionStatus(order.status),
        event=str(order.event_id) if order.event_id else UNSET,
        created_at=wire_moment(order.created_at),
        updated_at=wire_moment(order.updated_at),
        total=number(order.total),
        items=[_item(line) for line in lines_of(order)],
        earned=order.earned or UNSET,
        burned=order.burned or UNSET,
        bonus=order.bonus or UNSET,
        refunded=order.taken_back or UNSET,
    )


def _item(line: Line) -> BoughtItemObject:
    return BoughtItemObject(
        quantity=number(line.quantity),
        subtotal=number(line.subtotal),
        line_id=line.line_id or UNSET,
        product_id=line.product_id or UNSET,
    )


def wire_moment(at: datetime) -> str:
    """`2024-06-01T12:00:00.000Z`."""
    return at.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
