"""What the audit trail calls what is done with events and orders."""

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from loyalty.staff.audit.kinds import OperationLabels, SubjectKind

from .types.models import EventType


def _event(key: str, customer: int | None) -> str | None:
    return reverse("events:detail", args=[customer, key]) if customer else None


AUDIT = (
    OperationLabels(_("Events"), {"event.add": _("Action added by hand")}),
    OperationLabels(_("Transactions"), {"order.act": _("Order accepted, rejected or refunded")}),
    SubjectKind("event", _("Event"), page=_event),
    SubjectKind("event_type", _("Event type"), EventType, name="name", configured=True),
)
