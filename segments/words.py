"""What the audit trail calls what is done with segments."""

from collections.abc import Mapping

from django.urls import reverse
from django.utils.functional import Promise
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

from loyalty.staff.audit.kinds import OperationLabels, SubjectKind

from .models import Segment


def _fields() -> Mapping[str, str | Promise]:
    return {
        **{one.name: capfirst(str(one.verbose_name)) for one in Segment._meta.concrete_fields},
        "id": _("ID"),
        "rows": _("Customers"),
        "customers": _("Customers"),
        "user_group": _("User group"),
        "batch": _("Batch"),
    }


def _page(key: str, customer: int | None) -> str:
    return reverse("segments:show", args=[key])


AUDIT = (
    OperationLabels(
        _("Segments"),
        {
            "segment.save": _("Segment saved"),
            "segment.status": _("Status of a segment changed"),
            "segment.compute": _("Segment computed again"),
            "segment.export": _("Members of a segment exported"),
            "customer.add_group_to_members": _("Members of a segment, list or label put into a user group"),
        },
        _fields,
    ),
    SubjectKind("segment", _("Segment"), Segment, key="slug", name="name", page=_page),
)
