"""Coupons in the engine: what each of their events does. Pure."""

from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any

from coupons.actions import (
    ASSIGN,
    CHANGE,
    CODE,
    EXPIRE,
    INVALIDATE,
    POOL,
    RECEIVE,
    REDEEM,
    TRANSFER,
    UNASSIGN,
    UNREDEEM,
)
from coupons.codes import NOT_NOW, POOL_UNKNOWN
from coupons.config import PoolRule
from coupons.enums import CouponStatus, MovementKind, Sharing
from coupons.pools.patterns import MAX_LENGTH
from coupons.rows import (
    COUPONS,
    IDS,
    TERMS,
    CouponRow,
    coupons_of,
    parts_of_code,
    parts_of_issue,
    parts_of_leaving,
)
from events.orders.rows import ORDERS
from loyalty.calendar import end_of, last_day_before
from loyalty.engine import values
from loyalty.engine.batch import Batch
from loyalty.engine.events import Incoming
from loyalty.engine.mechanism import Mechanism, record_only
from loyalty.engine.reduce import UnknownCustomer
from loyalty.engine.rows import EventRow
from loyalty.engine.state import Part, State
from loyalty.engine.status import Status
from loyalty.refusals import MissingField, Refused, WrongField

from .holding import (
    coupons_config,
    find,
    leave_holder,
    move,
    move_balance,
    pool_of,
    refuse_single_events,
    standing,
    status_now,
)
from .issuing import issue
from .orders import OF_ORDER
from .redemption import redeem, unredeem
from .transitions import Act

EXPIRES_ON = "expires_on"


def assign(event: EventRow, state: State, batch: Batch) -> None:
    """A certain code of the pool, or the next one that is free."""
    refuse_single_events(event, batch)
    pool = _pool(event, batch)
    row = issue(pool, event, state, batch, code=values.text(event.data, CODE.name, limit=MAX_LENGTH))
    event.data = {**event.data, CODE.name: row.code}


def _pool(event: EventRow, batch: Batch) -> PoolRule:
    slug = values.text(event.data, POOL.name, limit=64)
    if slug is None:
        raise MissingField(POOL.name)
    found = coupons_config(batch).pools.get(slug)
    if found is None:
        raise Refused(POOL_UNKNOWN, "Coupon Pool not found", field=POOL.name)
    return found


def unassign(event: EventRow, state: State, batch: Batch) -> None:
    """The code is free again; a generic one is everybody's, so the customer's row goes."""
    refuse_single_events(event, batch)
    row = find(event, state, batch, Act.UNASSIGN)
    move(row, Act.UNASSIGN, CouponStatus.UNASSIGNED, batch.at)
    if row.balance:
        move_balance(row, -row.balance, MovementKind.UNASSIGN, event, batch)
    if row.sharing == Sharing.GENERIC:
        batch.pop(state.part(COUPONS), row.id)
        batch.remove(row)
        return
    leave_holder(row, state, batch)
    if row.value_before is not None:
        row.value, row.value_before = row.value_before, None
    row.customer_id = row.original_id = row.claimed_at = row.expires_at = row.balance = None
    row.sharing, row.issued = Sharing.INDIVIDUAL.value, 1


def invalidate(event: EventRow, state: State, batch: Batch) -> None:
    refuse_single_events(event, batch)
    move(find(event, state, batch, Act.INVALIDATE), Act.INVALIDATE, CouponStatus.INVALID, batch.at)


# Given away


def transfer(event: EventRow, state: State, batch: Batch) -> None:
    """The receiver gets it with its days and what is left of it; the giver keeps a row that says so."""
    refuse_single_events(event, batch)
    target = batch.target
    if target is None:
        raise UnknownCustomer
    if target is state:
        raise Refused(NOT_NOW, "A coupon cannot be transferred to whoever has it")
    if target.customer.status != Status.ACTIVE:
        raise Refused(160216, "Customer is not active: coupons are transferred to active ones only")
    row = find(event, state, batch, Act.TRANSFER)
    if row.sharing == Sharing.GENERIC and any(one.pool_id == row.pool_id for one in coupons_of(target)):
        raise Refused(NOT_NOW, "The receiver has, or has had, the code of this pool")
    _hand_over(row, state, target, event, batch)
    told = event.follow_up(RECEIVE.name, _received(event, row, batch), batch.new_id("events_event_id"))
    # In the receiver's stream it has no cause, and nothing of how the giver's event came in.
    told.customer_id, told.parent_id, told.via_id, told.transaction_id = target.customer.id, None, None, None
    told.ip_address, told.user_agent = None, ""
    batch.emit(told)


def _hand_over(row: CouponRow, state: State, target: State, event: EventRow, batch: Batch) -> None:
    """The row of a code of one holder goes to the receiver, so that the code never stands twice; its movements go along.
    Of a generic code each holder has a row of their own."""
    other = batch.add(row.copy(batch.new_id(IDS)))
    kept, given = (row, other) if row.sharing == Sharing.GENERIC else (other, row)
    move(kept, Act.TRANSFER, CouponStatus.TRANSFERRED, batch.at)
    kept.balance = None
    given.customer_id, given.claimed_at = target.customer.id, event.occurred_at
    if given.sharing == Sharing.AGGREGATED:
        # For the receiver it is a code like any other: their own one of the pool stays theirs.
        given.sharing = Sharing.INDIVIDUAL.value
    if given is row:
        leave_holder(row, state, batch)
    batch.put(state.part(COUPONS), kept.id, kept)
    batch.put(target.part(COUPONS), given.id, given)


def _received(event: EventRow, row: CouponRow, batch: Batch) -> dict[str, Any]:
    """The first owner by an internal key, by which nobody is found once erased: pages and APIs show the ID."""
    return {CODE.name: row.code, POOL.name: pool_of(row, batch).slug, "original_key": row.original_id}


# Changed


def change(event: EventRow, state: State, batch: Batch) -> None:
    """`after`: another last day, or none; of what the brand itself changes, other terms in its place."""
    refuse_single_events(event, batch)
    wanted = event.data.get("after")
    if not isinstance(wanted, dict):
        raise MissingField("after")
    if batch.by.source == "timer":
        row = batch.edit(_coupon_of(event, state))
        before = _change_terms(row, wanted, event, batch)
    elif EXPIRES_ON in wanted:
        row = find(event, state, batch, Act.CHANGE_EXPIRATION)
        wanted = {EXPIRES_ON: wanted[EXPIRES_ON]}
        before = {EXPIRES_ON: _change_expiration(row, wanted, batch)}
    else:
        raise WrongField("after", f"must name '{EXPIRES_ON}'")
    event.data = {CODE.name: row.code, POOL.name: pool_of(row, batch).slug, "before": before, "after": wanted}


def _coupon_of(event: EventRow, state: State) -> CouponRow:
    """Of what timers emit, which have read it."""
    found: CouponRow = state.part(COUPONS)[event.data["coupon_id"]]
    return found


def _change_expiration(row: CouponRow, wanted: Mapping[str, Any], batch: Batch) -> str | None:
    """The last day before. The row says by itself how much is left of it: so it comes to what it was."""
    zone = batch.program.time_zone
    before = last_day_before(row.expires_at, zone).isoformat() if row.expires_at else None
    day = values.day(wanted, EXPIRES_ON, earliest=2000)
    row.status = status_now(row, batch.at).value
    row.expires_at = end_of(day, zone) if day else None
    move(row, Act.CHANGE_EXPIRATION, standing(row, batch.at), batch.at)
    return before


def _change_terms(row: CouponRow, wanted: Mapping[str, Any], event: EventRow, batch: Batch) -> dict[str, Any]:
    """The terms before. What has been spent from keeps its value."""
    before: dict[str, Any] = {}
    for name in TERMS:
        if name in wanted:
            old, new = getattr(row, name), None if wanted[name] is None else Decimal(wanted[name])
            before[name] = None if old is None else f"{old:f}"
            setattr(row, name, new)
            if name == "value" and row.value_before is not None:
                # It is the code's from now on, whoever holds it next.
                row.value_before = new
            if name == "value" and row.balance is not None and new is not None and old != new:
                move_balance(row, new - (old or Decimal(0)), MovementKind.CHANGE, event, batch)
    return before


def expire(event: EventRow, state: State, batch: Batch) -> None:
    """Written by the timer."""
    row = batch.edit(_coupon_of(event, state))
    event.data = {CODE.name: row.code, POOL.name: pool_of(row, batch).slug}
    row.status = CouponStatus.EXPIRED.value


# What they have read


def _by_code(incoming: Incoming) -> Iterable[Part]:
    code = incoming.data.get(CODE.name)
    return parts_of_code(str(code)) if isinstance(code, str | int) else ()


def _to_leave(incoming: Incoming) -> Iterable[Part]:
    code = incoming.data.get(CODE.name)
    return parts_of_leaving(str(code)) if isinstance(code, str | int) else ()


def _with_order(incoming: Incoming) -> Iterable[Part]:
    return (*_by_code(incoming), ORDERS)


def _of_issue(incoming: Incoming) -> Iterable[Part]:
    pool, code = incoming.data.get(POOL.name), incoming.data.get(CODE.name)
    if not isinstance(pool, str):
        return ()
    return parts_of_issue(pool, str(code) if isinstance(code, str | int) and code != "" else None)


def _only(name: str) -> frozenset[str]:
    return frozenset({name})


MECHANISMS = (
    Mechanism(_only(ASSIGN.name), assign, parts=_of_issue),
    Mechanism(_only(UNASSIGN.name), unassign, parts=_to_leave),
    Mechanism(_only(REDEEM.name), redeem, parts=_with_order),
    Mechanism(_only(UNREDEEM.name), unredeem, parts=_by_code),
    Mechanism(_only(INVALIDATE.name), invalidate, parts=_by_code),
    Mechanism(_only(TRANSFER.name), transfer, parts=_to_leave),
    Mechanism(_only(RECEIVE.name), record_only),
    Mechanism(_only(CHANGE.name), change, parts=_by_code),
    Mechanism(_only(EXPIRE.name), expire),
    *OF_ORDER,
)
