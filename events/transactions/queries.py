"""Orders as the pages show them: which ones, with which lines, and what may be done with them."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from events.orders.actions import ACCEPT, PARTIAL_REFUND, REFUND, REJECT
from events.orders.enums import TransactionStatus
from events.orders.lines.rules import PLACE, paid_for
from events.orders.models import Transaction
from loyalty.contributions import contributed

# What staff may do with an order as a whole, by its status.
ACTIONS: Mapping[str, Sequence[str]] = {
    TransactionStatus.PENDING.value: (ACCEPT.name, REJECT.name),
    TransactionStatus.ACCEPTED.value: (REFUND.name, PARTIAL_REFUND.name, REJECT.name),
}


@dataclass(frozen=True)
class OrderPoints:
    """How many points an order still promises."""

    promised: Callable[[Transaction], int]


@dataclass(frozen=True)
class Line:
    """A line of an order; `place` is its index among the items."""

    place: int
    line_id: str
    product_id: str
    name: str
    category: str
    quantity: Decimal
    subtotal: Decimal
    refunded_quantity: Decimal
    refunded: Decimal
    earned: int
    is_accepted: bool

    @property
    def lowers(self) -> bool:
        """It lowers the order: something given back, or a discount. Nothing of it can be refunded."""
        return min(self.quantity, self.subtotal) < 0

    @property
    def key(self) -> str:
        """By which an event names it: its place, which no other line of the order has."""
        return f"{PLACE}{self.place + 1}"

    @property
    def quantity_left(self) -> Decimal:
        return self.quantity - self.refunded_quantity


def lines_of(transaction: Transaction) -> list[Line]:
    return [_line(place, item) for place, item in enumerate(transaction.items)]


def _line(place: int, item: Mapping[str, Any]) -> Line:
    """What an item leaves out is nothing, or one piece."""
    return Line(
        place=place,
        line_id=item.get("line_id") or "",
        product_id=item.get("product_id") or "",
        name=item.get("name") or "",
        category=item.get("category") or "",
        quantity=Decimal(str(item.get("quantity", 1))),
        subtotal=Decimal(str(item.get("subtotal", 0))),
        refunded_quantity=Decimal(str(item.get("refunded_quantity", 0))),
        refunded=Decimal(str(item.get("refunded", 0))),
        earned=item.get("earned", 0),
        is_accepted=item.get("accepted", False),
    )


def paid_left(line: Line, transaction: Transaction) -> Decimal:
    """What was paid for what is left of the line."""
    prices = [max(one.subtotal, Decimal(0)) for one in lines_of(transaction)]
    return paid_for(max(line.subtotal - line.refunded, Decimal(0)), prices, transaction.total)


def actions_on(transaction: Transaction) -> Iterator[str]:
    """What may be done with the order as a whole; of nothing no part can be refunded."""
    for action in ACTIONS.get(transaction.status, ()):
        if action != "partial_refund" or transaction.total > transaction.refunded:
            yield action


def action_on(line: Line, transaction: Transaction) -> str:
    """What may be done with this line alone; empty for nothing."""
    if transaction.status == TransactionStatus.PENDING and not line.is_accepted:
        return "checkout_accept_item"
    is_left = transaction.status == TransactionStatus.ACCEPTED and line.quantity_left > 0
    return "refund_item" if is_left else ""


def pending_points(transaction: Transaction) -> int:
    """What the order still promises."""
    return sum(points.promised(transaction) for points in contributed(OrderPoints))
