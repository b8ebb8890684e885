from functools import cached_property
from typing import Any

from django.utils import timezone
from django.views.generic import TemplateView

from customers.pages import ProfilePage
from events.pages import Modules
from events.queries import names
from loyalty.staff.enums import Module
from loyalty.ui.mixins import PartialMixin

from .forms import HistoryFilter
from .history import accounts, history_of, rows_of
from .queries import balances_of


class HistoryPage(Modules, ProfilePage):
    """What the pages of the points history share."""

    tab = "points:history"

    @property
    def has_accounts(self) -> bool:
        return Module.MULTI_ACCOUNTS in self.modules

    @property
    def expiring(self) -> bool:
        return Module.EXPIRING_POINTS in self.modules

    @cached_property
    def form(self) -> HistoryFilter:
        found = accounts()
        return HistoryFilter(
            self.request.GET, accounts=found if self.has_accounts else found[:1], expiring=self.expiring
        )


class PointsHistory(PartialMixin, HistoryPage, TemplateView):
    """All that moved the customer's points, newest first, with the balance after each."""

    template_name = "points/history.html"
    partial_template_name = "points/results.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        customer_id, now = self.customer.id, timezone.now()
        page = history_of(customer_id, self.form.filters, self.request.GET.get("page", ""))
        found = {
            "form": self.form,
            "page": page,
            "rows": rows_of(customer_id, page.rows, names(), now, expiring=self.expiring),
            "balances": self._balances(),
            "has_accounts": self.has_accounts,
            "shows_expired": self.expiring,
        }
        return super().get_context_data(**(found | kwargs))

    def _balances(self) -> list[Any]:
        """Of the account that is asked for, else of all."""
        default, balances = balances_of(self.customer.id)
        if not self.has_accounts:
            return [default]
        chosen = self.form.account_chosen
        return [balance for balance in balances if chosen is None or balance.account_id == chosen.id]
