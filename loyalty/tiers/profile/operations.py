"""Levels by hand: another level, another last day, or both."""

from collections.abc import Mapping
from typing import Any

from customers.models import Customer
from loyalty.engine.mechanism import Outcome
from loyalty.intake.staff import BY_HAND, deed_of, record_by_hand
from loyalty.staff.audit.deeds import Deed, operation
from loyalty.staff.sender import Sender
from loyalty.tiers.rights import CHANGE_TIERS
from loyalty.tiers.rules import CHANGE


@operation(right=CHANGE_TIERS, audit="tier.change", approvable=BY_HAND)
def change_tier(*, customer: Customer, data: Mapping[str, Any], by: Sender) -> Deed[Outcome]:
    """`data` has the structure, the level as `tier` or the last day as `expdate`, or both, and a reason: docs/tiers.md, "By hand".

    Raises Refused (113010 to 113013, and what the engine says of its fields), PermissionDenied; AlreadyRecorded for a form
    that was sent twice.
    """
    outcome = record_by_hand(customer.public_id, CHANGE, data, by=by)
    return deed_of(outcome, reason=str(data.get("reason") or ""))
