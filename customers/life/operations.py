from datetime import datetime
from typing import Any

from customers.models import Customer
from events.operations import add_event
from loyalty.engine.mechanism import Outcome
from loyalty.staff.models import User
from loyalty.staff.permissions import Right


def suspend(*, customer: Customer, reason: str, by: User, at: datetime, **sender: Any) -> Outcome:
    """The customer earns from now on, but may not spend.

    Raises Refused (114400) unless active, PermissionDenied; AlreadyRecorded for a form (`nonce`) that was sent twice.
    """
    return _change("suspend", customer=customer, reason=reason, by=by, at=at, **sender)


def unsuspend(*, customer: Customer, reason: str, by: User, at: datetime, **sender: Any) -> Outcome:
    """The customer is active again. Raises Refused (114600) unless suspended, and as `suspend` does."""
    return _change("unsuspend", customer=customer, reason=reason, by=by, at=at, **sender)


def _change(action: str, *, reason: str, **asked: Any) -> Outcome:
    data = {"reason": reason} if reason else {}
    return add_event(action=action, data=data, account=None, right=Right.EDIT_CUSTOMERS, **asked)
