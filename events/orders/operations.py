"""Orders that are accepted by the clock."""

from datetime import datetime

from loyalty.engine.events import Incoming
from loyalty.engine.record import record
from loyalty.intake.actors import TIMER

from .queries import due_orders

DUE_AT_ONCE = 500


def accept_due_orders(*, at: datetime) -> int:
    """Accept the orders whose time has come, in batches of a transaction each; how many were accepted.

    An order that has met another end meanwhile is refused by the engine and passed over.
    """
    accepted, after = 0, None
    while due := due_orders(at, after, DUE_AT_ONCE):
        events = [
            Incoming(order.customer.public_id, "checkout_accept", {"transaction_id": order.transaction_id})
            for order in due
        ]
        accepted += sum(outcome.error is None for outcome in record(events, by=TIMER, at=at))
        assert due[-1].accept_at is not None
        after = (due[-1].accept_at, due[-1].customer_id, due[-1].id)
    return accepted
