from collections.abc import Sequence
from datetime import date

from customers.models import Customer
from loyalty.engine.mechanism import Outcome
from loyalty.intake.staff import record_by_hand
from loyalty.staff.permissions import Right
from loyalty.staff.sender import Sender


def change_expiration(
    *, customer: Customer, events: Sequence[int], day: date | None, by: Sender, reason: str = ""
) -> Outcome:
    """What remains of the points that these events of the customer earned is valid through `day`; None: for ever.

    All of them or none. Raises Refused, naming the event that has no points left, a day in the past, or the module
    that is off; PermissionDenied; AlreadyRecorded for a form that was sent twice.
    """
    by.require(Right.RECORD_EVENTS)
    data = {"events": [str(id) for id in events], "expdate": day.isoformat() if day else ""}
    return record_by_hand(customer.public_id, "point_expiration", data | ({"reason": reason} if reason else {}), by=by)
