"""What staff do to an order."""

from collections.abc import Mapping
from typing import Any

from customers.models import Customer
from events.rights import ACT_ON_ORDERS
from loyalty.engine.mechanism import Outcome
from loyalty.intake.staff import BY_HAND, deed_of, record_by_hand
from loyalty.staff.audit.deeds import Deed, operation
from loyalty.staff.sender import Sender


@operation(right=ACT_ON_ORDERS, audit="order.act", approvable=BY_HAND)
def act_on_order(*, customer: Customer, action: str, data: Mapping[str, Any], by: Sender) -> Deed[Outcome]:
    """Accept, reject or refund an order or a part of it; `data` names it.

    Raises Refused, PermissionDenied; AlreadyRecorded for a form that was sent twice.
    """
    outcome = record_by_hand(customer.public_id, action, data, by=by)
    return deed_of(outcome, reason=str(data.get("reason") or ""))
