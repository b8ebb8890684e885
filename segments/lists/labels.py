"""What the audit trail calls what is done with lists."""

from collections.abc import Mapping

from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from loyalty.staff.audit.kinds import OperationLabels, SubjectKind

from .models import CustomerList


def _fields() -> Mapping[str, str | Promise]:
    return {"name": _("Name"), "status": _("Status"), "customer_list": _("Customer list"), "members": _("Members")}


def _page(key: str, customer: int | None) -> str:
    return reverse("lists:members", args=[key])


AUDIT = (
    OperationLabels(
        _("Customer lists"),
        {
            "list.create": _("Customer list created"),
            "list.change": _("Customer list changed"),
            "list.archive": _("Customer list archived"),
            "list.add": _("Customer put on a list"),
            "list.remove": _("Customer taken off a list"),
            "list.export": _("Members of a list downloaded"),
        },
        _fields,
    ),
    SubjectKind("customer_list", _("Customer list"), CustomerList, key="slug", name="name", page=_page),
)
