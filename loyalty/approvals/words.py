"""What changes are called."""

from collections.abc import Mapping

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from loyalty.program.actions import registered_actions

from .models import ChangeRequest

TITLES: Mapping[str, Promise] = {
    "points.manage": _("Change of points"),
    "points.change_expiration": _("Change of the expiration of points"),
    "tier.change": _("Change of a level"),
    "tiers.save": _("Change of a tier structure"),
    "event.add": _("Added event"),
    "order.act": _("Change of an order"),
    "customer.suspend": _("Suspension"),
    "customer.unsuspend": _("End of a suspension"),
    "customer.change": _("Change of a profile"),
    "program.apply": _("Program file"),
}


def title_of(change: ChangeRequest) -> str:
    """By the event, where one is added; else by the operation."""
    known = registered_actions().get(str(change.arguments.get("action", "")))
    return str(known.label) if known else str(TITLES.get(change.operation, change.operation))
