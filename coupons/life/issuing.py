"""Giving somebody a coupon of a pool: for assignments, and for whatever else does it in its own event. Pure."""

import datetime as dt
from decimal import Decimal

from coupons.actions import CODE
from coupons.codes import EXHAUSTED, NOT_NOW
from coupons.config import PoolRule
from coupons.enums import CouponStatus, MovementKind, PoolSource, Sharing
from coupons.pools.patterns import folded
from coupons.rows import COUPONS, FREE, IDS, TERMS, CouponRow, coupons_of
from loyalty.bulk.kinds import BULK
from loyalty.calendar import end_of, later, local_day
from loyalty.engine.batch import Batch
from loyalty.engine.rows import EventRow
from loyalty.engine.state import State
from loyalty.engine.status import Status
from loyalty.refusals import Refused

from .holding import UnknownCoupon, move, move_balance, standing, status_now
from .transitions import Act, may


class OneByOne(Refused):
    """Another system is asked before a claim begins, which it is not for thousands at once."""

    def __init__(self, pool: PoolRule) -> None:
        super().__init__(
            0, f"The codes of the coupon pool {pool.slug} come from another system: not by bulk requests or imports"
        )


def issue(
    pool: PoolRule,
    event: EventRow,
    state: State,
    batch: Batch,
    *,
    code: str | None = None,
    value: Decimal | None = None,
) -> CouponRow:
    """The customer of the state gets a coupon of the pool, as a consequence of the event; nothing else of it is recorded.

    Whoever calls it has asked for `rows.parts_of_issue`. `code`: a certain one; `value`: of this coupon alone, in place of
    the pool's. Raises Refused: 123771 without a code left, 160216 for a customer who is not active, 1601 for a code that
    is not free, 1602 for a generic one that the customer has.
    """
    if state.customer.status != Status.ACTIVE:
        raise Refused(160216, "Customer is not active")
    own = next((row for row in _own(pool, state) if pool.sharing != Sharing.INDIVIDUAL), None)
    if own is not None:
        return _again(own, pool, event, batch, value)
    if pool.sharing == Sharing.GENERIC:
        row = _generic(pool, state, batch, code)
    else:
        row = _free(pool, batch, code)
        batch.put(state.part(COUPONS), row.id, row)
    row.sharing, row.customer_id, row.original_id = pool.sharing.value, state.customer.id, state.customer.id
    row.claimed_at, row.expires_at = event.occurred_at, _end(pool, event, batch)
    if value is not None:
        row.value, row.value_before = value, row.value
    move(row, Act.ASSIGN, CouponStatus.CLAIMED, batch.at)
    if pool.is_gift_card:
        move_balance(row, row.value or Decimal(0), MovementKind.ISSUE, event, batch)
    return row


def _own(pool: PoolRule, state: State) -> list[CouponRow]:
    """Of the pool, what the customer has and has not given away; of a generic code, what they have given away as well."""
    return [
        row
        for row in coupons_of(state)
        if row.pool_id == pool.id
        and row.customer_id == state.customer.id
        and row.sharing == pool.sharing
        and (row.status != CouponStatus.TRANSFERRED or pool.sharing == Sharing.GENERIC)
    ]


def _again(row: CouponRow, pool: PoolRule, event: EventRow, batch: Batch, value: Decimal | None) -> CouponRow:
    """The same code gets another use; a gift card, the value or the pool's once more. All uses of another code have one value."""
    if value is not None and not pool.is_gift_card and value != row.value:
        raise Refused(NOT_NOW, "The customer has the code of this pool with another value", field=CODE.name)
    if pool.sharing == Sharing.GENERIC or not may(Act.ASSIGN_AGAIN, status_now(row, batch.at)):
        raise Refused(NOT_NOW, "The customer has, or has had, the code of this pool", field=CODE.name)
    batch.edit(row)
    row.issued += 1
    before, row.expires_at = status_now(row, batch.at), _later_end(row.expires_at, _end(pool, event, batch))
    row.status = before.value
    if pool.is_gift_card:
        added = pool.value if value is None else value
        move_balance(row, added or Decimal(0), MovementKind.ISSUE, event, batch)
    move(row, Act.ASSIGN_AGAIN, standing(row, batch.at), batch.at)
    return row


def _generic(pool: PoolRule, state: State, batch: Batch, code: str | None) -> CouponRow:
    if code is not None and folded(code) != folded(pool.pattern):
        raise UnknownCoupon
    row = CouponRow.new(batch.new_id(IDS), pool.id, pool.pattern, batch.at)
    row.status = CouponStatus.UNASSIGNED.value
    for name in TERMS:
        setattr(row, name, getattr(pool, name))
    batch.put(state.part(COUPONS), row.id, batch.add(row))
    return row


def _free(pool: PoolRule, batch: Batch, code: str | None) -> CouponRow:
    if code is None and pool.source == PoolSource.REMOTE and _is_one_of_many(batch):
        raise OneByOne(pool)
    found: dict[int, CouponRow] = batch.shared.part(FREE)
    free = (row for row in found.values() if row.pool_id == pool.id and row.status == CouponStatus.UNASSIGNED)
    row = next((row for row in free if code is None or folded(row.code) == folded(code)), None)
    if row is not None:
        return batch.edit(row)
    if code is not None:
        raise UnknownCoupon
    raise Refused(EXHAUSTED, "Ran out of coupons")


def _is_one_of_many(batch: Batch) -> bool:
    return batch.by.source == "import" or BULK in batch.by.grants


def _end(pool: PoolRule, event: EventRow, batch: Batch) -> dt.datetime | None:
    """Through the last day, in the programme's zone."""
    if pool.expires is None:
        return None
    zone = batch.program.time_zone
    return end_of(later(local_day(event.occurred_at, zone), *pool.expires), zone)


def _later_end(one: dt.datetime | None, other: dt.datetime | None) -> dt.datetime | None:
    """What comes in late shortens nothing; None: it is valid for good."""
    return None if one is None or other is None else max(one, other)
