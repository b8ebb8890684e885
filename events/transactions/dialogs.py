"""What is done to an order by hand: accepted, rejected, refunded, as a whole or in part."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any, ClassVar
from uuid import uuid4

from django.forms import BaseForm
from django.http import Http404
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from customers.profile.mixins import EventDialog
from events.rights import ACT_ON_ORDERS
from loyalty.engine.mechanism import Outcome
from loyalty.formats import money, number
from loyalty.staff.sender import Sender
from loyalty.ui.responses import Text

from .forms import OrderActionForm, PartialRefundForm, ReasonForm, RefundItemForm
from .mixins import TransactionMixin
from .operations import act_on_order
from .queries import Line, paid_left, pending_points


@dataclass(frozen=True)
class Consequence:
    label: Text
    value: str


class OrderAction(TransactionMixin, EventDialog):
    """Something done with an order, once its consequences have been read."""

    right = ACT_ON_ORDERS
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
    lead = _(
        "Points that the order earned are taken back in proportion, and burned ones come back. This can't be undone."
    )
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
    lead = _(
        "The points that it earned are taken back, and its part of the burned ones comes back. This can't be undone."
    )
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
