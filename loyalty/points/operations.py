import time
from collections.abc import Sequence
from datetime import date, datetime

from customers.models import Customer
from events.operations import add_event
from events.orders.operations import DUE_AT_ONCE, TIMER
from loyalty.engine.events import Incoming
from loyalty.engine.mechanism import Outcome
from loyalty.engine.record import record
from loyalty.staff.models import User

from .health import verify_all
from .models import Verification
from .queries import due_points

LISTED = 1_000


def verify_projections(*, at: datetime, limit: int = LISTED) -> Verification:
    """Compare every projection with its history, look at the protections, and keep the result, which names rows and columns but no values."""
    started = time.perf_counter()
    findings = verify_all(limit=limit)
    return Verification.objects.create(
        at=at,
        seconds=round(time.perf_counter() - started, 3),
        compared=findings.compared,
        found=findings.found,
        # Of the values some are personal.
        mismatches=[
            {"check": wrong.check, "customer_id": wrong.customer_id, "row": wrong.row, "columns": list(wrong.stored)}
            for wrong in findings.mismatches
        ],
        ok=not findings.found,
    )


def accept_due_points(*, at: datetime) -> int:
    """Confirm the pending points whose days are over, in batches of a transaction each; how many were confirmed."""
    accepted, after = 0, None
    while due := due_points(at, after, DUE_AT_ONCE):
        events = [Incoming(row.customer.public_id, "pending_accept", {"event": row.event_id}) for row in due]
        accepted += sum(outcome.error is None for outcome in record(events, by=TIMER, at=at))
        assert due[-1].due_at is not None
        after = (due[-1].due_at, due[-1].customer_id, due[-1].id)
    return accepted


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
