"""Recording events by hand."""

from datetime import datetime
from importlib import import_module
from typing import Any

from django.conf import settings

from customers.models import Customer
from events.types.models import EventType
from loyalty.engine.events import POINTS_REWARDED, Actor, Incoming
from loyalty.engine.mechanism import Composition, Outcome
from loyalty.engine.record import record_one
from loyalty.engine.status import Status
from loyalty.intake.sources import Source
from loyalty.refusals import Refused
from loyalty.staff.models import User
from loyalty.staff.permissions import Right, require

# How the engine refuses a nonce that was used before.
REPLAYED = 101031


class AlreadyRecorded(Exception):
    """The same form was sent before, and its event recorded."""


def addable_types(customer: Customer) -> list[EventType]:
    """The actions that staff may add for this customer: the public ones that the engine would not refuse at once."""
    composition: Composition = import_module(settings.LOYALTY_PROGRAM).COMPOSITION
    ruled = {action for mechanism in composition.mechanisms for action in mechanism.actions}
    refused = {action for action in ruled if not composition.plan(action).admits(Source.BACK_OFFICE)}
    # Their places are pages and buttons of their own.
    refused |= {"point_expiration", "suspend", "unsuspend", "opt_out", "ban"}
    refused |= {"subscribe", "login", "daily_login"} if customer.status == Status.INACTIVE else {"subscribe", "opt_in"}
    types = EventType.objects.prefetch_related("attributes")
    return [row for row in types if row.action not in refused and (row.action in ruled or not row.factory)]


def has_business_key(event: Incoming) -> bool:
    """Whether the event names something that counts once in the whole brand, such as the receipt of a checkout."""
    composition: Composition = import_module(settings.LOYALTY_PROGRAM).COMPOSITION
    return any(True for keys_of in composition.plan(event.action).keys for _ in keys_of(event))


def add_event(
    *,
    customer: Customer,
    action: str,
    data: dict[str, Any],
    account: str | None,
    by: User,
    at: datetime,
    nonce: str | None = None,
    ip_address: str | None = None,
    user_agent: str = "",
    right: Right = Right.RECORD_EVENTS,
) -> Outcome:
    """Record one event of a customer by hand. `nonce` names the form that was sent: it records once.

    `right` is what the action needs.

    Raises Refused with the engine's reason, AlreadyRecorded for a form that was sent twice.
    """
    require(by, right)
    actor = Actor(
        source=Source.BACK_OFFICE.value, staff_id=by.pk, ip_address=ip_address, user_agent=user_agent[:400],
        grants=frozenset({POINTS_REWARDED}),
    )  # fmt: skip
    own_nonce = f"staff:{by.pk}:{nonce}" if nonce else None
    incoming = Incoming(customer.public_id, action, data, account=account, nonce=own_nonce)
    try:
        return record_one(incoming, by=actor, at=at)
    except Refused as refused:
        if refused.code == REPLAYED:
            raise AlreadyRecorded from None
        raise
