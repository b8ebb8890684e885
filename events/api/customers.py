"""What the customer objects of the APIs say of orders and events."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.utils import timezone

from customers.api.objects import CustomerPart
from customers.api.serializers import number
from customers.api.v1.objects import ReadCustomerPart
from customers.models import Customer
from events.orders.purchases import PERIODS, Purchases, purchases_in
from loyalty.api.docs.shapes import NUMBER, WHOLE, map_of, shape

from .v1.queries import imports_of

PURCHASES = ("purchases", "purchase")
BOUGHT = shape("Purchases", {"total": NUMBER, "count": WHOLE, "items": WHOLE})


def _parts(customers: Sequence[Customer], fields: frozenset[str]) -> dict[int, dict[str, Any]]:
    """`overall` is what the customer's row keeps, and so agrees with its `purchase_total`."""
    asked = [name.partition(".") for name in sorted(fields)]
    if not any(name in PURCHASES for name, _, _ in asked):
        return {}
    periods = list(dict.fromkeys(period for name, _, period in asked if name in PURCHASES and period in PERIODS))
    found = purchases_in([customer.id for customer in customers], periods, timezone.now())
    return {one.id: {"purchases": _object({"overall": _overall(one), **found[one.id]})} for one in customers}


def _overall(customer: Customer) -> Purchases:
    return Purchases(customer.purchase_total, customer.purchase_count, customer.purchase_item_count)


def _object(periods: Mapping[str, Purchases]) -> dict[str, Any]:
    """By the name that was asked for."""
    return {
        name: {"total": number(found.total), "count": found.count, "items": number(found.items)}
        for name, found in periods.items()
    }


def _example(id: str, fields: frozenset[str]) -> dict[str, Any]:
    jugs = {"total": 250, "count": 1, "items": 2}
    return {"purchases": {"overall": jugs, "ytd": jugs}} if "purchases.ytd" in fields else {}


def _imports(customers: Sequence[Customer]) -> dict[int, dict[str, Any]]:
    """The import that brought the customer."""
    return {id: {"src": source} for id, source in imports_of([customer.id for customer in customers]).items()}


CUSTOMER = CustomerPart(
    _parts,
    {"purchases": map_of(BOUGHT, "By the period that was asked for, and `overall`.")},
    optional=("purchases",),
    fields=(f"`purchases.<period>` of these periods: {', '.join(PERIODS)}",),
    aliases={"purchase": "purchases"},
    example=_example,
)
READ_CUSTOMER = ReadCustomerPart(_imports)
