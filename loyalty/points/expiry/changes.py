from collections.abc import Sequence
from datetime import date, datetime

from customers.models import Customer
from events.operations import add_event
from loyalty.engine.mechanism import Outcome
from loyalty.staff.models import User


def change_expiration(
    *,
    customer: Customer,
    events: Sequence[int],
    day: date | None,
    by: User,
    at: datetime,
    reason: str = "",
    nonce: str | None = None,
    ip_address: str | None = None,
    user_agent: str = "",
) -> Outcome:
    """What remains of the points that these events of the customer earned is valid through `day`; None: for ever.

    All of them or none. Raises Refused, naming the event that has no points left, a day in the past, or the module
    that is off; PermissionDenied; AlreadyRecorded for a form (`nonce`) that was sent twice.
    """
    data = {"events": [str(id) for id in events], "expdate": day.isoformat() if day else ""}
    return add_event(
        customer=customer,
        action="point_expiration",
        data={**data, "reason": reason} if reason else data,
        account=None,
        by=by,
        at=at,
        nonce=nonce,
        ip_address=ip_address,
        user_agent=user_agent,
    )
