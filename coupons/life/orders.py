"""Coupons and orders: a checkout that redeems some, and what becomes of them once the order falls through. Pure."""

from collections.abc import Iterable, Sequence
from typing import Any

from coupons.actions import AMOUNT, CODE, COUPONS, CURRENCY, POOL, REDEEM, STORE, TRANSACTION, UNREDEEM
from coupons.pools.patterns import MAX_LENGTH
from coupons.rows import OF_ORDERS, USES_OF_ORDERS, CouponRow, coupons_of, parts_of_code, uses_of
from events.orders.actions import UNDOING
from events.orders.enums import TransactionStatus
from events.orders.rows import ORDERS
from loyalty.engine import values
from loyalty.engine.batch import Batch
from loyalty.engine.events import Incoming
from loyalty.engine.mechanism import Mechanism
from loyalty.engine.rows import EventRow
from loyalty.engine.state import Part, State
from loyalty.refusals import WrongField

from .holding import pool_of, status_now
from .transitions import Act, may

MAX_COUPONS = 20


def redeem_with_order(event: EventRow, state: State, batch: Batch) -> None:
    """The coupons that the checkout names, each by an event of its own: one that is refused refuses the order."""
    for named in _named(event.data):
        data = {**named, TRANSACTION.name: event.transaction_id}
        if STORE.name in event.data:
            data.setdefault(STORE.name, event.data[STORE.name])
        batch.emit(event.follow_up(REDEEM.name, data, batch.new_id("events_event_id")))


def _named(data: dict[str, Any]) -> Sequence[dict[str, Any]]:
    """Each as a code, or as `{code, amount}`. Raises Refused."""
    if data.get(COUPONS) in (None, ""):
        return []
    found = values.as_list(data[COUPONS])
    if found is None or len(found) > MAX_COUPONS:
        raise WrongField(COUPONS, f"must be a list of at most {MAX_COUPONS} codes, or objects with 'code' and 'amount'")
    return [_one(one, f"{COUPONS}[{place}]") for place, one in enumerate(found)]


def _one(one: Any, place: str) -> dict[str, Any]:
    told = one if isinstance(one, dict) else {CODE.name: one}
    if not isinstance(told.get(CODE.name), str | int) or not 0 < len(str(told[CODE.name])) <= MAX_LENGTH:
        raise WrongField(place, "must be a code, or an object with 'code' and 'amount'")
    return {name: told[name] for name in (CODE.name, AMOUNT.name, POOL.name, CURRENCY.name) if name in told}


def put_back(event: EventRow, state: State, batch: Batch) -> None:
    """What an order has redeemed that was rejected comes back; by the pool's setting, that of one refunded as a whole."""
    order = state.part("orders").get(event.transaction_id)
    if order is None or order.status not in (TransactionStatus.REJECTED, TransactionStatus.REFUNDED):
        return
    for row in coupons_of(state):
        if order.status == TransactionStatus.REFUNDED and not pool_of(row, batch).refund_returns:
            continue
        _put_back(row, event, state, batch)


def _put_back(row: CouponRow, event: EventRow, state: State, batch: Batch) -> None:
    uses = [use for use in uses_of(state, row) if use.transaction_id == event.transaction_id]
    is_written_off = row.written_off is not None
    if uses and may(Act.UNREDEEM, status_now(row, batch.at), uses=len(uses), is_written_off=is_written_off):
        data = {CODE.name: row.code, POOL.name: pool_of(row, batch).slug, TRANSACTION.name: event.transaction_id}
        batch.emit(event.follow_up(UNREDEEM.name, data, batch.new_id("events_event_id")))


def _of_order(incoming: Incoming) -> Iterable[Part]:
    return (OF_ORDERS, USES_OF_ORDERS)


def _of_checkout(incoming: Incoming) -> Iterable[Part]:
    """A malformed list names nothing: the event is refused for it."""
    if COUPONS not in incoming.data:
        return
    try:
        named = _named(incoming.data)
    except WrongField:
        return
    if named:
        # In whose currency gift cards pay, unless they say otherwise.
        yield ORDERS
    for one in named:
        yield from parts_of_code(str(one[CODE.name]))


OF_ORDER = (
    Mechanism(frozenset({"checkout"}), redeem_with_order, parts=_of_checkout),
    Mechanism(UNDOING, put_back, parts=_of_order),
)
