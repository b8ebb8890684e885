"""Orders: the lists, one order with all that belongs to it, and what staff may do with it."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from operator import attrgetter
from typing import Any

from django.db.models import QuerySet
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.views.generic import TemplateView

from customers.models import Customer
from customers.profile.frame import ProfilePage
from customers.queries import customer_named
from customers.sight.queries import reached, seen
from events.models import Event
from events.orders.models import WHEN, Transaction
from events.orders.queries import orders_with, transactions_of
from events.rights import ACT_ON_ORDERS, VIEW_TRANSACTIONS
from events.timeline.queries import describe_events, events_of, names
from loyalty.accounts.enums import MULTI_ACCOUNTS
from loyalty.accounts.models import Account
from loyalty.accounts.modules import Modules
from loyalty.intake.rights import VIEW_IMPORTS
from loyalty.staff.permissions import may
from loyalty.staff.sight import Sight, sight_of
from loyalty.ui.mixins import PageMixin, PartialMixin, StaffPage
from loyalty.ui.navigation import Crumb
from loyalty.ui.paging import Order, Page, page_of
from loyalty.ui.responses import Text

from .forms import TransactionFilterForm
from .mixins import TransactionMixin
from .prices import LINES, Price, prices_of
from .queries import Line, action_on, actions_on, pending_points

# By date an index serves the whole brand's, whatever is filtered.
BY_DATE = {"date": Order("when", WHEN, personal=True, owned=True)}
# One customer's are few enough to be sorted by anything.
BY_FIGURES = {name: Order(name) for name in ("total", "refunded", "earned", "burned")}
LATEST = "-date"
MAX_EVENTS = 200
# Of what a part of a transaction ID finds.
MOST_FOUND = 1_000


@dataclass(frozen=True)
class Row:
    transaction: Transaction
    account: str


class TransactionList(PartialMixin, Modules):
    """The orders of `owner`, or of everybody without one."""

    partial_template_name = "events/transaction_rows.html"
    owner: Customer | None = None

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        brand_wide = self.owner is None
        form = TransactionFilterForm(self.request.GET, accounts=self.accounts, brand_wide=brand_wide)
        page = page_of(self._narrowed(form), self._order, self.request.GET.get("page", ""))
        found = {
            "sort": self.sort,
            "form": form,
            "page": page,
            "rows": list(self._rows(page)),
            "brand_wide": brand_wide,
            "has_accounts": bool(self.accounts),
        }
        return super().get_context_data(**(found | kwargs))  # type: ignore[misc]  # of the page that this is mixed into

    @property
    def _orders(self) -> Mapping[str, Order]:
        return BY_DATE if self.owner is None else BY_DATE | BY_FIGURES

    @property
    def sort(self) -> str:
        """What the address asks for; the latest first where it asks for nothing that there is."""
        asked = self.request.GET.get("sort", "")
        return asked if asked.removeprefix("-") in self._orders else LATEST

    @property
    def _order(self) -> Order:
        return replace(self._orders[self.sort.removeprefix("-")], descending=self.sort.startswith("-"))

    def _narrowed(self, form: TransactionFilterForm) -> QuerySet[Transaction]:
        asked_for = form.chosen("customer")
        owner = customer_named(asked_for, self._sight) if asked_for else self.owner
        if asked_for and owner is None:
            return Transaction.objects.none()
        found = (
            transactions_of(owner)
            .filter(reached(self._sight, "customer_id"))
            .select_related("customer")
            .defer("items", "customer__properties")
        )
        if form.chosen("transaction_id"):
            # Found first: with the order of the page and a limit, its index might be walked for the few that there are.
            ids = list(orders_with(form.chosen("transaction_id"), found).values_list("id", flat=True)[:MOST_FOUND])
            found = found.filter(id__in=ids)
        if form.chosen("status"):
            found = found.filter(status=form.chosen("status"))
        if form.chosen("account"):
            wanted = form.chosen("account")
            found = found.filter(account_id=next(id for id, one in self._accounts.items() if one.slug == wanted))
        return found

    @cached_property
    def _sight(self) -> Sight:
        return sight_of(self.request.user)

    @cached_property
    def _accounts(self) -> dict[int, Account]:
        """None where the brand has one only."""
        return Account.objects.in_bulk() if self.accounts else {}

    def _rows(self, page: Page[Transaction]) -> Iterator[Row]:
        for transaction in page.rows:
            account = self._accounts.get(transaction.account_id or 0)
            transaction.customer = seen(transaction.customer, self._sight)
            yield Row(transaction, account.name if account else "")


class Transactions(TransactionList, PageMixin, StaffPage, TemplateView):
    """Of the whole brand."""

    right = VIEW_TRANSACTIONS
    template_name = "events/transactions.html"
    title = _("Transactions")
    crumbs = (Crumb(_("Loyalty")),)


class CustomerTransactions(TransactionList, ProfilePage, TemplateView):
    """Of one customer: a tab of the profile."""

    template_name = "events/customer_transactions.html"
    tab = "transactions:list"

    @property
    def owner(self) -> Customer:  # type: ignore[override]  # which is set nowhere
        return self.customer


@dataclass(frozen=True)
class LineRow:
    """A line as the page shows it; `action` is what may be done with it."""

    line: Line
    price: Price
    action: str


class TransactionDetail(PartialMixin, Modules, TransactionMixin, ProfilePage, TemplateView):
    """Everything that is known of one order."""

    template_name = "events/transaction.html"
    partial_template_name = "events/transaction_body.html"
    tab = "transactions:list"

    def get_title(self) -> Text:
        return self.transaction.transaction_id

    def get_crumbs(self) -> Sequence[Crumb]:
        return [
            *super().get_crumbs(),
            Crumb(self.customer.name, reverse("customers:overview", args=[self.customer.id])),
            Crumb(_("Transactions"), reverse("transactions:list", args=[self.customer.id])),
        ]

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        transaction, events, known = self.transaction, self._events(), names()
        may_act = self.may(ACT_ON_ORDERS)
        found = {
            "transaction": transaction,
            "lines": list(self._rows(events, may_act=may_act)),
            # Where the order earned as a whole, its lines did not earn nothing.
            "lines_earned": any(line.earned for line in self.lines) or not transaction.earned,
            "actions": list(actions_on(transaction)) if may_act else [],
            "pending": pending_points(transaction),
            "account": known.accounts.get(transaction.account_id or 0, ""),
            "has_accounts": MULTI_ACCOUNTS in self.modules,
            "events": describe_events(
                self.family, events[:MAX_EVENTS], known, timezone.now(), expiring=False, sight=self.sight
            ),
            "has_more_events": len(events) > MAX_EVENTS,
            "most_events": MAX_EVENTS,
            "may_import": may(self.request.user, VIEW_IMPORTS),
        }
        return super().get_context_data(**(found | kwargs))

    def _rows(self, events: Sequence[Event], *, may_act: bool) -> Iterator[LineRow]:
        """`events`: the first ones; where there are more, those of the lines are read by themselves."""
        said = events
        if len(events) > MAX_EVENTS:
            said = list(self._all_events().filter(action__in=LINES).order_by("id"))
        for line, price in zip(self.lines, prices_of(self.lines, sorted(said, key=attrgetter("id"))), strict=True):
            yield LineRow(line, price, action_on(line, self.transaction) if may_act else "")

    def _all_events(self) -> QuerySet[Event]:
        return events_of(self.family, transaction_id=self.transaction.transaction_id)

    def _events(self) -> list[Event]:
        """The first ones, and one more if there is."""
        events = self._all_events().select_related("staff")
        return list(events.order_by("occurred_at", "id")[: MAX_EVENTS + 1])
