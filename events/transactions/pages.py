"""Orders: the lists, one order with all that belongs to it, and what staff may do with it."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from operator import attrgetter
from typing import Any, ClassVar
from uuid import uuid4

from django.db.models import QuerySet
from django.forms import BaseForm
from django.http import Http404
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.views.generic import TemplateView

from customers.models import Customer
from customers.profile.frame import ProfilePage
from customers.profile.mixins import CustomerMixin, EventDialog
from customers.queries import customer_named
from events.models import Event
from events.orders.models import WHEN, Transaction
from events.orders.queries import orders_with, transaction_of, transactions_of
from events.timeline.queries import describe_events, events_of, names
from loyalty.accounts.models import Account
from loyalty.accounts.modules import Modules
from loyalty.engine.mechanism import Outcome
from loyalty.formats import money, number
from loyalty.program.enums import Module
from loyalty.staff.permissions import Right, may
from loyalty.staff.sender import Sender
from loyalty.ui.mixins import PageMixin, PartialMixin, StaffPage
from loyalty.ui.navigation import Crumb
from loyalty.ui.paging import Order, Page, page_of
from loyalty.ui.responses import Text

from .forms import OrderActionForm, PartialRefundForm, ReasonForm, RefundItemForm, TransactionFilterForm
from .operations import act_on_order
from .prices import LINES, Price, prices_of
from .queries import Line, action_on, actions_on, lines_of, paid_left, pending_points

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
        owner = customer_named(asked_for) if asked_for else self.owner
        if asked_for and owner is None:
            return Transaction.objects.none()
        found = transactions_of(owner).select_related("customer").defer("items", "customer__properties")
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
    def _accounts(self) -> dict[int, Account]:
        """None where the brand has one only."""
        return Account.objects.in_bulk() if self.accounts else {}

    def _rows(self, page: Page[Transaction]) -> Iterator[Row]:
        for transaction in page.rows:
            account = self._accounts.get(transaction.account_id or 0)
            yield Row(transaction, account.name if account else "")


class Transactions(TransactionList, PageMixin, StaffPage, TemplateView):
    """Of the whole brand."""

    right = Right.VIEW_CUSTOMERS
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


class TransactionMixin(CustomerMixin):
    """For what is about one order, which the address names by its internal ID."""

    @cached_property
    def transaction(self) -> Transaction:
        found = transaction_of(self.customer, self.kwargs["transaction_id"])
        if found is None:
            raise Http404
        return found

    @cached_property
    def lines(self) -> list[Line]:
        return lines_of(self.transaction)


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
        may_act = may(self.request.user, Right.RECORD_EVENTS)
        found = {
            "transaction": transaction,
            "lines": list(self._rows(events, may_act=may_act)),
            # Where the order earned as a whole, its lines did not earn nothing.
            "lines_earned": any(line.earned for line in self.lines) or not transaction.earned,
            "actions": list(actions_on(transaction)) if may_act else [],
            "pending": pending_points(transaction),
            "account": known.accounts.get(transaction.account_id or 0, ""),
            "has_accounts": Module.MULTI_ACCOUNTS in self.modules,
            "events": describe_events(self.family, events[:MAX_EVENTS], known, timezone.now(), expiring=False),
            "has_more_events": len(events) > MAX_EVENTS,
            "most_events": MAX_EVENTS,
            "may_import": may(self.request.user, Right.IMPORT_DATA),
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


@dataclass(frozen=True)
class Consequence:
    label: Text
    value: str


class OrderAction(TransactionMixin, EventDialog):
    """Something done with an order, once its consequences have been read."""

    template_name = "events/transaction_action.html"
    form_class = OrderActionForm
    action: ClassVar[str]
    said_of: ClassVar[Text]
    refresh = ("events", "points")

    def get_success_url(self) -> str:
        return reverse("transactions:detail", args=[self.customer.id, self.transaction.id])

    def target(self) -> dict[str, Any]:
        """What names the part of the order that the action is about."""
        return {}

    def consequences(self) -> Iterator[Consequence]:
        raise NotImplementedError

    def submit(self, form: BaseForm, by: Sender) -> Outcome:
        assert isinstance(form, OrderActionForm)
        about = {"transaction_id": self.transaction.transaction_id, **self.target()}
        data = about | form.data_of_event()
        return act_on_order(customer=self.customer, action=self.action, data=data, by=by).result()

    def success_message(self, outcome: Outcome) -> Text:
        return self.said_of % {"order": self.transaction.transaction_id}

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        found = {"transaction": self.transaction, "consequences": list(self.consequences())}
        return super().get_context_data(**(found | kwargs))

    def money(self, value: Any) -> str:
        return money(value, self.transaction.currency)


class AcceptOrder(OrderAction):
    action = "checkout_accept"
    title = submit_label = _("Accept order")
    lead = _("It counts as a purchase from now on, and its pending points can be spent.")
    said_of = _("Order %(order)s accepted.")

    def consequences(self) -> Iterator[Consequence]:
        yield Consequence(_("Total"), self.money(self.transaction.total))
        yield Consequence(_("Points that can be spent"), number(pending_points(self.transaction)))


class UndoOrder(OrderAction):
    """Ends the order: what it earned is taken back, what was burned for it comes back."""

    form_class = ReasonForm
    is_dangerous = True

    def consequences(self) -> Iterator[Consequence]:
        order, promised = self.transaction, pending_points(self.transaction)
        if promised:
            yield Consequence(_("Pending points cancelled"), number(promised))
        if earned := order.earned - order.taken_back - promised:
            yield Consequence(_("Earned points taken back"), number(earned))
        if burned := order.burned - order.given_back:
            yield Consequence(_("Burned points given back"), number(burned))


class RejectOrder(UndoOrder):
    action = "checkout_reject"
    title = submit_label = _("Reject order")
    lead = _("The order is undone for good, and its total leaves the customer's purchases.")
    said_of = _("Order %(order)s rejected.")


class RefundOrder(UndoOrder):
    action = "refund"
    title = submit_label = _("Refund order")
    lead = _("All that is left of the order is refunded for good.")
    said_of = _("Order %(order)s refunded.")

    def consequences(self) -> Iterator[Consequence]:
        yield Consequence(_("Amount refunded"), self.money(self.transaction.total - self.transaction.refunded))
        yield from super().consequences()


class RefundAmount(OrderAction):
    action = "partial_refund"
    title = submit_label = _("Refund an amount")
    lead = _("Points that the order earned are taken back in proportion, and burned ones come back. This can't be undone.")
    said_of = _("A part of order %(order)s refunded.")
    form_class = PartialRefundForm
    is_dangerous = True

    def consequences(self) -> Iterator[Consequence]:
        yield Consequence(_("Left to refund"), self.money(self.transaction.total - self.transaction.refunded))


class LineAction(OrderAction):
    """The address names the line by its place in the order."""

    @cached_property
    def line(self) -> Line:
        try:
            return self.lines[self.kwargs["place"]]
        except IndexError:
            raise Http404 from None

    def target(self) -> dict[str, Any]:
        named = {"product_id": self.line.product_id} if self.line.product_id else {}
        return {"line_id": self.line.key, **named}


class AcceptItem(LineAction):
    action = "checkout_accept_item"
    title = submit_label = _("Accept item")
    lead = _("Its points can be spent from now on. With the last item the order is accepted.")
    said_of = _("An item of order %(order)s accepted.")

    def consequences(self) -> Iterator[Consequence]:
        yield Consequence(_("Item"), self.line.name or self.line.product_id)
        if self.line.earned:
            yield Consequence(_("Points that can be spent"), number(self.line.earned))


class RefundItem(LineAction):
    action = "refund_item"
    title = submit_label = _("Refund item")
    lead = _("The points that it earned are taken back, and its part of the burned ones comes back. This can't be undone.")
    said_of = _("An item of order %(order)s refunded.")
    form_class = RefundItemForm
    is_dangerous = True

    def get_initial(self) -> dict[str, Any]:
        return {"token": uuid4(), "quantity": self.line.quantity_left}

    def consequences(self) -> Iterator[Consequence]:
        yield Consequence(_("Item"), self.line.name or self.line.product_id)
        yield Consequence(_("Left to refund"), self.money(paid_left(self.line, self.transaction)))
        if self.line.earned:
            yield Consequence(_("Points it earned"), number(self.line.earned))
