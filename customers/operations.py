"""Creating a customer and changing a profile, by staff."""

import json
from collections.abc import Mapping
from typing import Any

from customers.rights import CREATE_CUSTOMERS, EDIT_CUSTOMERS
from loyalty.engine.events import Incoming
from loyalty.engine.mechanism import Outcome
from loyalty.engine.record import record_one
from loyalty.engine.rows import CUSTOMER
from loyalty.intake.staff import BY_HAND, deed_of, staff_actor
from loyalty.staff.audit.deeds import Deed, operation
from loyalty.staff.sender import Sender

from .models import Customer
from .queries import customers_named

# Names somebody else, who may be erased while this customer stays: the event alone tells of it.
OTHERS = frozenset({"referrer"})


class TakenId(Exception):
    """A customer has this ID already."""


@operation(right=EDIT_CUSTOMERS, audit="customer.change", approvable=BY_HAND)
def change_profile(*, customer: Customer, changes: Mapping[str, Any], by: Sender) -> Deed[Outcome]:
    """Record the changed fields; None clears one. Raises Refused naming the field, PermissionDenied, also for a field that
    is not seen."""
    by.sight.require_attributes(changes)
    incoming = Incoming(customer.public_id, "profile", dict(changes))
    outcome = record_one(incoming, by=staff_actor(by), at=by.at)
    before, after = changed_values(outcome)
    return deed_of(outcome, before=before, after=after)


@operation(right=CREATE_CUSTOMERS, audit="customer.create")
def create_customer(*, public_id: str, profile: Mapping[str, Any], active: bool, by: Sender) -> Deed[Customer]:
    """A member, or an inactive customer. Raises TakenId, Refused naming the field, PermissionDenied, also for a field that
    is not seen."""
    by.sight.require_attributes(profile)
    if customers_named([public_id]):
        raise TakenId
    incoming = Incoming(public_id, "opt_in" if active else "subscribe", dict(profile))
    outcome = record_one(incoming, by=staff_actor(by), at=by.at)
    assert outcome.state is not None
    made = Customer.objects.get(id=outcome.state.customer.id)
    return Deed(made, customer_id=made.id, subject=f"event:{outcome.events[0].id}", after=changed_values(outcome)[1])


def changed_values(outcome: Outcome) -> tuple[dict[str, Any], dict[str, Any]]:
    """The fields that the event names, as they were under the lock and as they are; what is kept sealed is in neither."""
    assert outcome.state is not None
    is_now = {name: getattr(outcome.state.customer, name) for name in CUSTOMER.mutable}
    was = dict(zip(CUSTOMER.mutable, outcome.image or (), strict=False))
    names = sorted(outcome.events[0].data.keys() - OTHERS)
    return _of_names(names, was), _of_names(names, is_now)


def _of_names(names: list[str], columns: Mapping[str, Any]) -> dict[str, Any]:
    custom = json.loads(columns.get("properties") or "{}")
    return {name: columns[name] if name in columns else custom.get(name) for name in names}
