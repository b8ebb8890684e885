"""Points: what earns them, what takes them, and from which lots."""

import datetime as dt
from collections.abc import Iterable

from customers.enums import Status
from events.mechanism import line_total
from loyalty.engine import values
from loyalty.engine.rows import EventRow
from loyalty.engine.types import ANY_OTHER_ACTION, Batch, Incoming, Mechanism, Part, Program, Refused, State
from loyalty.staff.enums import Module

from .earning import award, default_points
from .enums import EarningBasis, EntryKind
from .ledger import ALL_LOTS, OPEN_LOTS, USAGES, account_of, balance_of, config, consume, earn, give_back


def open_default_account(state: State, batch: Batch) -> None:
    balance_of(state, config(batch.program).default, batch)


def require_spender(state: State) -> None:
    if state.customer.status == Status.SUSPENDED:
        raise Refused(110003, "Customer may not spend points while suspended")
    if state.customer.status != Status.ACTIVE:
        raise Refused(160216, "Customer is not active")


def spend(event: EventRow, state: State, batch: Batch) -> None:
    require_spender(state)
    _spend(event, state, batch, _required_points(event))


def _spend(event: EventRow, state: State, batch: Batch, points: int) -> None:
    consume(event, state, batch, points, EntryKind.SPEND).spent += points
    customer = batch.edit(state.customer)
    customer.last_spend_date = max(customer.last_spend_date or event.occurred_at, event.occurred_at)


def deduct(event: EventRow, state: State, batch: Batch) -> None:
    """A correction of what was earned: the score goes down."""
    points = _required_points(event)
    consume(event, state, batch, points, EntryKind.DEDUCT).earned -= points


def unspend(event: EventRow, state: State, batch: Batch) -> None:
    give_back(event, state, batch, _required_points(event))


def fix(event: EventRow, state: State, batch: Batch) -> None:
    """A correction of the score by a signed number."""
    points = values.whole(event.data, "points", least=-values.MAX_POINTS)
    if not points:
        raise values.required("points") if points is None else Refused(0, "'points' must not be 0")
    if points > 0:
        earn(event, state, batch, points, _expiry(event, batch.program))
    else:
        consume(event, state, batch, -points, EntryKind.DEDUCT).earned += points


def add(event: EventRow, state: State, batch: Batch) -> None:
    earn(event, state, batch, _required_points(event), _expiry(event, batch.program))


def _required_points(event: EventRow) -> int:
    points = values.whole(event.data, "points")
    if points is None:
        raise values.required("points")
    return points


def _expiry(event: EventRow, program: Program) -> dt.datetime | None:
    """Valid through the day: expires as the next one begins in the programme's time zone."""
    day = values.day(event.data, "expdate")
    if day is None:
        return None
    if Module.EXPIRING_POINTS not in program.modules:
        raise Refused(0, "'expdate' needs the module Expiring points, which is switched off")
    expires_at = end_of(day, program)
    if expires_at <= event.recorded_at:
        raise Refused(0, "'expdate' must not be in the past")
    return expires_at


def end_of(day: dt.date, program: Program) -> dt.datetime:
    midnight = dt.datetime.combine(day + dt.timedelta(days=1), dt.time(), program.time_zone)
    return midnight.astimezone(dt.UTC)


def burn_at_checkout(event: EventRow, state: State, batch: Batch) -> None:
    """Points that pay for the order are spent at once, before it earns any."""
    points = values.whole(event.data, "points_burned", least=0)
    if not points:
        return
    require_spender(state)
    data = {"points": points, "transaction_id": event.transaction_id}
    burn = event.follow_up("point_burn", data, batch.new_id("events_event_id"))
    _spend(burn, state, batch, points)
    batch.emit(burn)


def burned(event: EventRow, state: State, batch: Batch) -> None:
    """The points were taken with the order."""


def earn_at_checkout(event: EventRow, state: State, batch: Batch) -> None:
    """The points of an order or of its line, whichever the account's earning rule counts."""
    account = account_of(event, batch.program)
    earning = config(batch.program).earning.get(account.id)
    if earning is None:
        return
    by_item = earning.basis == EarningBasis.ITEM
    if event.action == "checkout" and by_item and all(child.action != "checkout_item" for child in batch.emitted):
        raise values.required("items")
    if by_item != (event.action == "checkout_item"):
        return
    amount = line_total(event.data, 0) if by_item else values.money(event.data, "total")
    if amount is None:
        raise values.required("total")
    currency = (values.text(event.data, "currency", limit=3) or batch.program.currency).upper()
    lines = [event.data] if by_item else [row.data for row in batch.emitted if row.action == "checkout_item"]
    found = award(
        state, batch, account=account, earning=earning, amount=amount, currency=currency, lines=lines,
        channel=event.data.get("channel"), at=event.occurred_at,
    )  # fmt: skip
    earn(event, state, batch, found.points, arithmetic=found.arithmetic)


def earn_default_points(event: EventRow, state: State, batch: Batch) -> None:
    """The points that the event type of a custom action names."""
    points = batch.program.event_rules[event.action].default_points
    earn(event, state, batch, points, arithmetic=default_points(points))


def _lots(incoming: Incoming) -> Iterable[Part]:
    return (OPEN_LOTS,)


def _lots_to_fix(incoming: Incoming) -> Iterable[Part]:
    return (OPEN_LOTS,) if "-" in str(incoming.data.get("points")) else ()


def _usages(incoming: Incoming) -> Iterable[Part]:
    return (ALL_LOTS, USAGES)


def _checkout_parts(incoming: Incoming) -> Iterable[Part]:
    burns = incoming.data.get("points_burned") not in (None, "", 0, "0")
    return (OPEN_LOTS,) if burns else ()


MECHANISMS_BEFORE_ORDERS = (Mechanism(frozenset({"checkout"}), burn_at_checkout, parts=_checkout_parts),)
MECHANISMS = (
    Mechanism(frozenset({"checkout"}), earn_at_checkout),
    Mechanism(frozenset({"checkout_item"}), earn_at_checkout, public=False),
    Mechanism(frozenset({"point_burn"}), burned, public=False),
    Mechanism(frozenset({"point_add"}), add),
    Mechanism(frozenset({"point_sub"}), deduct, parts=_lots),
    Mechanism(frozenset({"point_spend"}), spend, parts=_lots),
    Mechanism(frozenset({"point_unspend"}), unspend, parts=_usages),
    Mechanism(frozenset({"point_fix"}), fix, parts=_lots_to_fix),
    Mechanism(frozenset({ANY_OTHER_ACTION}), earn_default_points),
)
