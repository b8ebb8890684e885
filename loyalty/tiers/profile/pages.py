from collections.abc import Sequence
from typing import Any

from django.http import Http404
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.views.generic import TemplateView

from customers.profile.frame import ProfilePage
from events.timeline.queries import describe_events, names
from loyalty.intake.rights import VIEW_IMPORTS
from loyalty.staff.permissions import may
from loyalty.ui.mixins import PartialMixin
from loyalty.ui.navigation import Crumb
from loyalty.ui.paging import Order, page_of
from loyalty.ui.responses import Text

from .history import TierEvent, status_points, tier_events
from .overview import places_on
from .sentences import TierNames

NEWEST_FIRST = Order("occurred_at", descending=True, personal=True, owned=True)


class TierHistory(PartialMixin, ProfilePage, TemplateView):
    """How the customer came to the present levels: every change with its reason and cause, and the status points."""

    template_name = "tiers/history.html"
    partial_template_name = "tiers/history_rows.html"
    tab = "customers:overview"

    def get_title(self) -> Text:
        return _("Tier history")

    def get_crumbs(self) -> Sequence[Crumb]:
        own = reverse("customers:overview", args=[self.customer.id])
        return [*super().get_crumbs(), Crumb(self.customer.name, own)]

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        places = places_on(self)
        if not places:
            raise Http404
        found = self._events() | {
            "has_structures": len(places) > 1,
            "may_import": may(self.request.user, VIEW_IMPORTS),
            "status_points": status_points(self.customer, places),
        }
        return super().get_context_data(**(found | kwargs))

    def _events(self) -> dict[str, Any]:
        rows = [one.select_related("staff") for one in tier_events(self.family)]
        page = page_of(rows, NEWEST_FIRST, self.request.GET.get("page", ""))
        told = describe_events(self.family, page.rows, names(), timezone.now(), expiring=False, sight=self.sight)
        known = TierNames.read()
        return {"page": page, "rows": [TierEvent.of(one, known) for one in told]}
