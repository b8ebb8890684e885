"""What everybody's orders can be narrowed by in the Entities API."""

from typing import Any

from django.db.models import QuerySet

from customers.queries import customer_of
from loyalty.database.filters import ExactFilter, ListFilters


class OwnerFilter(ExactFilter):
    """By the ID of a customer; that of a merged-away profile names the one who stayed."""

    def filter(self, qs: QuerySet[Any], value: str) -> QuerySet[Any]:
        owner = customer_of("id", value)
        return qs.filter(customer_id=owner.id) if owner else qs.none()


class OrderFilters(ListFilters):
    status = ExactFilter()
    customer = OwnerFilter()
    examples = {"status": "accepted", "customer": "0519001"}
