"""Pending points that become the customer's by the clock."""

from datetime import datetime

from events.orders.operations import DUE_AT_ONCE
from loyalty.engine.events import Incoming
from loyalty.engine.record import record
from loyalty.intake.actors import TIMER

from .queries import due_points


def accept_due_points(*, at: datetime) -> int:
    """Confirm the pending points whose days are over, in batches of a transaction each; how many were confirmed."""
    accepted, after = 0, None
    while due := due_points(at, after, DUE_AT_ONCE):
        events = [Incoming(row.customer.public_id, "pending_accept", {"event": row.event_id}) for row in due]
        accepted += sum(outcome.error is None for outcome in record(events, by=TIMER, at=at))
        assert due[-1].due_at is not None
        after = (due[-1].due_at, due[-1].customer_id, due[-1].id)
    return accepted
