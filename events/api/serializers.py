"""What is answered to events."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any

from msgspec import Meta

from customers.api.serializers import CustomerStatus
from loyalty.api.docs.describe import Schema
from loyalty.api.errors import ApiError, as_api_error
from loyalty.api.wire import Moment, WireObject
from loyalty.contributions import contributed
from loyalty.engine.mechanism import Outcome
from loyalty.engine.program import Program
from loyalty.engine.rows import EventRow
from loyalty.engine.state import State
from loyalty.engine.status import ERASED


@dataclass(frozen=True)
class OutcomePart:
    """What a room adds to the answer: to the customer after the event, and to each event that changed points; the schemas
    of both."""

    customer: Callable[[State, Program], Mapping[str, Any]]
    event: Callable[[EventRow, Program], Mapping[str, Any]]
    customer_schema: Mapping[str, Schema]
    event_schema: Mapping[str, Schema]


class ChangeObject(WireObject):
    id: Annotated[str, Meta(description="The ID of the event.")]
    action: str
    points: Annotated[int, Meta(description="How many, negative if they went.")]


class SummaryObject(WireObject):
    """The customer after the event."""

    id: Annotated[str, Meta(description="The customer's ID.")]
    created_at: Moment
    handler: str | None
    status: CustomerStatus
    language: str | None
    currency: str | None
    first_name: str | None
    last_name: str | None
    email: str | None
    mobile_phone: str | None
    image_url: str | None


def summary(outcome: Outcome) -> dict[str, Any]:
    """The customer after the event, and the events that changed the spendable points; a guest is no customer."""
    if outcome.state is None:
        return {"events": []}
    customer = outcome.state.customer
    if customer.status in ERASED:
        return {"id": customer.public_id, "status": customer.status, "events": []}
    shown = SummaryObject.of(customer, id=customer.public_id, created_at=wire_time(customer.created_at)).written()
    for part in contributed(OutcomePart):
        shown |= part.customer(outcome.state, outcome.program)
    return {**shown, **effects(outcome)}


def effects(outcome: Outcome) -> dict[str, Any]:
    """The events that changed the spendable points, and nothing about the customer: what a web page is told."""
    return {"events": [effect(event, outcome.program) for event in outcome.own_events if event.points]}


def bulk_result(result: Outcome | ApiError) -> dict[str, Any]:
    if isinstance(result, ApiError):
        return {"error": result.body()}
    if result.error:
        return {"error": as_api_error(result.error, "bulk").body()}
    return {"events": [_change(event) for event in result.own_events if event.points]}


def effect(event: EventRow, program: Program) -> dict[str, Any]:
    """One recorded event that changed points."""
    shown = _change(event)
    for part in contributed(OutcomePart):
        shown |= part.event(event, program)
    return shown


def _change(event: EventRow) -> dict[str, Any]:
    return ChangeObject.of(event, id=str(event.id)).written()


def wire_time(at: datetime) -> str:
    return at.strftime("%Y-%m-%dT%H:%M:%SZ")
