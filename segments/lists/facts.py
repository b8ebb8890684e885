"""What lists tell of customers, set-wise: for segments, and for whatever else chooses customers."""

from collections.abc import Collection
from typing import Any

from django.db.models import QuerySet

from .enums import ListStatus
from .models import ListMember

# Of a list that is switched off the members stay; whatever is bound to it is open to nobody.
COUNTED = (ListStatus.ACTIVE, ListStatus.DRAFT)
# The same as a statement, for who writes one: `{slugs}` is an array of the lists' IDs.
SQL = (
    "SELECT m.customer_id FROM lists_listmember m JOIN lists_customerlist l ON l.id = m.customer_list_id"
    " WHERE l.slug = ANY({slugs}) AND l.status IN ('active', 'draft')"
)


def customers_on(slugs: Collection[str]) -> QuerySet[ListMember, Any]:
    """The ids of the customers on any of these lists; twice for who is on two."""
    found = ListMember.objects.filter(customer_list__slug__in=slugs, customer_list__status__in=COUNTED)
    return found.values_list("customer_id", flat=True)
