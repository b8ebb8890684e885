"""User groups in the list of customers: a filter."""

from collections.abc import Sequence
from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from customers.directory.search import ListFilter
from loyalty.grouping.models import CustomerGroup
from loyalty.staff.groups.enums import GroupStatus
from loyalty.staff.models import UserGroup

MOST = 200


def _choices() -> list[tuple[str, str]]:
    rows = UserGroup.objects.exclude(status=GroupStatus.DRAFT).order_by("name", "slug")
    return list(rows.values_list("slug", "name")[:MOST])


def _members(values: Sequence[str]) -> QuerySet[Any]:
    return CustomerGroup.objects.filter(group__slug__in=values).values_list("customer_id", flat=True)


FILTER = ListFilter("user_group", _("User group"), _choices, _members)
