"""Merging two profiles of one person."""

from datetime import datetime

from customers.models import Customer, Merge
from customers.rights import MERGE_CUSTOMERS
from loyalty.engine.events import Actor, Incoming
from loyalty.engine.record import record_one
from loyalty.intake.staff import staff_actor
from loyalty.staff.audit.deeds import Deed, operation
from loyalty.staff.sender import Sender

from .mechanism import ACTION


@operation(right=MERGE_CUSTOMERS, audit="customer.merge")
def merge_customers(source: Customer, target: Customer, *, kind: str, by: Sender) -> Deed[Merge]:
    """Merge the source's profile into the target's, which stays; `kind` is one of MergeKind.

    Raises Refused with the engine's reason: 160212 unknown, gone, or merged away since it was looked up; 160216 and 120031
    by the target's status, 120030 by the source's; 0 for the same customer, or an order that both have. Raises PermissionDenied.
    """
    record_merge(source, target, kind=kind, by=staff_actor(by), at=by.at)
    # The operation's transaction holds both customers: nobody can have erased them in between.
    return Deed(Merge.objects.get(source=source), customer_id=target.id, subject=f"customer:{source.id}")


def record_merge(source: Customer, target: Customer, *, kind: str, by: Actor, at: datetime) -> None:
    """The same for others than staff. Raises Refused."""
    data = {"kind": kind, "source": source.public_id, "target": target.public_id}
    incoming = Incoming(source.public_id, ACTION, data, target=("id", target.public_id))
    record_one(incoming, by=by, at=at)
