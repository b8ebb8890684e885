"""Changing the last day of points by hand."""

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
from events.timeline.queries import events_of, names
from loyalty import formats
from loyalty.accounts.enums import EXPIRING_POINTS
from loyalty.accounts.modules import Modules
from loyalty.engine.mechanism import Outcome
from loyalty.formats import number
from loyalty.points.ledger.models import Lot
from loyalty.points.ledger.queries import open_lots
from loyalty.points.rights import CHANGE_EXPIRATION
from loyalty.staff.sender import Sender
from loyalty.ui.mixins import PartialMixin
from loyalty.ui.paging import Order, page_of
from loyalty.ui.responses import Text

from .changes import change_expiration
from .forms import SetExpirationForm
from .idle import ends_of
from .mechanism import MOST_EVENTS

# The soonest to expire first, what never expires last.
SOONEST = Order("expires_at", nullable=True, personal=True, owned=True)
PER_PAGE = 100


class ExpiringPoints(Modules):
    """For pages that the brand has only while points can expire."""

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if EXPIRING_POINTS not in self.modules:
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

    right = CHANGE_EXPIRATION
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

    right = CHANGE_EXPIRATION
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

    def submit(self, form: BaseForm, by: Sender) -> Outcome:
        assert isinstance(form, SetExpirationForm)
        reason = form.cleaned_data["reason"]
        return change_expiration(
            customer=self.customer, events=self.chosen, day=form.last_day, reason=reason, by=by
        ).result()

    def success_message(self, outcome: Outcome) -> Text:
        day = outcome.events[0].data["expdate"]
        if not day:
            return _("The chosen points never expire.")
        return gettext("The chosen points expire after %(day)s.") % {"day": formats.day(date.fromisoformat(day))}
