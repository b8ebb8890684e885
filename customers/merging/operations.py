from datetime import datetime

from customers.models import Customer, Merge
from loyalty.engine.events import Actor, Incoming
from loyalty.engine.record import record_one
from loyalty.intake.sources import Source
from loyalty.staff.models import User
from loyalty.staff.permissions import Right, require

from .mechanism import ACTION


def merge_customers(source: Customer, target: Customer, *, kind: str, by: User | Actor, at: datetime) -> Merge:
    """Merge the source's profile into the target's, which stays; `kind` is one of MergeKind.

    Raises Refused with the engine's reason: 160212 unknown, gone, or merged away since it was looked up; 160216 and 120031
    by the target's status, 120030 by the source's; 0 for the same customer, or an order that both have.
    """
    if isinstance(by, User):
        require(by, Right.MERGE_CUSTOMERS)
        by = Actor(source=Source.BACK_OFFICE.value, staff_id=by.pk)
    data = {"kind": kind, "source": source.public_id, "target": target.public_id}
    incoming = Incoming(source.public_id, ACTION, data, target=("id", target.public_id))
    record_one(incoming, by=by, at=at)
    return Merge.objects.get(source=source)
