"""That somebody's data was exported."""

from customers.models import Customer
from customers.rights import EXPORT_CUSTOMERS
from loyalty.staff.audit.deeds import Deed, operation
from loyalty.staff.sender import Sender

from .queries import Access


@operation(right=EXPORT_CUSTOMERS, audit="customer.export")
def export_data(*, customer: Customer, format: str, by: Sender) -> Deed[Access]:
    """What is held about the customer; read while it is sent. Raises PermissionDenied, also unless every field is seen:
    what somebody has a right to is all of it."""
    by.sight.require_all_fields()
    return Deed(Access(customer), customer_id=customer.id, after={"format": format})
