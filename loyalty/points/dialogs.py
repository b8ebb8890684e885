"""What staff do with a customer's points by hand."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import cached_property
from typing import Any

from django.forms import BaseForm
from django.http import Http404, HttpRequest
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _
from django.views.generic import TemplateView

from customers.profile.frame import ProfilePage
from customers.profile.mixins import EventDialog
from events.operations import add_event
from events.timeline.queries import events_of, names
from loyalty.accounts.modules import Modules
from loyalty.engine.mechanism import Outcome
from loyalty.program.enums import Module
from loyalty.staff.permissions import Right
from loyalty.ui import formats
from loyalty.ui.formats import number
from loyalty.ui.mixins import PartialMixin
from loyalty.ui.paging import Order, page_of
from loyalty.ui.responses import Text

from .dialog_forms import ManagePointsForm, SetExpirationForm
from .expiration import MOST_EVENTS
from .idle import ends_of
from .models import Balance, Lot
from .operations import change_expiration
from .queries import balances_of, open_lots

# The soonest to expire first, what never expires last.
SOONEST = Order("expires_at", nullable=True, personal=True, owned=True)
PER_PAGE = 100
# What the button says, by action; with the number once one is entered.
DEEDS: Sequence[tuple[str, Mapping[str, Text]]] = (
    ("point_add", {"plain": _("Add points"), "counted": _("Add {points} points")}),
    ("point_sub", {"plain": _("Deduct points"), "counted": _("Deduct {points} points")}),
    ("point_spend", {"plain": _("Spend points"), "counted": _("Spend {points} points")}),
)


class ManagePoints(Modules, EventDialog):
    """Add, deduct or spend points by hand, with a reason."""

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
        expiring = Module.EXPIRING_POINTS in self.modules
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
        return super().get_context_data(**({"lead": lead, "deeds": DEEDS} | kwargs))

    def operate(self, form: BaseForm, **sender: Any) -> Outcome:
        assert isinstance(form, ManagePointsForm)
        action, account = form.cleaned_data["action"], form.cleaned_data.get("account")
        return add_event(action=action, data=form.data_of_event(), account=account, **sender)

    def said(self, outcome: Outcome) -> Text:
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


class ExpiringPoints(Modules):
    """For pages that the brand has only while points can expire."""

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if Module.EXPIRING_POINTS not in self.modules:
            raise Http404
        return super().dispatch(request, *args, **kwargs)  # type: ignore[misc]  # of the view that this is mixed into


@dataclass(frozen=True)
class OpenLot:
    """Points that are left of an event, as people read them; `ends` is the instant at which they expire."""

    lot: Lot
    label: str
    ends: datetime | None
    is_due: bool


class ModifyExpiration(ExpiringPoints, PartialMixin, ProfilePage, TemplateView):
    """Which events have points left, to choose those that get another last day."""

    right = Right.RECORD_EVENTS
    template_name = "points/expiration.html"
    partial_template_name = "points/expiration_rows.html"
    tab = "points:history"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        lots = open_lots(self.customer.id, of_all_accounts=bool(self.accounts)).select_related("account")
        # Lots of merged profiles keep their ids.
        page = page_of(lots, SOONEST, self.request.GET.get("page", ""), size=PER_PAGE)
        labels, now, ends = names().actions, timezone.now(), ends_of(self.customer.id, page.rows)
        earning = events_of(self.family).filter(id__in={lot.event_id for lot in page.rows})
        actions = dict(earning.values_list("id", "action"))
        found = {
            "page": page,
            "lots": [
                OpenLot(
                    lot,
                    label=labels.get(actions[lot.event_id], actions[lot.event_id]),
                    ends=ends.get(lot.id),
                    is_due=lot.id in ends and ends[lot.id] <= now,
                )
                for lot in page.rows
            ],
            "has_accounts": bool(self.accounts),
        }
        return super().get_context_data(**(found | kwargs))


class SetExpiration(ExpiringPoints, EventDialog):
    """The last day of the points that are left of the events which the address names."""

    template_name = "points/set_expiration.html"
    form_class = SetExpirationForm
    title = submit_label = _("Set expiration date")
    refresh = ("points", "events")

    def get_success_url(self) -> str:
        return reverse("points:expiration", args=[self.customer.id])

    @cached_property
    def chosen(self) -> list[int]:
        """The events; what is no number chooses nothing."""
        asked = self.request.GET.getlist("event")[:MOST_EVENTS]
        return [int(id) for id in asked if id.isascii() and id.isdecimal() and len(id) < 19]

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        lots = open_lots(self.customer.id, of_all_accounts=True).filter(event_id__in=self.chosen)
        points = sum(lots.values_list("remaining", flat=True))
        text = ngettext("%(points)s point is chosen.", "%(points)s points are chosen.", points)
        return super().get_context_data(**({"lead": text % {"points": number(points)}} | kwargs))

    def operate(self, form: BaseForm, **sender: Any) -> Outcome:
        assert isinstance(form, SetExpirationForm)
        reason = form.cleaned_data["reason"]
        return change_expiration(events=self.chosen, day=form.last_day, reason=reason, **sender)

    def said(self, outcome: Outcome) -> Text:
        day = outcome.events[0].data["expdate"]
        if not day:
            return _("The chosen points never expire.")
        return gettext("The chosen points expire after %(day)s.") % {"day": formats.day(date.fromisoformat(day))}
