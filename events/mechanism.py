"""What happened: orders, and the events that only the brand knows."""

from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any

from loyalty.engine import values
from loyalty.engine.reduce import InvalidAction
from loyalty.engine.rows import EventRow
from loyalty.engine.types import ANY_OTHER_ACTION, Batch, Incoming, Key, Mechanism, Part, Refused, State

MAX_ITEMS = 1_000
MAX_QUANTITY = 1_000_000


def _transaction_taken() -> Refused:
    return Refused(5003, "Transaction ID already used")


def checkout_keys(incoming: Incoming) -> Iterable[Key]:
    """One receipt pays one member, once. A malformed ID has no key: the event is refused for it."""
    try:
        found = values.text(incoming.data, "transaction_id", limit=values.MAX_TRANSACTION_ID)
    except Refused:
        return
    if found:
        yield Key(f"checkout:{found}", _transaction_taken)


def item_count(incoming: Incoming) -> int:
    items = incoming.data.get("items")
    return 2 + (len(items) if isinstance(items, list) else 0)


def read_items(data: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The lines of a checkout; raises Refused naming the line that is not one."""
    items = data.get("items")
    if items is None or items == "":
        return []
    if not isinstance(items, list) or len(items) > MAX_ITEMS:
        raise Refused(0, f"'items' must be a list of at most {MAX_ITEMS} items")
    for index, item in enumerate(items):
        if not isinstance(item, dict):
            raise Refused(0, f"'items[{index}]' must be an object with price and quantity")
    return items


def line_total(item: Mapping[str, Any], index: int) -> Decimal:
    """What the line costs: `subtotal`, or price × quantity − discount. The discount is for the whole quantity."""
    try:
        subtotal = values.money(item, "subtotal")
        if subtotal is not None:
            return subtotal
        price = values.money(item, "price")
        if price is None:
            raise values.required("subtotal")
        found = price * _quantity(item) - (values.money(item, "discount") or 0)
    except Refused as refusal:
        raise Refused(refusal.code, f"items[{index}]: {refusal.message}") from None
    if found < 0:
        raise Refused(0, f"items[{index}]: 'discount' is more than the line costs")
    if found > values.MAX_MONEY:
        raise Refused(0, f"items[{index}]: price × quantity must not be more than {values.MAX_MONEY:f}")
    return found


def _quantity(item: Mapping[str, Any]) -> int:
    found = values.whole(item, "quantity", least=0, most=MAX_QUANTITY)
    return 1 if found is None else found


def checkout(event: EventRow, state: State, batch: Batch) -> None:
    """An order: its lines become events of their own, its total counts in the purchase statistics."""
    if event.transaction_id is None:
        raise values.required("transaction_id")
    items = read_items(event.data)
    lines = [line_total(item, index) for index, item in enumerate(items)]
    total = values.money(event.data, "total")
    if total is None and not items:
        raise values.required("total")
    currency = values.text(event.data, "currency", limit=3)
    event.data = {name: value for name, value in event.data.items() if name != "items"}
    for item in items:
        attributes = {**item, "currency": currency} if currency else item
        batch.emit(event.follow_up("checkout_item", attributes, batch.new_id("events_event_id")))
    _count_purchase(event, state, batch, sum(lines, Decimal(0)) if total is None else total, items)


def _count_purchase(event: EventRow, state: State, batch: Batch, total: Decimal, items: list[dict[str, Any]]) -> None:
    customer, at = batch.edit(state.customer), event.occurred_at
    customer.purchase_total += total
    customer.purchase_count += 1
    customer.purchase_item_count += sum(map(_quantity, items))
    customer.purchase_first_date = min(customer.purchase_first_date or at, at)
    customer.purchase_last_date = max(customer.purchase_last_date or at, at)


def checkout_item(event: EventRow, state: State, batch: Batch) -> None:
    """A line of an order: its part in the purchase is counted with the order."""


# Which one-time actions a customer has already done.
DONE = Part(
    "done",
    "SELECT c.id, t.action FROM customers_customer c CROSS JOIN events_eventtype t WHERE c.id IN ({customers}) AND t.one_time"
    " AND EXISTS (SELECT 1 FROM events_event e WHERE e.customer_id = c.id AND e.action = t.action)",
    lambda state, row: state.part("done").update({row[1]: row[1]}),
)


def custom(event: EventRow, state: State, batch: Batch) -> None:
    """An action that the brand has defined."""
    rule = batch.program.event_rules[event.action]
    if rule.factory:
        raise InvalidAction(event.action)
    if rule.one_time:
        if event.action in state.part("done"):
            raise Refused(10001, "This action cannot be repeated")
        batch.file(state.part("done"), event.action, event.action)


def _done(incoming: Incoming) -> Iterable[Part]:
    return (DONE,)


MECHANISMS = (
    Mechanism(frozenset({"checkout"}), checkout, keys=checkout_keys, fan_out=item_count),
    Mechanism(frozenset({"checkout_item"}), checkout_item, public=False),
    Mechanism(frozenset({ANY_OTHER_ACTION}), custom, parts=_done),
)
