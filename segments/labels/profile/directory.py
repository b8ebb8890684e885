"""Labels in the list of customers: a filter and a column."""

from collections.abc import Sequence
from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from customers.directory.columns import ListColumn
from customers.directory.search import ListFilter
from customers.models import Customer
from segments.labels.models import Label
from segments.labels.queries import customers_with, labels, labels_of

MOST = 200


def _choices() -> list[tuple[str, str]]:
    return list(labels().order_by("name", "slug").values_list("slug", "name")[:MOST])


def _members(values: Sequence[str]) -> QuerySet[Any]:
    return customers_with(values)


def _of_customers(customers: Sequence[Customer]) -> dict[int, str]:
    return {id: ", ".join(label.name for label in some) for id, some in labels_of(customers).items() if some}


def _is_shown() -> bool:
    return Label.objects.exists()


FILTER = ListFilter("label", _("Label"), _choices, _members)
COLUMN = ListColumn(_("Labels"), "level p3", _of_customers, _is_shown)
