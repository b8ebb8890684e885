"""What events say of an order's lines beside what the order keeps: the price of a piece, the discount, the address."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from events.models import Event
from events.orders.lines.rules import CENT, PLACE, read_line
from loyalty.engine import values
from loyalty.refusals import Refused

from .queries import Line

# The events that say what a line costs.
LINES = frozenset({"checkout_item", "checkout_update_item"})


def data_of_lines(lines: Sequence[Line], events: Sequence[Event]) -> Iterator[Mapping[str, Any]]:
    """Of each line the attributes of the newest event that made it so, none where no event does. `events`: oldest first."""
    told = [_exact(event.data) for event in reversed(events) if event.action in LINES]
    said = [(_key(data), data) for data in told]
    for line in lines:
        key = (line.line_id, line.product_id, line.quantity, line.subtotal)
        yield next((data for found, data in said if found in (key, ("", *key[1:]))), {})


def _exact(data: Mapping[str, Any]) -> Mapping[str, Any]:
    """Numbers as they were sent, which the model's JSON reads as floats."""
    return {name: Decimal(str(value)) if isinstance(value, float) else value for name, value in data.items()}


def _key(data: Mapping[str, Any]) -> tuple[Any, ...] | None:
    """What tells a line from the others: a product may come in several, and change."""
    named = data.get("line_id")
    # Of an update the ID may be the place of the line, which is no attribute of it.
    own = {**data, "line_id": None} if isinstance(named, str) and named.strip().startswith(PLACE) else data
    try:
        line = read_line(own)
    except Refused:
        return None
    return line.line_id or "", line.product_id or "", line.quantity, line.subtotal


def amount(data: Mapping[str, Any], name: str) -> Decimal | None:
    """Numbers may be texts on the wire; None for what is none."""
    try:
        return values.money(data, name, least=-values.MAX_MONEY)
    except Refused:
        return None


@dataclass(frozen=True)
class Price:
    """Of a piece, and the discount on the whole line: None where there is none."""

    price: Decimal | None
    discount: Decimal | None


def prices_of(lines: Sequence[Line], events: Sequence[Event]) -> list[Price]:
    """As they were sent, else as they follow from what was."""
    pairs = zip(lines, data_of_lines(lines, events), strict=True)
    return [_price(line, amount(data, "price"), amount(data, "discount")) for line, data in pairs]


def _price(line: Line, price: Decimal | None, discount: Decimal | None) -> Price:
    if price is None and line.quantity:
        price = ((line.subtotal + (discount or 0)) / line.quantity).quantize(CENT)
    if discount is None and price is not None:
        discount = (price * line.quantity - line.subtotal).quantize(CENT)
    return Price(price, discount or None)
