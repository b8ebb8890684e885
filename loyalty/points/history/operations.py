"""That the history of somebody's points was exported."""

from customers.models import Customer
from loyalty.points.rights import EXPORT_POINTS
from loyalty.staff.audit.deeds import Deed, operation
from loyalty.staff.sender import Sender


@operation(right=EXPORT_POINTS, audit="points.export")
def note_export(*, customer: Customer, by: Sender) -> Deed[None]:
    """That the points history of the customer is given out, which is read while it is sent. Raises PermissionDenied."""
    return Deed(None, customer_id=customer.id)
