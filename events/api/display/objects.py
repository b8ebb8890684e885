"""Events and orders as the Display API shows them."""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from customers.api.serializers import number
from events.models import Event
from events.orders.models import Transaction
from events.queries import readable
from events.transactions.queries import lines_of
from events.types.labels import attribute_labels
from events.types.models import EventAttribute, EventType
from loyalty.accounts.enums import MULTI_ACCOUNTS
from loyalty.accounts.models import Account
from loyalty.contributions import contributed


@dataclass(frozen=True)
class EventPart:
    """What a room adds to the events, by their ids, given who has their points, and the modules that are on."""

    read: Callable[[Sequence[Event], Collection[int], Collection[str]], Mapping[int, Mapping[str, Any]]]


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
    found = {event.id: dict(_event(event, data[event.id], names, public_ids)) for event in events}
    for id, shown in found.items():
        for part in parts:
            shown.update(part.get(id, {}))
    return list(found.values())


def _event(
    event: Event, data: Mapping[str, Any], names: Names, public_ids: Mapping[int, str] | None
) -> Iterator[tuple[str, Any]]:
    type_ = names.types.get(event.action)
    if event.transaction_id:
        # The lines of an order are of its transaction, whether or not they were sent with its ID.
        data = {"transaction_id": event.transaction_id, **data}
    yield "id", str(event.id)
    yield "action", event.action
    yield "label", type_.label if type_ else event.action
    if public_ids is not None:
        yield "Customer", {"id": public_ids[event.customer_id]}
    yield "points", event.points
    yield "timestamp", wire_moment(event.occurred_at)
    yield "properties", _properties(data, type_.attributes.all() if type_ else (), names)
    if account := names.accounts.get(event.account_id or 0):
        yield "account", {"id": account.slug, "name": account.name}


def _properties(data: Mapping[str, Any], attributes: Iterable[EventAttribute], names: Names) -> list[dict[str, Any]]:
    """As they were sent, those of the type in its order and by its labels first; what is empty is left out."""
    labels = {one.slug: one.label for one in attributes}
    return [
        {"name": name, "label": labels.get(name) or names.attribute(name), "value": data[name]}
        for name in dict.fromkeys([*labels, *sorted(data)])
        if data.get(name) is not None
    ]


def order_object(order: Transaction) -> dict[str, Any]:
    """Points that are none are left out; those that were refunded are `refunded`."""
    figures = {"earned": order.earned, "burned": order.burned, "bonus": order.bonus, "refunded": order.taken_back}
    return {
        "id": order.transaction_id,
        "status": order.status,
        **({"event": str(order.event_id)} if order.event_id else {}),
        "created_at": wire_moment(order.created_at),
        "updated_at": wire_moment(order.updated_at),
        "total": number(order.total),
        "items": [
            {
                **({"line_id": line.line_id} if line.line_id else {}),
                **({"product_id": line.product_id} if line.product_id else {}),
                "quantity": number(line.quantity),
                "subtotal": number(line.subtotal),
            }
            for line in lines_of(order)
        ],
        **{name: points for name, points in figures.items() if points},
    }


def wire_moment(at: datetime) -> str:
    """`2024-06-01T12:00:00.000Z`."""
    return at.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
