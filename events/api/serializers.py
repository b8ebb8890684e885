"""What is answered to events."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from loyalty.api.errors import ApiError, as_api_error
from loyalty.contributions import contributed
from loyalty.engine.mechanism import Outcome
from loyalty.engine.program import Program
from loyalty.engine.rows import EventRow
from loyalty.engine.state import State
from loyalty.engine.status import ERASED


@dataclass(frozen=True)
class OutcomePart:
    """What a room adds to the answer: to the customer after the event, and to each event that changed points."""

    customer: Callable[[State, Program], Mapping[str, Any]]
    event: Callable[[EventRow, Program], Mapping[str, Any]]


def summary(outcome: Outcome) -> dict[str, Any]:
    """The customer after the event, and the events that changed the spendable points; a guest is no customer."""
    if outcome.state is None:
        return {"events": []}
    customer = outcome.state.customer
    if customer.status in ERASED:
        return {"id": customer.public_id, "status": customer.status, "events": []}
    shown = {
        "id": customer.public_id,
        "created_at": wire_time(customer.created_at),
        "handler": customer.handler,
        "status": customer.status,
        "language": customer.language,
        "currency": customer.currency,
        "first_name": customer.first_name,
        "last_name": customer.last_name,
        "email": customer.email,
        "mobile_phone": customer.mobile_phone,
        "image_url": customer.image_url,
    }
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
    changed = [event for event in result.own_events if event.points]
    return {"events": [{"id": str(event.id), "action": event.action, "points": event.points} for event in changed]}


def effect(event: EventRow, program: Program) -> dict[str, Any]:
    """One recorded event that changed points."""
    shown: dict[str, Any] = {"id": str(event.id), "action": event.action, "points": event.points}
    for part in contributed(OutcomePart):
        shown |= part.event(event, program)
    return shown


def wire_time(at: datetime) -> str:
    return at.strftime("%Y-%m-%dT%H:%M:%SZ")
