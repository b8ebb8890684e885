"""The points history of a customer, its export, and where the points of an event came from and went."""

import datetime as dt
import logging
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from django.http import Http404, HttpRequest
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.views.generic import TemplateView

from customers.profile.frame import ProfilePage
from events.timeline.queries import names
from loyalty.accounts.enums import EXPIRING_POINTS, MULTI_ACCOUNTS
from loyalty.accounts.models import Account
from loyalty.accounts.modules import Modules
from loyalty.points.ledger.balances import Figures, balances_at, balances_by_effect
from loyalty.points.ledger.queries import balances_of
from loyalty.points.rights import CHANGE_EXPIRATION, EXPORT_POINTS
from loyalty.staff.sender import by_staff
from loyalty.ui.charts import Chart
from loyalty.ui.downloads import Cell, csv_file
from loyalty.ui.mixins import PartialMixin
from loyalty.ui.navigation import Crumb
from loyalty.ui.responses import Text

from .explain import Explanation, explain
from .forms import ONE_DAY, HistoryFilter, begin_of
from .operations import note_export
from .queries import Row, accounts, after, chart_of, daily_changes, history_of, movements, rows_of

log = logging.getLogger("loyalty.points")

EXPORTED = (
    "customer,event_id,effective_at,recorded_at,action,account,kinds,points,pending,balance,valid_through,status,"
    "transaction_id"
).split(",")
EXPORTED_AT_ONCE = 1_000


@dataclass(frozen=True)
class BalanceOn:
    """The balances at the end of a day: what was earned and used by then, or what was recorded by then (`as_recorded`).

    `others`: the figures of the other view, where they differ.
    """

    day: dt.date
    figures: Sequence[Figures]
    is_expected: bool = False
    as_recorded: bool = False
    others: Sequence[Figures] = ()


@dataclass(frozen=True)
class Total:
    """What an event moved in an account."""

    account: Account
    points: int
    pending: int


class HistoryPage(Modules, ProfilePage):
    """What the pages of the points history share."""

    tab = "points:history"

    @property
    def has_accounts(self) -> bool:
        return MULTI_ACCOUNTS in self.modules

    @property
    def expiring(self) -> bool:
        return EXPIRING_POINTS in self.modules

    @cached_property
    def shown_accounts(self) -> Sequence[Account]:
        """Those that are spoken of, the default one first."""
        found = accounts()
        return found if self.has_accounts else found[:1]

    @cached_property
    def form(self) -> HistoryFilter:
        return HistoryFilter(self.request.GET, accounts=self.shown_accounts, expiring=self.expiring)


class PointsHistory(PartialMixin, HistoryPage, TemplateView):
    """All that moved the customer's points, newest first, with the balance after each."""

    template_name = "points/history.html"
    partial_template_name = "points/results.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        now = timezone.now()
        page = history_of(self.family, self.form.filters, self.request.GET.get("page", ""))
        on = self._balance_on(now)
        found = {
            "form": self.form,
            "page": page,
            "rows": rows_of(self.family, page.rows, names(), now, expiring=self.expiring, sight=self.sight),
            "on": on,
            "balances": on.figures if on else self._of_shown(balances_of(self.customer.id)[1]),
            "chart": self._chart(),
            "charted": self.charted,
            "may_export": self.may(EXPORT_POINTS),
            "has_accounts": self.has_accounts,
            "shows_expired": self.expiring,
            "may_manage": self.may(CHANGE_EXPIRATION),
        }
        return super().get_context_data(**(found | kwargs))

    def _of_shown(self, balances: Sequence[Any]) -> list[Any]:
        """Of the account that is asked for, else of all that are spoken of."""
        chosen = self.form.account_chosen
        shown = [chosen] if chosen else self.shown_accounts
        return [balance for balance in balances if balance.account in shown]

    def _balance_on(self, now: dt.datetime) -> BalanceOn | None:
        day = self.form.day
        if day is None:
            return None
        at = begin_of(day + ONE_DAY) - dt.timedelta(microseconds=1)
        recorded = self._of_shown(balances_at(self.customer, at, now))
        if at > now:
            return BalanceOn(day, recorded, is_expected=True)
        earned = self._of_shown(balances_by_effect(self.family, at))
        as_recorded = self.request.GET.get("recorded") == "1"
        shown, other = (recorded, earned) if as_recorded else (earned, recorded)
        others = [two for one, two in zip(shown, other, strict=True) if one.point_balance != two.point_balance]
        return BalanceOn(day, shown, as_recorded=as_recorded, others=others)

    @cached_property
    def charted(self) -> Account:
        return self.form.account_chosen or self.shown_accounts[0]

    def _chart(self) -> Chart | None:
        changes = daily_changes(self.family, self.charted.id)
        return chart_of(changes, self.form.first_day, self.form.last_day or timezone.localdate())


class ExportHistory(HistoryPage):
    """The movements that the filters show, as a file: IDs and figures, no names and no free texts."""

    right = EXPORT_POINTS

    def get(self, request: HttpRequest, customer_id: int) -> HttpResponseBase:
        log.info("points history of customer %d exported by staff %d", self.customer.id, request.user.pk)
        note_export(customer=self.customer, by=by_staff(request)).result()
        return csv_file(f"points-{self.customer.id}", EXPORTED, self._cells())

    def _cells(self) -> Iterator[Sequence[Cell]]:
        known, now, start = names(), timezone.now(), None
        slugs = {account.id: account.slug for account in accounts()}
        while moved := movements(self.family, self.form.filters, start, EXPORTED_AT_ONCE):
            for row in rows_of(self.family, moved, known, now, expiring=self.expiring, sight=self.sight):
                yield _exported(self.customer.public_id, slugs[row.moved.account_id], row)
            start = after(moved[-1])


def _exported(customer: str, account: str, row: Row) -> Sequence[Cell]:
    event, moved, last_day = row.event, row.moved, row.last_day
    return (
        customer,
        event.id,
        _utc(event.occurred_at),
        _utc(event.recorded_at),
        event.action,
        account,
        " ".join(moved.kinds),
        moved.points,
        moved.pending,
        moved.balance,
        last_day.isoformat() if last_day else None,
        row.status,
        event.transaction_id,
    )


def _utc(at: dt.datetime) -> str:
    return f"{at.astimezone(dt.UTC):%Y-%m-%dT%H:%M:%SZ}"


class Explain(PartialMixin, HistoryPage, TemplateView):
    """Why an event moved these points, and what became of them: a dialog, or a page when opened without script."""

    template_name = "points/explain.html"
    partial_template_name = "points/explain_dialog.html"

    @cached_property
    def told(self) -> Explanation:
        found = explain(self.family, self.kwargs["event_id"])
        if found is None:
            raise Http404
        return found

    def get_title(self) -> Text:
        return self.told.event.label

    def get_crumbs(self) -> Sequence[Crumb]:
        return [
            *super().get_crumbs(),
            Crumb(self.customer.name, reverse("customers:overview", args=[self.customer.id])),
            Crumb(_("Points history"), reverse("points:history", args=[self.customer.id])),
        ]

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        found = {"told": self.told, "totals": list(self._totals()), "has_accounts": self.has_accounts}
        return super().get_context_data(**(found | kwargs))

    def _totals(self) -> Iterator[Total]:
        for account in accounts():
            if account.slug in self.told.points or account.slug in self.told.pending:
                points, pending = self.told.points.get(account.slug, 0), self.told.pending.get(account.slug, 0)
                yield Total(account, points, pending)
