"""Lists in the list of customers: a filter."""

from collections.abc import Sequence
from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from customers.directory.search import ListFilter
from segments.lists.enums import ListStatus
from segments.lists.models import CustomerList, ListMember

MOST = 200


def _choices() -> list[tuple[str, str]]:
    rows = CustomerList.objects.exclude(status=ListStatus.ARCHIVED).order_by("name", "slug")
    return list(rows.values_list("slug", "name")[:MOST])


def _members(values: Sequence[str]) -> QuerySet[Any]:
    found = ListMember.objects.filter(customer_list__slug__in=values).exclude(customer_list__status=ListStatus.ARCHIVED)
    return found.values_list("customer_id", flat=True)


FILTER = ListFilter("list", _("Customer list"), _choices, _members)
