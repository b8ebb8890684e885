from customers.models import Customer
from loyalty.engine.mechanism import Outcome
from loyalty.intake.staff import record_by_hand
from loyalty.staff.permissions import Right
from loyalty.staff.sender import Sender


def suspend(*, customer: Customer, reason: str, by: Sender) -> Outcome:
    """The customer earns from now on, but may not spend.

    Raises Refused (114400) unless active, PermissionDenied; AlreadyRecorded for a form that was sent twice.
    """
    return _change(customer, "suspend", reason, by)


def unsuspend(*, customer: Customer, reason: str, by: Sender) -> Outcome:
    """The customer is active again. Raises Refused (114600) unless suspended, and as `suspend` does."""
    return _change(customer, "unsuspend", reason, by)


def _change(customer: Customer, action: str, reason: str, by: Sender) -> Outcome:
    by.require(Right.EDIT_CUSTOMERS)
    return record_by_hand(customer.public_id, action, {"reason": reason} if reason else {}, by=by)
