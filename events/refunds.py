"""Refunds of orders: how much of which order, and what the purchase statistics lose. Pure."""

from decimal import Decimal

from msgspec.structs import replace

from loyalty.engine import values
from loyalty.engine.rows import EventRow
from loyalty.engine.types import Batch, Refused, State

from .enums import TransactionStatus
from .orders import CENT, Line, TransactionRow, existing_order, place_of, share


def _accepted(event: EventRow, state: State, batch: Batch) -> TransactionRow:
    order = existing_order(event, state, batch)
    if order.status != TransactionStatus.ACCEPTED:
        raise Refused(112201, f"Only accepted transactions can be refunded; this one is {order.status}")
    return order


def refund(event: EventRow, state: State, batch: Batch) -> None:
    """All that is left of the order."""
    order = _accepted(event, state, batch)
    uncount(state, batch, order.open_total, 0)
    order.refunded = order.total
    _close(order, state, batch)


def partial_refund(event: EventRow, state: State, batch: Batch) -> None:
    """An amount of money, of no line in particular."""
    amount = values.decimal(event.data, "amount")
    if amount is None:
        raise values.required("amount")
    if amount <= 0:
        raise Refused(112202, "The amount must be positive")
    order = _accepted(event, state, batch)
    amount = values.money(event.data, "amount") or amount
    if amount > state.customer.purchase_total:
        raise Refused(112204, "The amount is greater than the customer's purchase total")
    _refund_amount(order, state, batch, amount, 0)


def refund_item(event: EventRow, state: State, batch: Batch) -> None:
    """Some of a line, at its price or at the one that is named."""
    order = _accepted(event, state, batch)
    left = [place for place, line in enumerate(order.items) if line.left]
    event.line = place = place_of(order, event, still=left)
    line = order.items[place]
    quantity = values.whole(event.data, "quantity", least=1, most=line.left) or line.left
    named = values.money(event.data, "subtotal")
    amount = min(_price(line, quantity), order.open_total) if named is None else named
    if amount > line.subtotal - line.refunded:
        raise Refused(112203, "The amount is greater than what is left of the item")
    order.set_line(place, refunded_quantity=line.refunded_quantity + quantity, refunded=line.refunded + amount)
    _refund_amount(order, state, batch, amount, quantity)


def _price(line: Line, quantity: int) -> Decimal:
    """What so many more of the line cost, so that all of them cost its subtotal."""
    whole = share(line.subtotal, Decimal(line.refunded_quantity + quantity), Decimal(line.quantity), CENT)
    target = line.subtotal if quantity == line.left else min(whole, line.subtotal)
    return max(target - line.refunded, Decimal(0))


def _refund_amount(order: TransactionRow, state: State, batch: Batch, amount: Decimal, quantity: int) -> None:
    if amount > order.open_total:
        raise Refused(112203, "The amount is greater than what is left of the transaction's total")
    order.refunded += amount
    uncount(state, batch, amount, quantity)
    if order.refunded == order.total and (order.total or not any(line.left for line in order.items)):
        _close(order, state, batch)


def _close(order: TransactionRow, state: State, batch: Batch) -> None:
    uncount(state, batch, Decimal(0), sum(line.left for line in order.items))
    order.status = TransactionStatus.REFUNDED.value
    order.items = tuple(replace(line, refunded_quantity=line.quantity, refunded=line.subtotal) for line in order.items)


def uncount(state: State, batch: Batch, amount: Decimal, items: int) -> None:
    """Refunds lower the total and the items of the purchase statistics, never the count."""
    customer = batch.edit(state.customer)
    customer.purchase_total -= amount
    customer.purchase_item_count -= items
