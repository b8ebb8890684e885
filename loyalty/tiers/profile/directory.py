"""Levels in the list of customers: a filter and a column. They read what is stored: a level counts until its expiry is seen to."""

from collections.abc import Sequence
from typing import Any

from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from customers.directory.columns import ListColumn
from customers.directory.search import ListFilter
from customers.models import Customer
from loyalty.tiers.enums import TIERS_MODULE, StructureStatus
from loyalty.tiers.models import CustomerTier, Level
from loyalty.tiers.queries import in_language

# Between the IDs of a structure and a level: neither may contain it.
SEPARATOR = "/"


def _levels() -> QuerySet[Level]:
    """Of the active structures."""
    rows = Level.objects.filter(structure__status=StructureStatus.ACTIVE, position__isnull=False)
    return rows.order_by("structure__name", "structure__slug", "position")


def _choices() -> list[tuple[str, str]]:
    rows = list(_levels().values_list("structure__slug", "structure__name", "slug", "names"))
    several = len({structure for structure, *_ in rows}) > 1
    return [
        (f"{structure}{SEPARATOR}{slug}", f"{name} · {level}" if several else level)
        for structure, name, slug, names in rows
        for level in [in_language(names, slug)]
    ]


def _members(values: Sequence[str]) -> QuerySet[Any, int]:
    """Two conditions that the index of levels serves for each: the structure and the level."""
    asked = [value.split(SEPARATOR, 1) for value in values]
    wanted = Q(*(Q(structure__slug=one, slug=level) for one, level in asked), _connector=Q.OR)
    found = list(_levels().filter(wanted).values_list("structure_id", "id"))
    held = Q(*(Q(structure=structure, level=level) for structure, level in found), _connector=Q.OR)
    rows = CustomerTier.objects.filter(held) if found else CustomerTier.objects.none()
    return rows.values_list("customer_id", flat=True)


def _of_customers(customers: Sequence[Customer]) -> dict[int, str]:
    """The names of the levels, those of several structures in the order of the structures' names."""
    rows = CustomerTier.objects.filter(customer__in=customers, level__in=_levels().order_by().values("id"))
    found: dict[int, list[str]] = {}
    named = rows.order_by("structure__name", "structure__slug").values_list(
        "customer_id", "level__names", "level__slug"
    )
    for customer, names, slug in named:
        found.setdefault(customer, []).append(in_language(names, slug))
    return {customer: " · ".join(levels) for customer, levels in found.items()}


def _is_shown() -> bool:
    return _levels().exists()


FILTER = ListFilter("tier", _("Level"), _choices, _members, TIERS_MODULE)
COLUMN = ListColumn(_("Level"), "level p2", _of_customers, _is_shown, TIERS_MODULE)
