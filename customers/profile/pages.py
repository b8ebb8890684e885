from typing import Any

from django.utils import timezone
from django.views.generic import TemplateView

from customers.merging.queries import duplicates_of
from customers.names import country_name, gender_name, language_name
from loyalty.points.expiry.queries import next_to_expire
from loyalty.points.ledger.queries import balances_of
from loyalty.program.enums import Module
from loyalty.program.queries import general_settings
from loyalty.staff.permissions import Right, may
from loyalty.ui.mixins import PartialMixin

from .frame import ProfilePage
from .queries import attributes_of, average_purchase, latest_actions, strips_of


class Overview(PartialMixin, ProfilePage, TemplateView):
    template_name = "customers/overview.html"
    partial_template_name = "customers/overview_body.html"
    tab = "customers:overview"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        customer, settings = self.customer, general_settings()
        default, balances = balances_of(customer.id)
        has_accounts = Module.MULTI_ACCOUNTS in settings.modules
        shown = balances if has_accounts else [default]
        expires = Module.EXPIRING_POINTS in settings.modules
        expiring = next_to_expire(customer.id, [balance.account for balance in shown]) if expires else {}
        strips = strips_of(self.family, shown, timezone.now(), expiring)
        context = {
            "strips": strips,
            "has_accounts": has_accounts,
            "points": next(strip for strip in strips if strip.balance.account_id == default.account_id),
            "shows_expired": expires,
            "actions": latest_actions(self.family),
            "gender": gender_name(customer.gender) if customer.gender else "",
            "country": country_name(customer.country) if customer.country else "",
            "spoken": language_name(customer.language) if customer.language else "",
            "attributes": attributes_of(customer.properties),
            "average": average_purchase(customer),
            "currency": settings.currency,
            "duplicates": duplicates_of(customer),
            "may_merge": may(self.request.user, Right.MERGE_CUSTOMERS),
        }
        return super().get_context_data(**(context | kwargs))
