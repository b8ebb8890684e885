"""What `/v1/customers` can be narrowed and sorted by."""

from customers.models import Customer
from loyalty.api.lists.compared import ComparedFilters, MomentFilter, OneOfFilter

# `pending` is a status that existing clients know and nobody here has; who was banned is erased.
STATUSES = ("active", "inactive", "banned", "merged", "suspended", "pending")


class CustomerFilters(ComparedFilters):
    """In the order of their creation unless another is asked for."""

    created_at = MomentFilter()
    status = OneOfFilter(STATUSES)
    ties = ("created_at", "id")
    newest_first = False

    class Meta:
        model = Customer
        fields = ()
