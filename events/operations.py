"""Recording events by hand."""

from collections.abc import Mapping
from typing import Any

from customers.models import Customer
from events.rights import RECORD_EVENTS
from events.sight import unseen_attributes
from events.types.models import EventType
from loyalty.engine.actions import Action
from loyalty.engine.mechanism import Outcome
from loyalty.intake.hand import may_record
from loyalty.intake.staff import BY_HAND, deed_of, record_by_hand
from loyalty.program.actions import registered_actions
from loyalty.staff.audit.deeds import Deed, operation
from loyalty.staff.models import User
from loyalty.staff.sender import Sender


def addable_types(customer: Customer, user: User) -> list[EventType]:
    """The actions that the user may add for this customer: the public ones that nothing would refuse at once."""
    built_in, types = registered_actions(), EventType.objects.prefetch_related("attributes")
    addable = (row for row in types if not row.factory or _is_addable(built_in.get(row.action), customer))
    return [row for row in addable if may_record(user, row.action)]


def _is_addable(action: Action | None, customer: Customer) -> bool:
    return action is not None and not action.closed and customer.status in action.by_hand


@operation(right=RECORD_EVENTS, audit="event.add", approvable=BY_HAND)
def add_event(
    *, customer: Customer, action: str, data: Mapping[str, Any], by: Sender, account: str | None = None
) -> Deed[Outcome]:
    """Record one event of the customer by hand.

    Raises Refused with the engine's reason, PermissionDenied, also for what they would not see; AlreadyRecorded for a form
    that was sent twice.
    """
    by.sight.require_attributes(unseen_attributes(action, data, by.sight))
    outcome = record_by_hand(customer.public_id, action, data, account=account, by=by)
    return deed_of(outcome, reason=str(data.get("reason") or ""))
