"""Customers by what their orders are called."""

from collections.abc import Sequence

from django.db.models import Q, Value
from django.db.models.functions import Lower

from customers.directory.search import MATCHES, Filters
from events.models import Event
from loyalty.identifiers import normal

from .queries import orders_with


def owners_of_orders(text: str, filters: Filters) -> list[int]:
    """Whose order has the text as its transaction ID, in capitals or not."""
    whole = orders_with(text).filter(filters.condition("customer__"))
    name = normal(text.replace("\x00", ""))
    same = whole.annotate(same=Lower("transaction_id")).filter(same=Lower(Value(name)))
    return list(same.values_list("customer_id", flat=True)[:MATCHES])


def claimed(customers: Sequence[int]) -> Q:
    """Guest orders that these customers claimed: by the events, since there is no index of who did."""
    claims = Event.objects.filter(customer__in=customers, action="checkout_claim")
    return Q(transaction_id__in=claims.values("transaction_id"))
