"""Whom the Read API lists."""

from collections.abc import Sequence

from django.db.models import Exists, OuterRef, Q, QuerySet

from customers.fields.models import Field
from customers.models import Customer, Merge
from customers.queries import customers_named
from loyalty.api.lists.criteria import Condition, ListQuery, Order, bounds_of, choice, moment
from loyalty.engine.status import ERASED, Status
from loyalty.ui.paging import Order as Walked

LIVING = (Status.ACTIVE.value, Status.INACTIVE.value, Status.SUSPENDED.value)
# `pending` is a status that existing clients know and nobody here has; who was banned is erased.
STATUSES = ("active", "inactive", "banned", "merged", "suspended", "pending")
CRITERIA = {"created_at": moment(), "status": choice(STATUSES)}


def listed_customers(asked: ListQuery) -> QuerySet[Customer]:
    """The living, and those merged into one of them; in the order of their creation unless another is asked for."""
    survivor_left = Merge.objects.filter(source=OuterRef("pk"), survivor__status__in=ERASED)
    found = Customer.objects.filter(Q(status__in=LIVING) | Q(status=Status.MERGED) & ~Exists(survivor_left))
    for condition in asked.conditions:
        found = found.filter(_look_up(condition))
    return found.order_by(*_columns(asked.order))


def _look_up(condition: Condition) -> Q:
    if condition.field == "status":
        return Q(status=condition.value)
    return Q(**{f"created_at__{name}": bound for name, bound in bounds_of(condition).items()})


def _columns(order: Sequence[Order]) -> list[str]:
    """Ties are broken the way of the last one, so that an index can be walked either way."""
    named = [(one.field, one.descending) for one in order] or [("created_at", False)]
    chosen = {field for field, _ in named}
    ties = [name for name in ("created_at", "id") if name not in chosen]
    named += [(name, named[-1][1]) for name in ties]
    return [f"{'-' if descending else ''}{name}" for name, descending in named]


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
