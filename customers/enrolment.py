"""What staff write of a customer's profile: a new customer, changed fields. Each is one event."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from events.enums import Source
from loyalty.engine.record import record
from loyalty.engine.types import Actor, Incoming, Outcome
from loyalty.staff.models import User
from loyalty.staff.permissions import Right, require

from .models import Customer


class TakenId(Exception):
    """A customer has this ID already."""


def change_profile(*, customer: Customer, changes: Mapping[str, Any], by: User, at: datetime) -> Outcome:
    """Record the changed fields; None clears one. Raises Refused naming the field, PermissionDenied."""
    return _record(Incoming(customer.public_id, "profile", dict(changes)), by=by, at=at)


def create_customer(*, public_id: str, profile: Mapping[str, Any], active: bool, by: User, at: datetime) -> Customer:
    """A member, or an inactive customer. Raises TakenId, Refused naming the field, PermissionDenied."""
    if Customer.objects.filter(identities__scheme="id", identities__value=public_id).exists():
        raise TakenId
    outcome = _record(Incoming(public_id, "opt_in" if active else "subscribe", dict(profile)), by=by, at=at)
    assert outcome.state is not None
    return Customer.objects.get(id=outcome.state.customer.id)


def _record(incoming: Incoming, *, by: User, at: datetime) -> Outcome:
    require(by, Right.EDIT_CUSTOMERS)
    actor = Actor(source=Source.BACK_OFFICE.value, staff_id=by.pk)
    outcome = record([incoming], by=actor, at=at)[0]
    if outcome.error:
        raise outcome.error
    return outcome
