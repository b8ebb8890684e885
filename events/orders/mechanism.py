"""What happened: the life of orders, and the events that only the brand knows."""

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from events import referrals
from events.orders.lines.finding import line_to_update, lines_to_accept
from events.orders.lines.rules import NONE, Line, read_items, read_line, read_lines
from events.types import mechanism as built_in
from events.types.near_misses import refuse_near_misses
from loyalty.engine import values
from loyalty.engine.batch import Batch
from loyalty.engine.events import POINTS_REWARDED, Incoming, Key
from loyalty.engine.mechanism import EVERY_ACTION, Mechanism, record_only
from loyalty.engine.rows import EventRow, from_json
from loyalty.engine.state import Part, State
from loyalty.identifiers import fault_of_new_order
from loyalty.refusals import MissingField, Refused, WrongField

from . import refunds
from .actions import LIFE
from .enums import CHECKOUT_ACCEPT, TransactionStatus
from .refusals import WrongStatus
from .rows import (
    APP,
    GUESTS,
    ORDERS,
    RECEIPTS,
    GuestRow,
    OrdersConfig,
    TransactionRow,
    existing_order,
    follow_checkout,
    named_currency,
    order_of,
    refuse_foreign,
    refuse_other_currency,
)

# What adds to an order that is still open: never to one of somebody else.
ADDING = frozenset({"checkout_item", "reserve_points"})


def _transaction_taken() -> Refused:
    return Refused(5003, "Transaction ID already used", field="transaction_id")


def _key(kind: str, incoming: Incoming) -> Iterable[Key]:
    """A malformed ID has no key: the event is refused for it."""
    try:
        found = values.transaction_id(incoming)
    except Refused:
        return
    if found:
        yield Key(f"{kind}:{found}", _transaction_taken)


def checkout_keys(incoming: Incoming) -> Iterable[Key]:
    """One receipt pays one member, once."""
    return _key("checkout", incoming)


def claim_keys(incoming: Incoming) -> Iterable[Key]:
    return _key("checkout_claim", incoming)


def item_count(incoming: Incoming) -> int:
    items = incoming.data.get("items")
    return 2 + len(values.as_list(items) or ())


def _check_grants(event: EventRow, batch: Batch, items: Iterable[Mapping[str, Any]] = ()) -> None:
    """Raises Refused where the sender may not fix points. What follows from an event was checked with it."""
    if event.depth or POINTS_REWARDED in batch.by.grants:
        return
    if any(data.get(POINTS_REWARDED) not in (None, "") for data in (event.data, *items)):
        raise WrongField(
            POINTS_REWARDED,
            "needs the right to fix points, which this API key does not have. Leave it out, or have an administrator tick"
            " “may fix points” on the key.",
        )


def open_order(event: EventRow, state: State, batch: Batch) -> None:
    """The order that the event names: the one that is there, or a draft that a later checkout activates."""
    name, orders = event.transaction_id, state.part("orders")
    if name is not None and name not in orders and event.action not in LIFE:
        if event.action in ADDING:
            refuse_foreign(name, batch)
        _check_name(name, event)
        batch.put(orders, name, batch.add(TransactionRow.draft(batch.new_id("events_transaction_id"), event)))


def _check_name(name: str, event: EventRow) -> None:
    """Raises Refused for an ID by which nobody could ask for the order. What follows from an event is about an order that
    is there, such as a guest's which is claimed."""
    if not event.depth and (fault := fault_of_new_order(name)):
        raise WrongField("transaction_id", fault)


def checkout(event: EventRow, state: State, batch: Batch) -> None:
    """An order: its lines become events of their own; what it costs counts once it is accepted."""
    if event.transaction_id is None:
        raise MissingField("transaction_id")
    items = read_items(event.data)
    _check_grants(event, batch, items)
    order = batch.edit(order_of(event, state))
    lines = read_lines(items, order.items)
    if order.status != TransactionStatus.DRAFT:
        raise _transaction_taken()
    total = values.money(event.data, "total")
    if total is None and not items and not order.items:
        raise MissingField("total")
    batch.put(batch.shared.part("receipts"), event.transaction_id, event.transaction_id)
    first = len(order.items)
    order.add_lines(lines)
    order.total = order.lines_total if total is None else total
    order.fixed_points = values.whole(event.data, POINTS_REWARDED, least=0)
    order.channel = values.text(event.data, "channel")
    order.event_id, order.checkout_at, order.updated_at = event.id, event.occurred_at, event.recorded_at
    order.currency = currency_of(event, batch)
    for place, item in enumerate(items):
        refuse_other_currency(order, item, place)
    order.status = TransactionStatus.PENDING.value
    _emit_lines(event, batch, items, "checkout_item", first)
    if CHECKOUT_ACCEPT in batch.program.modules:
        order.accept_at = _accept_at(event, batch)
    else:
        _accept(order, state, batch, event)


def currency_of(event: EventRow, batch: Batch) -> str:
    return named_currency(event.data) or batch.program.currency.upper()


def _emit_lines(event: EventRow, batch: Batch, items: Sequence[dict[str, Any]], action: str, first: int = 0) -> None:
    """An event for each line, in the place of `items`; they share the order's currency and channel."""
    shared = {name: event.data[name] for name in ("currency", "channel") if event.data.get(name) not in (None, "")}
    event.data = {name: value for name, value in event.data.items() if name != "items"}
    for place, item in enumerate(items, first):
        child = event.follow_up(action, {**item, **shared}, batch.new_id("events_event_id"))
        child.lines = (place,)
        batch.emit(child)


def _accept_at(event: EventRow, batch: Batch) -> dt.datetime | None:
    """When the order is accepted by itself: as the named day begins, or as the settings say; None: by hand."""
    day = values.day(event.data, "auto_accept", earliest=2000)
    if day is not None:
        return dt.datetime.combine(day, dt.time(), batch.program.time_zone).astimezone(dt.UTC)
    config: OrdersConfig = batch.program.config[APP]
    days = config.accept_after_days
    return None if days is None else event.occurred_at + dt.timedelta(days=days)


def _accept(order: TransactionRow, state: State, batch: Batch, event: EventRow) -> None:
    """From now on it counts in the purchase statistics, at its checkout's date."""
    order.status, order.accepted_at, order.accept_at = TransactionStatus.ACCEPTED.value, event.occurred_at, None
    customer, at = batch.edit(state.customer), order.checkout_at
    assert at is not None
    customer.purchase_total += order.total
    customer.purchase_count += 1
    customer.purchase_item_count += sum((line.left for line in order.items), NONE)
    customer.purchase_first_date = min(customer.purchase_first_date or at, at)
    customer.purchase_last_date = max(customer.purchase_last_date or at, at)


def checkout_item(event: EventRow, state: State, batch: Batch) -> None:
    """A line of an order: with the order, or sent on its own for one that is not accepted yet."""
    if event.parent_id is not None:
        return
    if event.transaction_id is None:
        raise MissingField("transaction_id")
    _check_grants(event, batch)
    order = batch.edit(order_of(event, state))
    refuse_other_currency(order, event.data)
    line = read_line(event.data)
    if line.product_id is None:
        raise MissingField("product_id")
    if order.status not in {TransactionStatus.DRAFT, TransactionStatus.PENDING}:
        raise WrongStatus(order.status, "Items can be added to draft and pending transactions only")
    follow_checkout(event, order)
    if _has_line(order, line):
        raise _transaction_taken()
    is_sum = order.total == order.lines_total
    event.lines = (len(order.items),)
    order.add_lines([line])
    order.total = order.lines_total if is_sum else order.total
    order.updated_at = event.recorded_at


def _has_line(order: TransactionRow, line: Line) -> bool:
    """By its ID, else by its product."""
    if line.line_id is not None:
        return any(other.line_id == line.line_id for other in order.items)
    return any(other.product_id == line.product_id for other in order.items)


def _pending(event: EventRow, state: State, batch: Batch, to: str) -> TransactionRow:
    order = existing_order(event, state, batch)
    if order.status != TransactionStatus.PENDING:
        raise WrongStatus(order.status, f"Only pending transactions can be {to}; this one is {order.status}")
    return order


def checkout_update(event: EventRow, state: State, batch: Batch) -> None:
    """What the event names replaces what was: lines, total, points burned."""
    order = _updatable(event, state, batch)
    items = read_items(event.data)
    _check_grants(event, batch, items)
    total = values.money(event.data, "total")
    fixed_points = values.whole(event.data, POINTS_REWARDED, least=0)
    if fixed_points is not None:
        order.fixed_points = fixed_points
    order.channel = values.text(event.data, "channel") or order.channel
    # PHP's JSON has an empty object for an empty list.
    empties = event.data.get("items") in ([], {})
    if empties and total is None:
        raise WrongField(
            "items", "is empty: name the 'total' too, or reject the order. To keep its lines, leave 'items' out"
        )
    if items or empties:
        order.items = tuple(read_lines(items))
    if total is not None or items:
        order.total = order.lines_total if total is None else total
    for place, item in enumerate(items):
        refuse_other_currency(order, item, place)
    _emit_lines(event, batch, items, "checkout_update_item")
    if empties:
        # No line tells of it.
        event.data["items"] = []


def checkout_update_item(event: EventRow, state: State, batch: Batch) -> None:
    """One line's new quantity and price; the order's total changes by the difference."""
    if event.parent_id is not None:
        return
    _check_grants(event, batch)
    order = _updatable(event, state, batch)
    place, new = line_to_update(order.items, event.data)
    event.lines, is_sum = (place,), order.total == order.lines_total
    order.total = max(order.total + new.subtotal - order.items[place].subtotal, NONE)
    order.items = (*order.items[:place], new, *order.items[place + 1 :])
    order.total = order.lines_total if is_sum else order.total


def _updatable(event: EventRow, state: State, batch: Batch) -> TransactionRow:
    order = _pending(event, state, batch, "updated")
    if any(line.accepted for line in order.items):
        raise Refused(112215, "Items of this transaction have been accepted: it can no longer be updated")
    return order


def checkout_accept(event: EventRow, state: State, batch: Batch) -> None:
    order = _pending(event, state, batch, "accepted")
    _accept(order, state, batch, event)


def checkout_accept_item(event: EventRow, state: State, batch: Batch) -> None:
    """A line is accepted, or several; with the last one the order is."""
    order = _pending(event, state, batch, "accepted")
    event.lines = tuple(lines_to_accept(order.items, event.data))
    for place in event.lines:
        order.set_line(place, accepted=True)
    if all(line.accepted for line in order.items):
        _accept(order, state, batch, event)


def checkout_reject(event: EventRow, state: State, batch: Batch) -> None:
    """The order is undone: while it is pending, or a whole purchase that is returned where orders need no acceptance."""
    order = existing_order(event, state, batch)
    decided = CHECKOUT_ACCEPT in batch.program.modules
    if order.status == TransactionStatus.ACCEPTED and decided:
        raise WrongStatus(order.status, "The transaction has been accepted: it can be refunded, but no longer rejected")
    if order.status not in {TransactionStatus.PENDING, TransactionStatus.ACCEPTED}:
        raise WrongStatus(
            order.status, f"Only pending and accepted transactions can be rejected; this one is {order.status}"
        )
    if order.accepted_at is not None:
        refunds.uncount(state, batch, order.open_total, sum((line.left for line in order.items), NONE))
    order.status, order.accept_at = TransactionStatus.REJECTED.value, None


def checkout_claim(event: EventRow, state: State, batch: Batch) -> None:
    """A guest's order becomes the customer's, with all that a checkout does."""
    if event.transaction_id is None:
        raise MissingField("transaction_id")
    guest: GuestRow | None = batch.shared.part("guests").get(event.transaction_id)
    if guest is None:
        existing_order(event, state, batch)
        raise Refused(112218, "Only the order of a guest can be claimed", field="transaction_id")
    batch.edit(guest).claimed_by = event.customer_id
    order = event.follow_up("checkout", from_json(guest.data), batch.new_id("events_event_id"))
    order.account = guest.account
    batch.emit(order)


def _orders(incoming: Incoming) -> Iterable[Part]:
    if incoming.data.get("transaction_id") in (None, ""):
        return ()
    return (ORDERS, RECEIPTS) if incoming.action in ADDING else (ORDERS,)


def _receipts(incoming: Incoming) -> Iterable[Part]:
    return (RECEIPTS,)


def _guests(incoming: Incoming) -> Iterable[Part]:
    return (RECEIPTS, GUESTS)


OPENING = (
    Mechanism(frozenset({EVERY_ACTION}), referrals.refuse_internal_keys),
    Mechanism(frozenset({EVERY_ACTION}), refuse_near_misses),
    Mechanism(frozenset({EVERY_ACTION}), open_order, parts=_orders),
)
MECHANISMS = (
    Mechanism(frozenset({"checkout"}), checkout, keys=checkout_keys, fan_out=item_count),
    Mechanism(frozenset({"checkout_item"}), checkout_item),
    Mechanism(frozenset({"checkout_update"}), checkout_update, parts=_receipts, fan_out=item_count),
    Mechanism(frozenset({"checkout_update_item"}), checkout_update_item, parts=_receipts),
    Mechanism(frozenset({"checkout_accept"}), checkout_accept, parts=_receipts),
    Mechanism(frozenset({"checkout_accept_item"}), checkout_accept_item, parts=_receipts),
    Mechanism(frozenset({"checkout_item_accept"}), record_only),
    Mechanism(frozenset({"checkout_reject"}), checkout_reject, parts=_receipts),
    Mechanism(frozenset({"checkout_claim"}), checkout_claim, keys=claim_keys, parts=_guests),
    Mechanism(frozenset({"refund"}), refunds.refund, parts=_receipts),
    Mechanism(frozenset({"partial_refund"}), refunds.partial_refund, parts=_receipts),
    Mechanism(frozenset({"refund_item"}), refunds.refund_item, parts=_receipts),
    *referrals.MECHANISMS,
    *built_in.MECHANISMS,
)
