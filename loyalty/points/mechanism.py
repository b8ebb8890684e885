"""Points: what earns them, what takes them, and from which lots."""

import datetime as dt
from collections.abc import Iterable

from events.orders.actions import UNDOING
from events.orders.enums import TransactionStatus
from events.orders.rows import TransactionRow, existing_order, follow_checkout, order_of
from loyalty.accounts.enums import MULTI_ACCOUNTS
from loyalty.engine import values
from loyalty.engine.actions import EARNING_ACTION
from loyalty.engine.batch import Batch
from loyalty.engine.events import Incoming
from loyalty.engine.mechanism import ANY_OTHER_ACTION, Mechanism, record_only
from loyalty.engine.rows import EventRow, to_json
from loyalty.engine.state import Part, State
from loyalty.points.bonuses.limits import USED_LIMITS, limits
from loyalty.points.expiry.mechanism import change_expiration, named_expiry
from loyalty.points.ledger.moves import (
    account_of,
    balance_of,
    burned_with_orders,
    config,
    consume,
    earn,
    give_back,
    promise,
    release,
    repay_from,
    settle,
)
from loyalty.points.ledger.rows import (
    ALL_LOTS,
    BURNED,
    HELD,
    OPEN_LOTS,
    ORDER_LOTS,
    PENDING,
    PENDING_OF_ORDERS,
    USAGES,
    PendingRow,
)
from loyalty.points.orders.earning import default_points
from loyalty.refusals import MissingField, Refused, WrongField

from . import leaving
from .enums import EntryKind
from .orders import burning
from .orders import mechanism as orders


def open_default_account(state: State, batch: Batch) -> None:
    balance_of(state, config(batch.program).default, batch)


def spend(event: EventRow, state: State, batch: Batch) -> None:
    burning.require_spender(state)
    points = _required_points(event)
    account = account_of(event, batch.program)
    consume(event, state, batch, account, points, EntryKind.SPEND).spent += points
    burning.spent(event, state, batch)


def deduct(event: EventRow, state: State, batch: Batch) -> None:
    """A correction of what was earned: the score goes down."""
    points = _required_points(event)
    account = account_of(event, batch.program)
    consume(event, state, batch, account, points, EntryKind.DEDUCT).earned -= points


def unspend(event: EventRow, state: State, batch: Batch) -> None:
    """Give spent points back: those burned by the order that the event names, else those that no order burned."""
    points = _required_points(event)
    order: TransactionRow | None = state.part("orders").get(event.transaction_id)
    if order is not None and order.status != TransactionStatus.DRAFT:
        follow_checkout(event, order)
        _require_spent(points, order.burned - order.given_back)
        burning.unburn(event, state, batch, batch.edit(order), points)
        order.given_back += points
        return
    account = account_of(event, batch.program)
    _require_spent(points, balance_of(state, account, batch).spent - burned_with_orders(state, account))
    batch.edit(balance_of(state, account, batch))
    give_back(event, state, batch, account, points)


def _require_spent(points: int, spent: int) -> None:
    if points > spent:
        message = f"Cannot unspend more than spent: {points} to give back, {spent} spent"
        raise Refused(112900, message, field="points")


def fix(event: EventRow, state: State, batch: Batch) -> None:
    """A correction of the score by a signed number."""
    points = values.whole(event.data, "points", least=-values.MAX_POINTS)
    if not points:
        raise MissingField("points") if points is None else WrongField("points", "must not be 0")
    account = account_of(event, batch.program)
    if points > 0:
        earn(event, state, batch, account, points, named_expiry(event, batch.program))
    else:
        consume(event, state, batch, account, -points, EntryKind.DEDUCT).earned += points


def add(event: EventRow, state: State, batch: Batch) -> None:
    account = account_of(event, batch.program)
    earn(event, state, batch, account, _required_points(event), named_expiry(event, batch.program))


def _required_points(event: EventRow) -> int:
    points = values.whole(event.data, "points")
    if points is None:
        raise MissingField("points")
    return points


def reserve(event: EventRow, state: State, batch: Batch) -> None:
    """Points are set aside for an order that is to come."""
    if event.transaction_id is None:
        raise MissingField("transaction_id")
    points = _required_points(event)
    burning.require_spender(state)
    order = batch.edit(order_of(event, state))
    if order.reserved or order.status != TransactionStatus.DRAFT:
        raise Refused(5003, "Transaction ID already used", field="transaction_id")
    account = account_of(event, batch.program)
    consume(event, state, batch, account, points, EntryKind.RESERVE).reserved += points
    order.account_id, order.reserved, order.updated_at = account.id, points, event.recorded_at


def release_points(event: EventRow, state: State, batch: Batch) -> None:
    """Points reserved for an order become spendable again: all, or as many as the event says."""
    if event.parent_id is not None:
        return
    order = existing_order(event, state, batch)
    if not order.reserved:
        raise Refused(112910, "No points are reserved for this transaction", field="transaction_id")
    points = values.whole(event.data, "points") or order.reserved
    if points > order.reserved:
        message = f"Cannot release more than reserved: {points} to release, {order.reserved} reserved"
        raise Refused(112911, message, field="points")
    account = burning.account_of_order(order, event, batch)
    release(event, state, batch, account, points, 0)
    repay_from(event, state, batch, account)
    order.reserved -= points


def earn_default_points(event: EventRow, state: State, batch: Batch) -> None:
    """The points that the event type of the action names; it may keep them pending for some days."""
    rule = batch.program.event_rules[event.action]
    if event.account is None and MULTI_ACCOUNTS in batch.program.modules:
        event.account = rule.default_account or None
    account = account_of(event, batch.program)
    arithmetic = to_json(default_points(rule.default_points))
    if rule.pending_days is None:
        earn(event, state, batch, account, rule.default_points, arithmetic=arithmetic)
        return
    due_at = event.occurred_at + dt.timedelta(days=rule.pending_days)
    promise(event, state, batch, account, rule.default_points, arithmetic=arithmetic, due_at=due_at)


def confirm_pending(event: EventRow, state: State, batch: Batch) -> None:
    row = _pending(event, state)
    earn(event, state, batch, settle(event, state, batch, row), row.points, arithmetic=row.arithmetic)


def cancel_pending(event: EventRow, state: State, batch: Batch) -> None:
    row = _pending(event, state)
    event.account_id = settle(event, state, batch, row).id


def _pending(event: EventRow, state: State) -> PendingRow:
    id = values.whole(event.data, "event", most=2**63 - 1)
    if id is None:
        raise MissingField("event")
    rows: Iterable[PendingRow] = state.part("pending").values()
    for row in rows:
        if row.event_id == id and row.settled_by is None and row.transaction_id is None:
            return row
    message = f"The customer has no pending points of event {id}. Those of an order follow the order."
    raise Refused(112920, message, field="event")


def _lots(incoming: Incoming) -> Iterable[Part]:
    return (OPEN_LOTS,)


def _lots_to_fix(incoming: Incoming) -> Iterable[Part]:
    return (OPEN_LOTS,) if "-" in str(incoming.data.get("points")) else ()


def _to_give_back(incoming: Incoming) -> Iterable[Part]:
    return (ALL_LOTS, USAGES, BURNED, HELD)


def _at_checkout(incoming: Incoming) -> Iterable[Part]:
    burns = incoming.data.get("points_burned") not in (None, "", 0, "0")
    return (*((OPEN_LOTS,) if burns else ()), HELD, PENDING_OF_ORDERS, *USED_LIMITS)


def _pending_points(incoming: Incoming) -> Iterable[Part]:
    return (PENDING,)


def _promises(incoming: Incoming) -> Iterable[Part]:
    return (PENDING_OF_ORDERS,)


def _promises_and_limits(incoming: Incoming) -> Iterable[Part]:
    return (PENDING_OF_ORDERS, *USED_LIMITS)


def _held(incoming: Incoming) -> Iterable[Part]:
    return (HELD, OPEN_LOTS)


def _to_undo(incoming: Incoming) -> Iterable[Part]:
    return (ALL_LOTS, USAGES, HELD, ORDER_LOTS, PENDING_OF_ORDERS, *USED_LIMITS)


MECHANISMS_BEFORE_ORDERS = (
    Mechanism(frozenset({"checkout"}), burning.burn_at_checkout, parts=_at_checkout),
    # Its checkout follows; a guest has burned nothing.
    Mechanism(frozenset({"checkout_claim"}), record_only, parts=_at_checkout, later=limits),
)
MECHANISMS = (
    Mechanism(frozenset({"checkout"}), orders.earn_at_checkout, later=limits),
    Mechanism(
        frozenset({"checkout_item", "checkout_update_item"}),
        orders.earn_by_item,
        parts=_promises_and_limits,
        later=limits,
    ),
    Mechanism(frozenset({"checkout_update"}), orders.update, parts=_to_undo, later=limits),
    Mechanism(frozenset({"checkout_accept", "checkout_accept_item"}), orders.accept, parts=_promises),
    Mechanism(frozenset({"checkout_item_accept"}), orders.accept),
    Mechanism(UNDOING, orders.undo, parts=_to_undo),
    Mechanism(frozenset({"point_burn"}), record_only),
    Mechanism(frozenset({"point_unburn"}), record_only),
    Mechanism(frozenset({"point_expire"}), record_only),
    Mechanism(frozenset({"opt_out", "ban"}), leaving.post_away, parts=leaving.parts),
    Mechanism(frozenset({"reserve_points"}), reserve, parts=_held),
    Mechanism(frozenset({"release_points"}), release_points, parts=_held),
    Mechanism(frozenset({"point_add"}), add),
    Mechanism(frozenset({"point_sub"}), deduct, parts=_lots),
    Mechanism(frozenset({"point_spend"}), spend, parts=_lots),
    Mechanism(frozenset({"point_unspend"}), unspend, parts=_to_give_back),
    Mechanism(frozenset({"point_fix"}), fix, parts=_lots_to_fix),
    Mechanism(frozenset({"point_expiration"}), change_expiration, parts=_lots),
    Mechanism(frozenset({"pending_accept"}), confirm_pending, parts=_pending_points),
    Mechanism(frozenset({"pending_reject"}), cancel_pending, parts=_pending_points),
    Mechanism(frozenset({ANY_OTHER_ACTION, EARNING_ACTION}), earn_default_points),
)
