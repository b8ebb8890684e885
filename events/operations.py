"""Recording events by hand."""

from collections.abc import Mapping
from importlib import import_module
from typing import Any

from django.conf import settings

from customers.models import Customer
from events.types.models import EventType
from loyalty.engine.mechanism import Composition, Outcome
from loyalty.engine.status import Status
from loyalty.intake.sources import Source
from loyalty.intake.staff import record_by_hand
from loyalty.staff.permissions import Right
from loyalty.staff.sender import Sender


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


def add_event(
    *, customer: Customer, action: str, data: Mapping[str, Any], by: Sender, account: str | None = None
) -> Outcome:
    """Record one event of the customer by hand.

    Raises Refused with the engine's reason, PermissionDenied; AlreadyRecorded for a form that was sent twice.
    """
    by.require(Right.RECORD_EVENTS)
    return record_by_hand(customer.public_id, action, data, account=account, by=by)
