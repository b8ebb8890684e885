"""Changing the last day of points by hand."""

from collections.abc import Sequence
from datetime import date

from customers.models import Customer
from loyalty.engine.mechanism import Outcome
from loyalty.intake.staff import BY_HAND, deed_of, record_by_hand
from loyalty.points.rights import CHANGE_EXPIRATION
from loyalty.staff.audit.deeds import Deed, operation
from loyalty.staff.sender import Sender


@operation(right=CHANGE_EXPIRATION, audit="points.change_expiration", approvable=BY_HAND)
def change_expiration(
    *, customer: Customer, events: Sequence[int], day: date | None, by: Sender, reason: str = ""
) -> Deed[Outcome]:
    """What remains of the points that these events of the customer earned is valid through `day`; None: for ever.

    All of them or none. Raises Refused, naming the event that has no points left, a day in the past, or the module
    that is off; PermissionDenied; AlreadyRecorded for a form that was sent twice.
    """
    data = {"events": [str(id) for id in events], "expdate": day.isoformat() if day else ""}
    told = data | ({"reason": reason} if reason else {})
    return deed_of(record_by_hand(customer.public_id, "point_expiration", told, by=by), reason=reason)
