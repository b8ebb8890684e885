"""What staff do with a customer's points by hand."""

from collections.abc import Mapping, Sequence
from functools import cached_property
from typing import Any, cast

from django.forms import BaseForm
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from customers.profile.mixins import EventDialog
from loyalty.accounts.enums import EXPIRING_POINTS
from loyalty.accounts.modules import Modules
from loyalty.engine.mechanism import Outcome
from loyalty.formats import number
from loyalty.points.ledger.models import Balance
from loyalty.points.ledger.queries import balances_of
from loyalty.points.operations import manage_points
from loyalty.points.rights import MANAGE_POINTS
from loyalty.staff.models import User
from loyalty.staff.sender import Sender
from loyalty.ui.responses import Text

from .forms import ManagePointsForm
from .limits import limits_left

# What the button says, by action; with the number once one is entered.
DEEDS: Sequence[tuple[str, Mapping[str, Text]]] = (
    ("point_add", {"plain": _("Add points"), "counted": _("Add {points} points")}),
    ("point_sub", {"plain": _("Deduct points"), "counted": _("Deduct {points} points")}),
    ("point_spend", {"plain": _("Spend points"), "counted": _("Spend {points} points")}),
)


class ManagePoints(Modules, EventDialog):
    """Add, deduct or spend points by hand, with a reason."""

    right = MANAGE_POINTS
    template_name = "points/manage.html"
    form_class = ManagePointsForm
    title = _("Manage points")
    refresh = ("points", "events")

    def get_success_url(self) -> str:
        return reverse("points:history", args=[self.customer.id])

    def get_initial(self) -> dict[str, Any]:
        return super().get_initial() | {"action": "point_add"}

    def get_form_kwargs(self) -> dict[str, Any]:
        accounts = [(slug, f"{name} · {self.standing[slug]}") for slug, name in self.accounts]
        expiring = EXPIRING_POINTS in self.modules
        return super().get_form_kwargs() | {"accounts": accounts, "expiring": expiring}

    @cached_property
    def standing(self) -> dict[str, str]:
        """What the customer has in each account, by its ID, the default one first."""
        default, balances = balances_of(self.customer.id)
        ordered = [default, *(balance for balance in balances if balance is not default)]
        return {balance.account.slug: _standing(balance) for balance in ordered}

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        standing = "" if self.accounts else next(iter(self.standing.values()))
        lead = " · ".join(filter(None, [self.customer.name, standing]))
        left = limits_left(cast(User, self.request.user), self.customer.id, timezone.now())
        return super().get_context_data(**({"lead": lead, "deeds": DEEDS, "limits": left} | kwargs))

    def submit(self, form: BaseForm, by: Sender) -> Outcome:
        assert isinstance(form, ManagePointsForm)
        action, account = form.cleaned_data["action"], form.cleaned_data.get("account")
        data = form.data_of_event()
        return manage_points(customer=self.customer, action=action, data=data, account=account, by=by).result()

    def success_message(self, outcome: Outcome) -> Text:
        event = outcome.events[0]
        points, many = number(abs(event.points)), abs(event.points)
        if event.action == "point_add":
            return ngettext("%(points)s point added.", "%(points)s points added.", many) % {"points": points}
        if event.action == "point_sub":
            return ngettext("%(points)s point deducted.", "%(points)s points deducted.", many) % {"points": points}
        return ngettext("%(points)s point spent.", "%(points)s points spent.", many) % {"points": points}


def _standing(balance: Balance) -> str:
    if balance.debt:
        return gettext("%(points)s owed") % {"points": number(balance.debt)}
    return gettext("%(points)s spendable") % {"points": number(balance.spendable)}
