"""An order told again from its events, by docs/ledger.md "Orders": for comparing it with what was stored. Pure."""

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, NamedTuple

from msgspec.structs import replace

from events.orders.enums import TransactionStatus
from events.orders.lines.finding import line_to_update, lines_to_accept, lines_to_refund
from events.orders.lines.rules import Line, paid_for, read_line, refunded_of, total_of
from loyalty.engine import values
from loyalty.engine.events import POINTS_REWARDED

ACCEPTING = frozenset({"checkout_accept", "checkout_accept_item"})
# Whose points, if any, the order has earned.
EARNING = frozenset({"checkout", "checkout_item", "checkout_item_accept"}) | ACCEPTING


class Step(NamedTuple):
    """An event of an order; its instants are only handed on. Of its entries: points taken back, and pending ones promised
    less those settled.
    """

    id: int
    action: str
    data: Mapping[str, Any]
    points: int
    parent_id: int | None
    occurred_at: str
    recorded_at: str
    taken_back: int
    promised: int


@dataclass
class Order:
    """What an order's events come to."""

    event_id: int | None = None
    total: Decimal = Decimal(0)
    refunded: Decimal = Decimal(0)
    items: list[Line] = field(default_factory=list)
    earned: int = 0
    taken_back: int = 0
    burned: int = 0
    given_back: int = 0
    reserved: int = 0
    fixed_points: int | None = None
    created_at: str | None = None
    checkout_at: str | None = None
    accepted_at: str | None = None
    is_rejected: bool = False
    is_closed: bool = False

    @property
    def status(self) -> str:
        if self.event_id is None:
            return TransactionStatus.DRAFT.value
        if self.is_rejected:
            return TransactionStatus.REJECTED.value
        if self.is_closed:
            return TransactionStatus.REFUNDED.value
        return (TransactionStatus.PENDING if self.accepted_at is None else TransactionStatus.ACCEPTED).value

    @property
    def lines_total(self) -> Decimal:
        return total_of(self.items)

    @property
    def paid_for_refunded(self) -> Decimal:
        """What was paid for what has been refunded line by line."""
        return paid_for(refunded_of(self.items), (line.price for line in self.items), self.total)


def replay(steps: Sequence[Step], *, at_once: bool) -> Order:
    """The order that these events, in the order of recording, make.

    `at_once`: an order that no event accepts was accepted by its checkout, as the programme was then.
    """
    order, children = Order(), defaultdict[int, list[Step]](list)
    for step in steps:
        if step.parent_id is not None:
            children[step.parent_id].append(step)
    at_once = at_once and not any(step.action in ACCEPTING for step in steps)
    updates = {step.id for step in steps if step.action == "checkout_update"}
    order.created_at = steps[0].recorded_at if steps else None
    for step in steps:
        order.taken_back += step.taken_back
        order.earned += step.points if step.action in EARNING else 0
        # Other events have pending points of their own.
        order.earned += step.promised if step.action in EARNING or step.action in _RULES else 0
        # An update lowers what was burned by itself.
        if step.action in _RULES and not (step.action == "point_unburn" and step.parent_id in updates):
            _RULES[step.action](order, step, children[step.id])
        if step.action == "checkout" and at_once:
            order.accepted_at = step.occurred_at
    return order


def _lines(children: Sequence[Step], action: str) -> list[Line]:
    return [read_line(child.data) for child in children if child.action == action]


def _checkout(order: Order, step: Step, children: Sequence[Step]) -> None:
    order.event_id, order.checkout_at = step.id, step.occurred_at
    order.items += _lines(children, "checkout_item")
    order.fixed_points = values.whole(step.data, POINTS_REWARDED, least=0)
    total = values.money(step.data, "total")
    order.total = order.lines_total if total is None else total


def _item(order: Order, step: Step, children: Sequence[Step]) -> None:
    if step.parent_id is not None:
        return
    is_sum = order.total == order.lines_total
    order.items.append(read_line(step.data))
    order.total = order.lines_total if is_sum else order.total


def _update(order: Order, step: Step, children: Sequence[Step]) -> None:
    items, total = _lines(children, "checkout_update_item"), values.money(step.data, "total")
    order.items = [] if step.data.get("items") == [] else items or order.items
    if total is not None or items:
        order.total = order.lines_total if total is None else total
    fixed, burned = (values.whole(step.data, name, least=0) for name in (POINTS_REWARDED, "points_burned"))
    order.fixed_points = order.fixed_points if fixed is None else fixed
    if burned is not None and burned <= order.burned:
        order.burned, order.given_back = burned, min(order.given_back, burned)


def _update_item(order: Order, step: Step, children: Sequence[Step]) -> None:
    if step.parent_id is not None:
        return
    place, new = line_to_update(order.items, step.data)
    is_sum = order.total == order.lines_total
    order.total = max(order.total + new.subtotal - order.items[place].subtotal, Decimal(0))
    order.items[place] = new
    order.total = order.lines_total if is_sum else order.total


def _accept(order: Order, step: Step, children: Sequence[Step]) -> None:
    order.accepted_at = step.occurred_at


def _accept_item(order: Order, step: Step, children: Sequence[Step]) -> None:
    for place in lines_to_accept(order.items, step.data):
        order.items[place] = replace(order.items[place], accepted=True)
    if all(line.accepted for line in order.items):
        order.accepted_at = step.occurred_at


def _reject(order: Order, step: Step, children: Sequence[Step]) -> None:
    order.is_rejected = True


def _refund(order: Order, step: Step, children: Sequence[Step]) -> None:
    order.refunded, order.is_closed = order.total, True
    order.items = [line.returned() for line in order.items]


def _partial_refund(order: Order, step: Step, children: Sequence[Step]) -> None:
    _refund_amount(order, step, values.money(step.data, "amount") or Decimal(0))


def _refund_item(order: Order, step: Step, children: Sequence[Step]) -> None:
    before = order.paid_for_refunded
    for one in lines_to_refund(order.items, step.data):
        line = order.items[one.place]
        quantity, refunded = line.refunded_quantity + one.quantity, line.refunded + one.subtotal
        order.items[one.place] = replace(line, refunded_quantity=quantity, refunded=refunded)
    amount = order.paid_for_refunded - before
    if values.money(step.data, "subtotal") is None:
        amount = min(amount, order.total - order.refunded)
    _refund_amount(order, step, amount)


def _refund_amount(order: Order, step: Step, amount: Decimal) -> None:
    order.refunded += amount
    if order.refunded == order.total and (order.total or not any(line.left for line in order.items)):
        _refund(order, step, ())


def _reserve(order: Order, step: Step, children: Sequence[Step]) -> None:
    order.reserved += values.whole(step.data, "points") or 0


def _release(order: Order, step: Step, children: Sequence[Step]) -> None:
    order.reserved -= values.whole(step.data, "points") or order.reserved


def _burn(order: Order, step: Step, children: Sequence[Step]) -> None:
    order.burned += values.whole(step.data, "points") or 0


def _unburn(order: Order, step: Step, children: Sequence[Step]) -> None:
    order.given_back += values.whole(step.data, "points") or 0


_RULES: Mapping[str, Callable[[Order, Step, Sequence[Step]], None]] = {
    "checkout": _checkout,
    "checkout_item": _item,
    "checkout_update": _update,
    "checkout_update_item": _update_item,
    "checkout_accept": _accept,
    "checkout_accept_item": _accept_item,
    "checkout_reject": _reject,
    "refund": _refund,
    "partial_refund": _partial_refund,
    "refund_item": _refund_item,
    "reserve_points": _reserve,
    "release_points": _release,
    "point_burn": _burn,
    "point_unburn": _unburn,
}
