"""The Coupons tab of a customer."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext
from django.views.generic import TemplateView

from coupons.filters import HELD, LONGEST_TYPED, HeldCouponFilters
from coupons.queries import coupons_of
from coupons.rights import CHANGE_COUPONS, REDEEM_COUPONS, VIEW_COUPONS
from customers.profile.frame import ProfilePage
from loyalty.ui.mixins import PartialMixin
from loyalty.ui.paging import Order, page_of
from loyalty.ui.typed import typed

from .queries import CouponLine, kept

LATEST = Order("id", descending=True)


class CustomerCoupons(PartialMixin, ProfilePage, TemplateView):
    """What is typed is posted: a code does not belong into an address, which logs keep."""

    right = VIEW_COUPONS
    template_name = "coupons/customer.html"
    partial_template_name = "coupons/customer_rows.html"
    tab = "coupons:of-customer"

    def post(self, request: HttpRequest, customer_id: int) -> HttpResponse:
        return self.render_to_response(self.get_context_data(text=typed(request.POST, "q", LONGEST_TYPED)))

    def get_context_data(self, text: str = "", **kwargs: Any) -> dict[str, Any]:
        at = timezone.now()
        asked = {"status": self.request.GET.get("status", ""), "text": text}
        filters = HeldCouponFilters(asked, coupons_of(self.customer), at=at)
        page = page_of(filters.lenient, LATEST, self.request.GET.get("page", ""))
        rights = [right for right in (REDEEM_COUPONS, CHANGE_COUPONS) if self.may(right)]
        stay = kept(page.rows)
        lines = [CouponLine(coupon, at, is_kept=coupon.pk in stay) for coupon in page.rows]
        context = {
            "page": page,
            "rows": [(line, line.menu(rights)) for line in lines],
            "statuses": [("", gettext("All statuses")), *HELD],
            "status": filters.chosen("status"),
            "text": text,
        }
        return super().get_context_data(**(context | kwargs))
