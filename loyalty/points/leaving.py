"""What becomes of the points of somebody who leaves. Pure."""

from collections.abc import Iterable, Sequence
from functools import partial

from events.orders.rows import UNSETTLED, Booking, TransactionRow
from loyalty.engine.batch import Batch
from loyalty.engine.events import Incoming
from loyalty.engine.rows import EventRow
from loyalty.engine.state import Part, State
from loyalty.points.bonuses.limits import USED_LIMITS
from loyalty.points.bonuses.rules import release_limits
from loyalty.points.ledger.moves import balance_of, config, in_spending_order, release, repay_from, settle
from loyalty.points.ledger.rows import ALL_PENDING, OPEN_LOTS, RESERVED, EntryRow, PendingRow
from loyalty.points.orders.burning import account_of_order

from .config import AccountRule
from .enums import EntryKind


def parts(incoming: Incoming) -> Sequence[Part]:
    return (ALL_PENDING, OPEN_LOTS, RESERVED, UNSETTLED, *USED_LIMITS)


def post_away(event: EventRow, state: State, batch: Batch) -> None:
    """Reserved points are released, promises cancelled; all that can be spent then expires. A debt stays."""
    orders: list[TransactionRow] = list(state.part("orders").values())
    for order in orders:
        if order.reserved:
            _release(event, state, batch, batch.edit(order))
        release_limits(state, batch, batch.edit(order), partial(_is_promised, order))
    rows: Iterable[PendingRow] = state.part("pending").values()
    for row in rows:
        if row.settled_by is None:
            settle(event, state, batch, row)
            _forget(row, state, batch)
    for account in config(batch.program).by_id.values():
        if account.id in state.part("balances"):
            _expire(event, state, batch, account)


def _is_promised(order: TransactionRow, booking: Booking) -> bool:
    """What an accepted line has used was given, and stays used."""
    return booking.line is None or not order.items[booking.line].accepted


def _release(event: EventRow, state: State, batch: Batch, order: TransactionRow) -> None:
    data = {"points": order.reserved, "transaction_id": order.transaction_id}
    child = event.follow_up("release_points", data, batch.new_id("events_event_id"))
    child.transaction_id = order.transaction_id
    account = account_of_order(order, event, batch)
    release(child, state, batch, account, order.reserved, 0)
    repay_from(child, state, batch, account)
    order.reserved = 0
    batch.emit(child)


def _forget(row: PendingRow, state: State, batch: Batch) -> None:
    """The order no longer promises them."""
    order: TransactionRow | None = state.part("orders").get(row.transaction_id)
    if order is not None:
        batch.edit(order).earned -= row.points
        order.bonus -= row.bonus
        if row.line is not None and row.line < len(order.items):
            order.set_line(row.line, earned=0)


def _expire(event: EventRow, state: State, batch: Batch, account: AccountRule) -> None:
    """By an event of its own for each account."""
    left = in_spending_order(state, account)
    points = sum(remaining for _, remaining in left)
    if not points:
        return
    child = event.follow_up("point_expire", {"points": points}, batch.new_id("events_event_id"))
    child.account_id, child.points = account.id, -points
    batch.edit(balance_of(state, account, batch)).expired += points
    for lot, remaining in left:
        batch.edit(lot).remaining = 0
        lot.expired += remaining
        batch.add(EntryRow(child, EntryKind.EXPIRE, -remaining, account.id, lot))
    batch.emit(child)
