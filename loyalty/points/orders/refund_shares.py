"""How many points an order owes back, and how many it gets back, at what has been refunded of it so far. Pure.

By docs/ledger.md, "What a refund takes back": computed on cumulative amounts, so that together they are all.
"""

from events.orders.enums import TransactionStatus
from events.orders.lines.rules import NONE, Line, share
from events.orders.rows import TransactionRow

SETTLED = frozenset({TransactionStatus.REJECTED, TransactionStatus.REFUNDED})


def owed_back(order: TransactionRow) -> int:
    """Of what the order earned, how much is to be taken back in all, at what has been refunded so far."""
    if order.status in SETTLED:
        return order.earned
    by_lines = sum(_owed_by(line) for line in order.items)
    earned_by_lines = sum(line.earned for line in order.items)
    named = order.paid_for(order.lines_refunded)
    left, amount = order.total - named, max(order.refunded - named, NONE)
    unnamed = int(share(earned_by_lines - by_lines, min(amount, left), left)) if amount else 0
    return min(by_lines + unnamed + _refunded_part(order, order.earned - earned_by_lines), order.earned)


def _refunded_part(order: TransactionRow, points: int) -> int:
    """Of points of the order as a whole: by the money; of an order that cost nothing, by its lines."""
    part, whole = (order.refunded, order.total) if order.total else (order.lines_refunded, order.lines_price)
    return int(share(points, part, whole)) if part else 0


def _owed_by(line: Line) -> int:
    is_free = line.subtotal == 0 and line.refunded_quantity and not line.left
    return int(share(line.earned, line.refunded, line.subtotal)) if line.refunded or is_free else 0


def burned_back(order: TransactionRow) -> int:
    """Of what it burned, how much is to come back in all."""
    if order.status in SETTLED:
        return order.burned
    return _refunded_part(order, order.burned)
