"""What the audit trail calls what is done with labels."""

from collections.abc import Mapping

from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from loyalty.staff.audit.kinds import OperationLabels, SubjectKind

from .models import Label


def _fields() -> Mapping[str, str | Promise]:
    return {
        "name": _("Name"),
        "id": _("Identifier"),
        "status": _("Status"),
        "label": _("Label"),
        "customers": _("Customers"),
    }


def _page(key: str, customer: int | None) -> str:
    return reverse("labels:members", args=[key])


AUDIT = (
    OperationLabels(
        _("Labels"),
        {
            "label.give": _("Label given"),
            "label.take": _("Label taken"),
            "label.rename": _("Label renamed"),
            "label.status": _("Label switched on or off"),
            "label.merge": _("Labels merged"),
        },
        _fields,
    ),
    SubjectKind("label", _("Label"), Label, key="slug", name="name", page=_page),
)
