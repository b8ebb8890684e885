"""Orders whose lines stand in rows of their own: rows of one order that follow each other are one checkout. Pure."""

from collections.abc import Iterable, Iterator, Sequence
from decimal import Decimal
from typing import Any

from events.orders.lines.rules import MAX_ITEMS, read_line
from loyalty.engine import values
from loyalty.engine.events import Incoming
from loyalty.refusals import Refused
from loyalty.transfer.reading.columns import Plan
from loyalty.transfer.reading.reader import Line

CHECKOUT = "checkout"
# A line more than an order may have, so that an order of too many rows is refused as a whole.
MAX_ROWS = MAX_ITEMS + 1


def is_same_order(plan: Plan, first: Line, second: Line) -> bool:
    """Whether two rows are of one checkout: the same customer and transaction, and the file has a column of lines."""
    place = plan.attributes.get("transaction_id")
    if plan.action is None or not isinstance(place, int) or "items" not in plan.attributes:
        return False
    if first.fault or second.fault or not first.cells[place].strip():
        return False
    named = (plan.action, plan.customer, place)
    return first.cells[plan.action].strip() == CHECKOUT and all(
        first.cells[number].strip() == second.cells[number].strip() for number in named
    )


def orders_of(plan: Plan, lines: Sequence[Line]) -> Iterator[list[Line]]:
    """The rows, those of one order together."""
    group: list[Line] = []
    for line in lines:
        if group and not (len(group) < MAX_ROWS and is_same_order(plan, group[-1], line)):
            yield group
            group = []
        group.append(line)
    if group:
        yield group


def have_lines(rows: Sequence[Incoming]) -> bool:
    return all(row.data.get("items") for row in rows)


def join(rows: Sequence[Incoming]) -> tuple[Incoming, list[int]]:
    """The checkout that the rows of one order tell, and which of them only repeat another.

    Raises Refused where the rows contradict each other, or repeat a line without saying how many pieces are meant.
    """
    first, data = rows[0], dict[str, Any]()
    for row in rows:
        if row.account != first.account:
            message = "The rows of this order name two accounts: 'account' must be the same in all of them"
            raise Refused(0, message, field="account")
        for name, value in row.data.items():
            if name != "items" and data.setdefault(name, value) != value:
                message = f"The rows of this order contradict each other: '{name}' must be the same in all of them"
                raise Refused(0, message, field=name)
    items = [row.data["items"] for row in rows]
    repeated = _repeated(items, values.money(data, "total"))
    data["items"] = [line for place, lines in enumerate(items) if place not in repeated for line in lines]
    return Incoming(first.customer, CHECKOUT, data, first.account, scheme=first.scheme), repeated


def _repeated(items: Sequence[list[Any]], total: Decimal | None) -> list[int]:
    """The rows that repeat another. A line that is there twice is a second piece or a repetition: the total tells which."""
    again = [place for place, lines in enumerate(items) if lines in items[:place]]
    if not again:
        return []
    for repeated in ([], again):
        if total is not None and _sum(lines for place, lines in enumerate(items) if place not in repeated) == total:
            return repeated
    raise Refused(
        0, "A line of this order is there twice, and no total tells which is meant: for a second piece write 'quantity'"
        " 2 in one row, or remove the repetition", field="items",
    )  # fmt: skip


def _sum(rows: Iterable[list[Any]]) -> Decimal:
    return sum((read_line(line, place).subtotal for lines in rows for place, line in enumerate(lines)), Decimal(0))
