"""Events that staff record by hand."""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext_lazy as _

from loyalty.engine.events import POINTS_REWARDED, Actor, Incoming
from loyalty.engine.mechanism import Outcome
from loyalty.engine.record import record_one
from loyalty.refusals import Refused
from loyalty.staff.audit.deeds import Approvable, Deed
from loyalty.staff.sender import Sender

from .hand import NotByHand, may_fix_points, recorded
from .once import REPLAYED, AlreadyRecorded
from .sources import Source

# What staff do to a customer by an event.
BY_HAND = Approvable("customers", _("Changes of customers by hand"), (Refused, AlreadyRecorded, NotByHand))


def staff_actor(sender: Sender, *grants: str) -> Actor:
    """`grants` are the attributes that the operation may send and others may not."""
    return Actor(
        source=Source.BACK_OFFICE.value,
        detail=f"approved_by:{sender.approved_by.pk}" if sender.approved_by else "",
        staff_id=sender.user.pk if sender.user else None,
        ip_address=sender.origin.ip_address,
        user_agent=sender.origin.user_agent,
        grants=frozenset(grants),
    )


def record_by_hand(
    public_id: str, action: str, data: Mapping[str, Any], *, by: Sender, account: str | None = None
) -> Outcome:
    """Record one event of the customer with this ID, once for each of the sender's tokens.

    Only operations call it, which are declared with their right; some actions ask for one of their own. Raises Refused with
    the engine's reason, AlreadyRecorded for a form that was sent twice, PermissionDenied, NotByHand.
    """
    nonce = f"staff:{by.user.pk}:{by.token}" if by.user and by.token else None
    incoming = Incoming(public_id, action, dict(data), account=account, nonce=nonce)
    actor = staff_actor(by, *([POINTS_REWARDED] if may_fix_points(by) else []))
    try:
        return recorded(action, by, lambda: record_one(incoming, by=actor, at=by.at))
    except Refused as refused:
        if refused.code == REPLAYED:
            raise AlreadyRecorded from None
        raise


def deed_of(outcome: Outcome, **told: Any) -> Deed[Outcome]:
    """For the trail: the customer and the event; `told` are further fields of the deed."""
    assert outcome.state is not None
    return Deed(outcome, customer_id=outcome.state.customer.id, subject=f"event:{outcome.events[0].id}", **told)
