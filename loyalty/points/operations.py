"""Adding, deducting and spending points by hand."""

from collections.abc import Mapping
from typing import Any

from customers.models import Customer
from loyalty.engine.mechanism import Outcome
from loyalty.intake.staff import BY_HAND, deed_of, record_by_hand
from loyalty.points.rights import MANAGE_POINTS
from loyalty.staff.audit.deeds import Deed, operation
from loyalty.staff.sender import Sender


@operation(right=MANAGE_POINTS, audit="points.manage", approvable=BY_HAND)
def manage_points(
    *, customer: Customer, action: str, data: Mapping[str, Any], by: Sender, account: str | None = None
) -> Deed[Outcome]:
    """Add, deduct or spend points by hand: `action` is point_add, point_sub or point_spend.

    Raises Refused, PermissionDenied, NotByHand beyond the limits of the role; AlreadyRecorded for a form that was sent twice.
    """
    outcome = record_by_hand(customer.public_id, action, data, account=account, by=by)
    return deed_of(outcome, reason=str(data.get("reason") or ""))
