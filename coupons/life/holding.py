"""Which coupon an event means, in which status it is by now, and how it comes to another one. Pure."""

import datetime as dt
from decimal import Decimal
from typing import Protocol

from coupons.actions import CLOSED, CODE, POOL
from coupons.codes import NOT_NOW, UNKNOWN
from coupons.config import APP, CouponsConfig, PoolRule
from coupons.enums import LIVE, CouponStatus, MovementKind
from coupons.pools.patterns import MAX_LENGTH, folded
from coupons.rows import COUPONS, CouponRow, MovementRow, coupons_of, known_uses, uses_of
from loyalty.bulk.kinds import BULK
from loyalty.engine import values
from loyalty.engine.batch import Batch
from loyalty.engine.reduce import InvalidAction
from loyalty.engine.rows import EventRow
from loyalty.engine.state import State
from loyalty.refusals import MissingField, Refused

from .transitions import Act, is_legal, may

NOTHING = Decimal(0)


class UnknownCoupon(Refused):
    """The one answer to integrators: there is no such code, it is somebody else's, or its day is over."""

    def __init__(self) -> None:
        super().__init__(UNKNOWN, "Coupon not found", field=CODE.name)


def coupons_config(batch: Batch) -> CouponsConfig:
    found: CouponsConfig = batch.program.config.get(APP) or CouponsConfig()
    return found


def pool_of(row: CouponRow, batch: Batch) -> PoolRule:
    return coupons_config(batch).by_id[row.pool_id]


def refuse_single_events(event: EventRow, batch: Batch) -> None:
    """What integrators may send by bulk requests only: raises Refused."""
    if batch.by.source == "api" and BULK not in batch.by.grants and not event.depth:
        raise InvalidAction(event.action, CLOSED)


def code_in(event: EventRow) -> str:
    found = values.text(event.data, CODE.name, limit=MAX_LENGTH)
    if found is None:
        raise MissingField(CODE.name)
    return found


class Dated(Protocol):
    """A coupon, as a row of the engine or of a page."""

    @property
    def status(self) -> str: ...

    @property
    def expires_at(self) -> dt.datetime | None: ...


def status_now(row: Dated, at: dt.datetime) -> CouponStatus:
    """Whose day is over is expired, whether or not the timer has come."""
    is_over = row.expires_at is not None and row.expires_at <= at
    return CouponStatus.EXPIRED if is_over and row.status in LIVE else CouponStatus(row.status)


def find(event: EventRow, state: State, batch: Batch, act: Act) -> CouponRow:
    """The customer's coupon that the event names, announced to be about to change. Raises Refused.

    Where several pools have the code: one that this can be done to, the oldest of them.
    """
    code = folded(code_in(event))
    pool = values.text(event.data, POOL.name, limit=64)
    found = [
        row
        for row in coupons_of(state)
        if folded(row.code) == code
        and row.customer_id == state.customer.id
        and (pool is None or pool_of(row, batch).slug == pool)
    ]
    if not found:
        raise UnknownCoupon
    chosen = next((row for row in found if _may(row, state, batch, act)), None)
    if chosen is None:
        raise _refusal(found[-1], batch, act)
    event.data = {**event.data, CODE.name: chosen.code, POOL.name: pool_of(chosen, batch).slug}
    return batch.edit(chosen)


def _may(row: CouponRow, state: State, batch: Batch, act: Act) -> bool:
    uses = len(uses_of(state, row)) if act == Act.UNREDEEM else row.uses
    return may(act, status_now(row, batch.at), uses=uses, is_written_off=row.written_off is not None)


def _refusal(row: CouponRow, batch: Batch, act: Act) -> Refused:
    status = status_now(row, batch.at)
    if batch.by.source == "api" and status == CouponStatus.EXPIRED:
        return UnknownCoupon()
    return Refused(NOT_NOW, f"This cannot be done to a coupon that is {status.value}", field=CODE.name)


def move(row: CouponRow, act: Act, after: CouponStatus, at: dt.datetime) -> None:
    """The one place at which a status changes. Raises ValueError for what the table of transitions does not have."""
    before = status_now(row, at)
    if not is_legal(act, before, after):
        raise ValueError(f"No coupon comes from {before} to {after} by {act}")
    row.status = after.value
    row.invalidated_at = at if after == CouponStatus.INVALID else None


def standing(row: CouponRow, at: dt.datetime) -> CouponStatus:
    """The status of a coupon that somebody holds, by what is left of it and its last day."""
    if row.expires_at is not None and row.expires_at <= at:
        return CouponStatus.EXPIRED
    if not row.uses:
        return CouponStatus.CLAIMED
    is_left = row.balance > 0 if row.balance is not None else row.uses < row.issued
    return CouponStatus.PARTIALLY_REDEEMED if is_left else CouponStatus.REDEEMED


def move_balance(row: CouponRow, amount: Decimal, kind: MovementKind, event: EventRow, batch: Batch) -> None:
    """`amount` is signed; nothing is no movement."""
    row.balance = (row.balance or NOTHING) + amount
    if amount:
        batch.add(MovementRow.load((row.id, kind.value, amount, event.id, event.recorded_at)))


def leave_holder(row: CouponRow, state: State, batch: Batch) -> None:
    """Whoever has the code next, and their copy of their data, learns nothing of the orders that had redeemed it."""
    batch.pop(state.part(COUPONS), row.id)
    for use in known_uses(state, row):
        batch.edit(use).transaction_id = use.store = None
