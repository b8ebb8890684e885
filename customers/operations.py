"""Creating a customer and changing a profile, by staff."""

from collections.abc import Mapping
from typing import Any

from loyalty.engine.events import Incoming
from loyalty.engine.mechanism import Outcome
from loyalty.engine.record import record_one
from loyalty.intake.staff import staff_actor
from loyalty.staff.permissions import Right
from loyalty.staff.sender import Sender

from .models import Customer
from .queries import customers_named


class TakenId(Exception):
    """A customer has this ID already."""


def change_profile(*, customer: Customer, changes: Mapping[str, Any], by: Sender) -> Outcome:
    """Record the changed fields; None clears one. Raises Refused naming the field, PermissionDenied."""
    return _edit(Incoming(customer.public_id, "profile", dict(changes)), by=by)


def create_customer(*, public_id: str, profile: Mapping[str, Any], active: bool, by: Sender) -> Customer:
    """A member, or an inactive customer. Raises TakenId, Refused naming the field, PermissionDenied."""
    if customers_named([public_id]):
        raise TakenId
    outcome = _edit(Incoming(public_id, "opt_in" if active else "subscribe", dict(profile)), by=by)
    assert outcome.state is not None
    return Customer.objects.get(id=outcome.state.customer.id)


def _edit(incoming: Incoming, *, by: Sender) -> Outcome:
    by.require(Right.EDIT_CUSTOMERS)
    return record_one(incoming, by=staff_actor(by), at=by.at)
