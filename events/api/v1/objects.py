"""The event of the Read API, for a page of one customer's: each part is read once for all. What has no source is left out."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, Any

from msgspec import UNSET, Meta, UnsetType

from customers.models import Customer
from customers.queries import public_ids
from events.models import Event
from events.orders.actions import ONCE
from events.queries import readable
from loyalty.accounts.models import Account
from loyalty.api.access.dates import iso_date
from loyalty.api.docs.describe import Schema
from loyalty.api.wire import Day, Moment, Unix, WireObject, known
from loyalty.contributions import contributed
from loyalty.intake.sources import Source

from .queries import roots_of

Parts = Mapping[int, Mapping[str, Any]]


@dataclass(frozen=True)
class ReadEventPart:
    """What a room adds to the events, by their ids: of the customer, with the profiles merged into it, for a page of them.

    A fixed number of queries. `schema`: of each property; `optional` are those that may be left out.
    """

    read: Callable[[Customer, Sequence[int], Sequence[Event]], Parts]
    schema: Mapping[str, Schema]
    optional: Collection[str] = ()


class ReadEventObject(WireObject):
    _id: str
    timestamp: Annotated[Moment, Meta(description="When it took effect.")]
    unix_timestamp: Unix
    process_timestamp: Annotated[Moment, Meta(description="When it was recorded.")]
    date: Annotated[Day, Meta(description="The day of `timestamp`, in UTC.")]
    customer: Annotated[str, Meta(description="The brand's ID of the customer.")]
    action: str
    points: Annotated[int, Meta(description="By how much what can be spent changed.")]
    properties: Annotated[dict[str, Any], Meta(description="The attributes.")]
    admin: Annotated[bool, Meta(description="Whether staff recorded it in the back office.")]
    source: Annotated[str, Meta(description="How it came in.")]
    cid: Annotated[
        str,
        Meta(
            description="The ID of the event that all of the same operation followed from; its own where it was the first."
        ),
    ]
    ip_address: str | UnsetType = UNSET
    user_agent: str | UnsetType = UNSET
    parent: Annotated[str | UnsetType, Meta(description="The ID of the event that caused it.")] = UNSET
    hash: Annotated[str | UnsetType, Meta(description="Of a checkout, a claim or an item: what may come once.")] = UNSET
    user_id: Annotated[int | UnsetType, Meta(description="The ID of the member of staff who recorded it.")] = UNSET
    account: Annotated[str | UnsetType, Meta(description="The ID of the points account that it concerns.")] = UNSET
    original: Annotated[str | UnsetType, Meta(description="The ID of the merged-away profile whose event it was.")] = (
        UNSET
    )


@dataclass(frozen=True)
class _Page:
    """What is told of the page's events beside their rows, by their ids."""

    customer: Customer
    originals: Mapping[int, str]
    accounts: Mapping[int, str]
    roots: Mapping[int, int]
    data: Mapping[int, Mapping[str, Any]]
    parts: Sequence[Parts]


def event_entities(customer: Customer, family: Sequence[int], events: Sequence[Event]) -> list[dict[str, Any]]:
    """In the same order; a fixed number of queries. `family`: the customer, then the profiles merged into it."""
    if not events:
        return []
    page = _Page(
        customer,
        public_ids({event.customer_id for event in events} - {customer.id}),
        dict(Account.objects.values_list("id", "slug")),
        roots_of(events),
        readable(events),
        [part.read(customer, family, events) for part in contributed(ReadEventPart)],
    )
    return [_with_parts(event, page) for event in events]


def _with_parts(event: Event, page: _Page) -> dict[str, Any]:
    told = _entity(event, page).written()
    for parts in page.parts:
        told |= parts.get(event.id, {})
    return told


def _entity(event: Event, page: _Page) -> ReadEventObject:
    return ReadEventObject(
        _id=str(event.id),
        timestamp=iso_date(event.occurred_at),
        unix_timestamp=int(event.occurred_at.timestamp()),
        process_timestamp=iso_date(event.recorded_at),
        date=iso_date(event.occurred_at)[:10],
        ip_address=known(event.ip_address),
        user_agent=event.user_agent or UNSET,
        customer=page.customer.public_id,
        action=event.action,
        points=event.points,
        properties=_properties(event, page.data[event.id]),
        parent=str(event.parent_id) if event.parent_id else UNSET,
        admin=event.source == Source.BACK_OFFICE,
        hash=known(_hash(event)),
        user_id=known(event.staff_id),
        source=str(Source(event.source).label),
        account=page.accounts.get(event.account_id or 0, UNSET),
        cid=str(page.roots[event.id]),
        original=page.originals.get(event.customer_id, UNSET),
    )


def _properties(event: Event, data: Mapping[str, Any]) -> dict[str, Any]:
    """The lines of an order are of its transaction, whether or not they were sent with its ID."""
    named = {"transaction_id": event.transaction_id} if event.transaction_id else {}
    return {**named, **data}


def _hash(event: Event) -> str | None:
    parts = [event.action, event.transaction_id]
    if event.action == "checkout_item":
        parts.append(str(event.data.get("product_id") or ""))
    return "-".join(filter(None, parts)) if event.action in ONCE and all(parts) else None
