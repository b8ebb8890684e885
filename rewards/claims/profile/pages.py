"""The Rewards tab of a customer: what they have claimed, and what they could claim."""

from typing import Any

from django.utils import timezone
from django.views.generic import TemplateView

from customers.profile.frame import ProfilePage
from loyalty.ui.mixins import PartialMixin
from loyalty.ui.paging import Order, page_of
from rewards.catalogue.rights import VIEW_REWARDS
from rewards.claims.queries import claims_of
from rewards.claims.rights import CLAIM_REWARDS

from .queries import claim_lines, lines_for

LATEST = Order("event_id", descending=True, tie="event_id")


class CustomerRewards(PartialMixin, ProfilePage, TemplateView):
    right = VIEW_REWARDS
    template_name = "claims/customer.html"
    partial_template_name = "claims/customer_rows.html"
    tab = "claims:of-customer"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        page = page_of(claims_of(self.customer), LATEST, self.request.GET.get("page", ""))
        context = {
            "page": page,
            "rows": claim_lines(page.rows),
            "available": lines_for(self.customer, timezone.now()),
            "may_claim": self.may(CLAIM_REWARDS),
        }
        return super().get_context_data(**(context | kwargs))
