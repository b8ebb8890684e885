"""What the audit trail calls what is done with customers."""

from collections.abc import Mapping

from django.urls import reverse
from django.utils.functional import Promise
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

from loyalty.staff.audit.kinds import OperationLabels, SubjectKind

from .fields.models import Field
from .models import Customer


def _fields() -> Mapping[str, str | Promise]:
    own = {one.name: capfirst(str(one.verbose_name)) for one in Customer._meta.concrete_fields}
    return {
        **{one.slug: one.label for one in Field.objects.all()},
        **own,
        "text": _("Text"),
        "format": _("Format"),
        "rows": _("Customers shown"),
        "leafing": _("A further page"),
    }


def _page(key: str, customer: int | None) -> str:
    return reverse("customers:overview", args=[key])


AUDIT = (
    OperationLabels(
        _("Customers"),
        {
            "customer.create": _("Customer created"),
            "customer.change": _("Personal information changed"),
            "customer.suspend": _("Customer suspended"),
            "customer.unsuspend": _("Customer unsuspended"),
            "customer.merge": _("Customers merged"),
            "customer.opt_out": _("Customer opted out"),
            "customer.ban": _("Customer banned"),
            "customer.lift_ban": _("Ban lifted"),
            "customer.export": _("Customer’s data downloaded"),
            "customer.view_list": _("List of customers viewed"),
        },
        _fields,
        frozenset({"customer.create", "customer.change"}),
    ),
    OperationLabels(
        _("Notes"),
        {"note.add": _("Note written"), "note.change": _("Note changed"), "note.delete": _("Note deleted")},
    ),
    SubjectKind("customer", _("Customer"), page=_page),
    SubjectKind("note", _("Note")),
    SubjectKind("erasure", _("Erasure")),
    SubjectKind("customer_field", _("Customer field"), Field, name="name", configured=True),
)
