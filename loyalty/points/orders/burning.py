"""Points that pay for an order: burned at the checkout, given back when it is undone. Pure."""

from collections.abc import Sequence

from events.orders.enums import TransactionStatus
from events.orders.rows import TransactionRow, order_of
from loyalty.engine import values
from loyalty.engine.batch import Batch
from loyalty.engine.rows import EventRow
from loyalty.engine.state import State
from loyalty.engine.status import Status
from loyalty.points.config import AccountRule
from loyalty.points.enums import EntryKind
from loyalty.points.ledger.moves import (
    Piece,
    account_of,
    config,
    consume,
    count_burned,
    give_back,
    held_by,
    release,
    repay_from,
)
from loyalty.refusals import Refused


def require_spender(state: State) -> None:
    if state.customer.status == Status.SUSPENDED:
        raise Refused(110003, "Customer may not spend points while suspended")
    if state.customer.status != Status.ACTIVE:
        raise Refused(160216, "Customer is not active")


def spent(event: EventRow, state: State, batch: Batch) -> None:
    customer = batch.edit(state.customer)
    customer.last_spend_date = max(customer.last_spend_date or event.occurred_at, event.occurred_at)


def account_of_order(order: TransactionRow, event: EventRow, batch: Batch) -> AccountRule:
    """The order's account; the event's for an order that has none yet."""
    if order.account_id is None:
        order.account_id = account_of(event, batch.program).id
    return config(batch.program).by_id[order.account_id]


def burn_at_checkout(event: EventRow, state: State, batch: Batch) -> None:
    """Points that pay for the order are spent at once, before it earns any; what was reserved for it goes first."""
    points = values.whole(event.data, "points_burned", least=0) or 0
    if event.transaction_id is None:
        return
    order = order_of(event, state)
    if order.status != TransactionStatus.DRAFT:
        return
    account, kept = account_of(event, batch.program), list[Piece]()
    if order.reserved:
        reserved_in = account_of_order(batch.edit(order), event, batch)
        kept = release_all(event, state, batch, order, reserved_in, points if reserved_in is account else 0)
    batch.edit(order).account_id = account.id
    if points:
        _burn(event, state, batch, order, account, points, kept)


def release_all(
    event: EventRow, state: State, batch: Batch, order: TransactionRow, account: AccountRule, keep: int
) -> list[Piece]:
    """An event of its own releases what was reserved; of which pieces `keep` points are."""
    data = {"points": order.reserved, "transaction_id": order.transaction_id}
    child = event.follow_up("release_points", data, batch.new_id("events_event_id"))
    kept = release(child, state, batch, account, order.reserved, keep)
    repay_from(child, state, batch, account, kept)
    order.reserved = 0
    batch.emit(child)
    return kept


def _burn(
    event: EventRow,
    state: State,
    batch: Batch,
    order: TransactionRow,
    account: AccountRule,
    points: int,
    first: Sequence[Piece] = (),
) -> None:
    require_spender(state)
    data = {"points": points, "transaction_id": order.transaction_id}
    child = event.follow_up("point_burn", data, batch.new_id("events_event_id"))
    consume(child, state, batch, account, points, EntryKind.SPEND, first).spent += points
    order.burned += points
    count_burned(state, batch, account, points)
    spent(child, state, batch)
    batch.emit(child)


def unburn(event: EventRow, state: State, batch: Batch, order: TransactionRow, points: int) -> None:
    """Points that the order burned come back; the caller says in the order why."""
    if not points:
        return
    account = account_of_order(order, event, batch)
    data = {"points": points, "transaction_id": order.transaction_id}
    child = event.follow_up("point_unburn", data, batch.new_id("events_event_id"))
    give_back(child, state, batch, account, points, held_by(child, state, "burn"))
    count_burned(state, batch, account, -points)
    batch.emit(child)
