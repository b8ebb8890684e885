"""What the audit trail calls what is done with tiers."""

from collections.abc import Mapping

from django.urls import reverse
from django.utils.functional import Promise
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

from loyalty.staff.audit.kinds import OperationLabels, SubjectKind

from .models import Level, Structure


def _fields() -> Mapping[str, str | Promise]:
    """As the program file calls them."""
    columns = [*Level._meta.concrete_fields, *Structure._meta.concrete_fields]
    return {
        **{one.name: capfirst(str(one.verbose_name)) for one in columns},
        "id": _("ID"),
        "tiers": _("Levels"),
        "way": _("Levels of customers"),
    }


def _page(key: str, customer: int | None) -> str:
    return reverse("tier_structures:edit", args=[key])


AUDIT = (
    OperationLabels(
        _("Tiers"), {"tier.change": _("Level changed by hand"), "tiers.save": _("Tier structure saved")}, _fields
    ),
    SubjectKind("tier_structure", _("Tier structure"), Structure, key="slug", name="name", page=_page),
)
