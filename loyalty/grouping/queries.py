"""The user groups of customers."""

from collections.abc import Mapping, Sequence

from customers.models import Customer
from loyalty.staff.groups.enums import GroupStatus
from loyalty.staff.groups.reach import Reach
from loyalty.staff.models import UserGroup

from .models import CustomerGroup


def groups_of(customers: Sequence[Customer]) -> Mapping[int, list[UserGroup]]:
    """By customer, in the order of their numbers; one query."""
    found: dict[int, list[UserGroup]] = {one.id: [] for one in customers}
    rows = CustomerGroup.objects.filter(customer__in=[*found]).select_related("group").order_by("group_id")
    for row in rows:
        found[row.customer_id].append(row.group)
    return found


def given_groups(reach: Reach, kind: str) -> list[UserGroup]:
    """Those that somebody of this reach may put a customer into, by their names."""
    found = UserGroup.objects.filter(status=GroupStatus.ACTIVE)
    return list((found.filter(id__in=reach.active) if reach.is_limited(kind) else found).order_by("name", "slug"))


def own_groups(groups: Sequence[UserGroup], reach: Reach, kind: str) -> list[UserGroup]:
    """Of a customer's, those that somebody of this reach may take them out of."""
    own = reach.active | reach.inactive
    return [one for one in groups if not reach.is_limited(kind) or one.pk in own]
