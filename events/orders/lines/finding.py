"""Which lines of an order an event means: by an ID, or by the product and what a piece of it costs. Pure.

Of several lines of one product the one is meant whose pieces cost as much as the event's, else the last with room for
it. The engine and the replay of `verify` ask here.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from loyalty.engine import values
from loyalty.refusals import MissingField, Refused, WrongField

from .rules import CENT, NONE, PLACE, Line, read_line, read_quantity, updated

OF_THE_ITEM = "The amount is greater than what is left of the item"


@dataclass(frozen=True, slots=True)
class Taken:
    """Of the line at this place so many, at so much of its subtotal."""

    place: int
    quantity: Decimal
    subtotal: Decimal


def line_to_update(lines: Sequence[Line], data: Mapping[str, Any]) -> tuple[int, Line]:
    """The place of the line that is meant, and what it is from now on; raises Refused."""
    # Its ID, or its place, only says which one it is.
    new = read_line({name: value for name, value in data.items() if name != "line_id"})
    place = next(_found(lines, data, range(len(lines)), lambda _line: new.quantity, new.subtotal))
    return place, updated(lines[place], new)


def lines_to_accept(lines: Sequence[Line], data: Mapping[str, Any]) -> list[int]:
    """Whole lines that wait: one, or as many as the quantity is of; raises Refused."""
    quantity, subtotal = read_quantity(data), values.money(data, "subtotal")
    waiting = [place for place, line in enumerate(lines) if not line.accepted]
    places = list(_found(lines, data, waiting, lambda line: line.quantity, subtotal))
    if quantity is None:
        return places[:1]
    if exact := [place for place in places if lines[place].quantity == quantity]:
        return exact[:1]
    found, left = list[int](), quantity
    for place in places:
        if 0 < lines[place].quantity <= left:
            found, left = [*found, place], left - lines[place].quantity
    if left or not found:
        raise WrongField("quantity", f"must be that of whole lines, which are accepted as a whole: not {quantity:f}")
    return found


def lines_to_refund(lines: Sequence[Line], data: Mapping[str, Any]) -> list[Taken]:
    """What of which lines is refunded: of one that has room for it, else of several; raises Refused."""
    quantity, subtotal = read_quantity(data), values.money(data, "subtotal")
    still = [place for place, line in enumerate(lines) if line.left > 0]
    places = list(_found(lines, data, still, lambda line: line.left if quantity is None else quantity, subtotal))
    left = sum((lines[place].left for place in places), NONE)
    if quantity is not None and not 0 < quantity <= left:
        raise WrongField("quantity", f"must be above 0 and at most {left:f}")
    roomy = [place for place in places if quantity is None or quantity <= lines[place].left]
    for place in roomy:
        line = lines[place]
        pieces = line.left if quantity is None else quantity
        if subtotal is None or subtotal <= line.price_left:
            return [Taken(place, pieces, line.price_of(pieces) if subtotal is None else subtotal)]
    if roomy or quantity is None:
        raise Refused(112203, OF_THE_ITEM, field="subtotal")
    return _laid_on(lines, _spanned(lines, places, quantity), subtotal)


def _found(
    lines: Sequence[Line],
    data: Mapping[str, Any],
    still: Iterable[int],
    quantity_of: Callable[[Line], Decimal],
    subtotal: Decimal | None,
) -> Iterator[int]:
    """The places of the lines that are meant, the likeliest first: those whose pieces cost as much, then the last.

    `quantity_of`: of how many of a line the subtotal is.
    """
    line_id, product_id = (values.text(data, name) for name in ("line_id", "product_id"))
    if line_id is None and product_id is None:
        raise MissingField("product_id")
    places = [
        place
        for place in still
        if (line_id is None or _is_called(line_id, lines[place], place))
        and (product_id is None or lines[place].product_id == product_id)
    ]
    if not places:
        named = ", ".join(name[:64] for name in (line_id, product_id) if name)
        field = "product_id" if line_id is None else "line_id"
        raise Refused(112217, f"The transaction has no such item: {named}", field=field)
    fitting = [place for place in places if _fits(lines[place], quantity_of(lines[place]), subtotal)]
    return iter([*reversed(fitting), *(place for place in reversed(places) if place not in fitting)])


def _is_called(line_id: str, line: Line, place: int) -> bool:
    return line.line_id == line_id or line_id == f"{PLACE}{place + 1}"


def _fits(line: Line, quantity: Decimal, subtotal: Decimal | None) -> bool:
    """Whether so many of the line cost the subtotal, to the cent."""
    if subtotal is None or not line.quantity:
        return subtotal is not None and subtotal == line.subtotal
    return abs(subtotal * line.quantity - line.subtotal * quantity) < CENT * abs(line.quantity)


def _spanned(lines: Sequence[Line], places: Iterable[int], quantity: Decimal) -> list[tuple[int, Decimal]]:
    """So many of the lines in this order."""
    found = list[tuple[int, Decimal]]()
    for place in places:
        if quantity:
            found.append((place, min(quantity, lines[place].left)))
            quantity -= found[-1][1]
    return found


def _laid_on(lines: Sequence[Line], parts: Sequence[tuple[int, Decimal]], subtotal: Decimal | None) -> list[Taken]:
    """At their prices; a subtotal is laid on them in their order: first what they cost, then what is left of the lines."""
    prices = [lines[place].price_of(quantity) for place, quantity in parts]
    if subtotal is not None:
        rest, paid = subtotal, list[Decimal]()
        for price in prices:
            paid.append(min(price, rest))
            rest -= paid[-1]
        for number, (place, _) in enumerate(parts):
            more = min(lines[place].price_left - paid[number], rest)
            paid[number] += more
            rest -= more
        if rest:
            raise Refused(112203, OF_THE_ITEM, field="subtotal")
        prices = paid
    return [Taken(place, quantity, price) for (place, quantity), price in zip(parts, prices, strict=True)]
