"""Whom the Read API lists."""

from collections.abc import Sequence

from django.db.models import Exists, OuterRef, Q, QuerySet

from customers.fields.models import Field
from customers.models import Customer, Merge
from customers.queries import customers_named
from loyalty.api.lists.asking import ListQuery
from loyalty.api.lists.compared import Order
from loyalty.engine.status import ERASED, Status
from loyalty.ui.paging import Order as Walked

LIVING = (Status.ACTIVE.value, Status.INACTIVE.value, Status.SUSPENDED.value)


def listed_customers(asked: ListQuery) -> QuerySet[Customer]:
    """The living, and those merged into one of them."""
    survivor_left = Merge.objects.filter(source=OuterRef("pk"), survivor__status__in=ERASED)
    found = Customer.objects.filter(Q(status__in=LIVING) | Q(status=Status.MERGED) & ~Exists(survivor_left))
    return asked.of(found)


def walked_order(order: Sequence[Order]) -> Walked | None:
    """The same as one column and the id; None where it is more."""
    match order:
        case []:
            return Walked("created_at")
        case [Order("created_at", descending)]:
            return Walked("created_at", descending=descending)
    return None


def listed_customer(public_id: str) -> Customer | None:
    """By the brand's ID, or by one that was merged away; None for those who are gone."""
    found = customers_named([public_id]).get(public_id)
    return found if found and found.status in LIVING else None


def referrers_of(customers: Sequence[Customer]) -> dict[str, str]:
    """By what their profiles say of who referred them, the ID of today of that customer; nobody who is gone, or never was."""
    said = {one.referrer for one in customers if one.referrer}
    return {name: found.public_id for name, found in customers_named(sorted(said)).items() if found.status in LIVING}


def external_id_fields() -> list[str]:
    """The IDs of the fields whose values name customers."""
    return list(Field.objects.filter(external_id=True, active=True).order_by("slug").values_list("slug", flat=True))
