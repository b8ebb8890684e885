"""Suspending and unsuspending a customer by hand."""

from customers.models import Customer
from customers.rights import SUSPEND_CUSTOMERS
from loyalty.engine.mechanism import Outcome
from loyalty.intake.staff import BY_HAND, deed_of, record_by_hand
from loyalty.staff.audit.deeds import Deed, operation
from loyalty.staff.sender import Sender


@operation(right=SUSPEND_CUSTOMERS, audit="customer.suspend", approvable=BY_HAND)
def suspend(*, customer: Customer, reason: str, by: Sender) -> Deed[Outcome]:
    """The customer earns from now on, but may not spend.

    Raises Refused (114400) unless active, PermissionDenied; AlreadyRecorded for a form that was sent twice.
    """
    return _change(customer, "suspend", reason, by)


@operation(right=SUSPEND_CUSTOMERS, audit="customer.unsuspend", approvable=BY_HAND)
def unsuspend(*, customer: Customer, reason: str, by: Sender) -> Deed[Outcome]:
    """The customer is active again. Raises Refused (114600) unless suspended, and as `suspend` does."""
    return _change(customer, "unsuspend", reason, by)


def _change(customer: Customer, action: str, reason: str, by: Sender) -> Deed[Outcome]:
    outcome = record_by_hand(customer.public_id, action, {"reason": reason} if reason else {}, by=by)
    return deed_of(outcome, reason=reason)
