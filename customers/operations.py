"""What staff do with a customer beside recording events: create and change, suspend and unsuspend, merge, write notes."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from loyalty.engine.events import Actor, Incoming
from loyalty.engine.mechanism import Outcome
from loyalty.engine.record import record_one
from loyalty.intake.sources import Source
from loyalty.staff.models import User
from loyalty.staff.permissions import Right, require

from .models import Customer
from .queries import customers_named


class TakenId(Exception):
    """A customer has this ID already."""


def change_profile(*, customer: Customer, changes: Mapping[str, Any], by: User, at: datetime) -> Outcome:
    """Record the changed fields; None clears one. Raises Refused naming the field, PermissionDenied."""
    return _edit(Incoming(customer.public_id, "profile", dict(changes)), by=by, at=at)


def create_customer(*, public_id: str, profile: Mapping[str, Any], active: bool, by: User, at: datetime) -> Customer:
    """A member, or an inactive customer. Raises TakenId, Refused naming the field, PermissionDenied."""
    if customers_named([public_id]):
        raise TakenId
    outcome = _edit(Incoming(public_id, "opt_in" if active else "subscribe", dict(profile)), by=by, at=at)
    assert outcome.state is not None
    return Customer.objects.get(id=outcome.state.customer.id)


def _edit(incoming: Incoming, *, by: User, at: datetime) -> Outcome:
    require(by, Right.EDIT_CUSTOMERS)
    return record_one(incoming, by=Actor(source=Source.BACK_OFFICE.value, staff_id=by.pk), at=at)
