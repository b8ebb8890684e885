"""What labels tell of customers, set-wise: for segments, and for whatever else chooses customers."""

from collections.abc import Collection
from typing import Any

from django.db.models import Q, QuerySet

from .models import CustomerLabel

# The same as a statement, for who writes one: `{slugs}` is an array of identifiers, present or past ones.
SQL = (
    "SELECT h.customer_id FROM labels_customerlabel h JOIN labels_label l ON l.id = h.label_id"
    " WHERE coalesce(l.merged_into_id, l.id) IN (SELECT label_id FROM labels_labelalias WHERE slug = ANY({slugs}))"
)


def customers_with(slugs: Collection[str]) -> QuerySet[CustomerLabel, Any]:
    """The ids of the customers who have any of these labels; twice for who has two."""
    own, shadow = Q(label__aliases__slug__in=slugs), Q(label__merged_into__aliases__slug__in=slugs)
    return CustomerLabel.objects.filter(own | shadow).values_list("customer_id", flat=True)
