"""Refunds of orders: how much of which order, and what the purchase statistics lose. Pure."""

from decimal import Decimal

from events.orders.lines.finding import lines_to_refund
from events.orders.lines.rules import NONE
from loyalty.engine import values
from loyalty.engine.batch import Batch
from loyalty.engine.rows import EventRow
from loyalty.engine.state import State
from loyalty.refusals import MissingField, Refused

from .enums import TransactionStatus
from .rows import TransactionRow, existing_order


def _accepted(event: EventRow, state: State, batch: Batch) -> TransactionRow:
    order = existing_order(event, state, batch)
    if order.status != TransactionStatus.ACCEPTED:
        raise Refused(112201, f"Only accepted transactions can be refunded; this one is {order.status}")
    return order


def refund(event: EventRow, state: State, batch: Batch) -> None:
    """All that is left of the order."""
    order = _accepted(event, state, batch)
    uncount(state, batch, order.open_total, NONE)
    order.refunded = order.total
    _close(order, state, batch)


def partial_refund(event: EventRow, state: State, batch: Batch) -> None:
    """An amount of money, of no line in particular."""
    amount = values.decimal(event.data, "amount")
    if amount is None:
        raise MissingField("amount")
    if amount > 0:
        amount = values.money(event.data, "amount") or NONE
    if amount <= 0:
        raise Refused(112202, "The amount must be positive", field="amount")
    order = _accepted(event, state, batch)
    if amount > state.customer.purchase_total:
        raise Refused(112204, "The amount is greater than the customer's purchase total", field="amount")
    _refund_amount(order, state, batch, amount, NONE)


def refund_item(event: EventRow, state: State, batch: Batch) -> None:
    """Some of a line or of several, at their share of what was paid: for their prices, or for the subtotal that is named."""
    order = _accepted(event, state, batch)
    taken = lines_to_refund(order.items, event.data)
    event.lines = tuple(one.place for one in taken)
    before = order.paid_for(order.lines_refunded)
    for one in taken:
        line = order.items[one.place]
        quantity, refunded = line.refunded_quantity + one.quantity, line.refunded + one.subtotal
        order.set_line(one.place, refunded_quantity=quantity, refunded=refunded)
    amount = order.paid_for(order.lines_refunded) - before
    if values.money(event.data, "subtotal") is None:
        amount = min(amount, order.open_total)
    _refund_amount(order, state, batch, amount, sum((one.quantity for one in taken), NONE))


def _refund_amount(order: TransactionRow, state: State, batch: Batch, amount: Decimal, quantity: Decimal) -> None:
    if amount > order.open_total:
        raise Refused(112203, "The amount is greater than what is left of the transaction's total")
    order.refunded += amount
    uncount(state, batch, amount, quantity)
    if order.refunded == order.total and (order.total or not any(line.left for line in order.items)):
        _close(order, state, batch)


def _close(order: TransactionRow, state: State, batch: Batch) -> None:
    uncount(state, batch, NONE, sum((line.left for line in order.items), NONE))
    order.status = TransactionStatus.REFUNDED.value
    order.items = tuple(line.returned() for line in order.items)


def uncount(state: State, batch: Batch, amount: Decimal, items: Decimal) -> None:
    """Refunds lower the total and the items of the purchase statistics, never the count."""
    customer = batch.edit(state.customer)
    customer.purchase_total -= amount
    customer.purchase_item_count -= items
