"""The lines of an order: how they are read, and what they cost of what was paid. Pure."""

from collections.abc import Iterable, Mapping, Sequence
from decimal import ROUND_HALF_UP, Decimal
from typing import Any, Self

import msgspec

from loyalty.engine import values
from loyalty.engine.events import POINTS_REWARDED
from loyalty.engine.values import MAX_QUANTITY, QUANTITY_PLACES
from loyalty.refusals import MissingField, Refused, WrongField

MAX_ITEMS = 1_000
CENT = Decimal("0.01")
# Of each there is one: what a line leaves out is not written.
NONE, ONE = Decimal(0), Decimal(1)
# What stands before the place of a line, counted from 1, where an event names one that has no ID.
PLACE = "#"


class Line(msgspec.Struct, frozen=True, omit_defaults=True):
    """A line of an order. What was refunded of it is a part of its quantity and of its subtotal.

    One whose quantity or subtotal is below 0 lowers the order: nothing of it is left to be refunded, from the start.
    """

    product_id: str | None = None
    name: str | None = None
    category: str | None = None
    quantity: Decimal = ONE
    subtotal: Decimal = NONE
    refunded_quantity: Decimal = NONE
    refunded: Decimal = NONE
    # What it earned by itself, pending points included, and in which lot they are.
    earned: int = 0
    lot: int | None = None
    accepted: bool = False
    # What the line itself says that it earns, where earning is per item.
    fixed_points: int | None = None
    # The sender's name of the line within the order.
    line_id: str | None = None

    @property
    def left(self) -> Decimal:
        return self.quantity - self.refunded_quantity

    @property
    def price(self) -> Decimal:
        """What it adds to what the order costs: nothing, if it lowers the order."""
        return max(self.subtotal, NONE)

    @property
    def price_left(self) -> Decimal:
        return self.price - self.refunded

    @property
    def attributes(self) -> dict[str, Any]:
        """As an item of a checkout names them."""
        return {"product_id": self.product_id, "product_category": self.category, "subtotal": self.subtotal}

    def price_of(self, quantity: Decimal) -> Decimal:
        """Of so many more of it, to the cent, so that all of them cost its subtotal."""
        whole = share(self.price, self.refunded_quantity + quantity, self.quantity, CENT)
        target = self.price if quantity == self.left else min(whole, self.price)
        return max(target - self.refunded, NONE)

    def returned(self) -> Self:
        """With nothing left of it."""
        return msgspec.structs.replace(self, refunded_quantity=self.quantity, refunded=self.price)


def share(whole: int | Decimal, part: Decimal, of: Decimal, unit: Decimal = ONE) -> Decimal:
    """`whole × part ÷ of`, rounded half up to the unit; the whole of it where `of` is nothing."""
    return (whole * part / of).quantize(unit, ROUND_HALF_UP) if of else Decimal(whole)


# What an order costs


def total_of(lines: Iterable[Line]) -> Decimal:
    """The sum of the lines, never below 0."""
    return max(sum((line.subtotal for line in lines), NONE), NONE)


def refunded_of(lines: Iterable[Line]) -> Decimal:
    """The subtotals of what was refunded line by line."""
    return sum((line.refunded for line in lines), NONE)


def paid_for(part: Decimal, prices: Iterable[Decimal], total: Decimal) -> Decimal:
    """What was paid for so much of the lines' subtotals: `part × total ÷ sum of lines`, to the cent, and all for all of them.

    The sum is of the lines that cost something: those that lower the order lower what was paid for each of these.
    """
    whole = sum(prices, NONE)
    if not part or not whole:
        return NONE
    if total == whole:
        return part
    return total if part >= whole else min(share(total, part, whole, CENT), total)


def paid_lines(lines: Sequence[Line], total: Decimal) -> Sequence[Line]:
    """The lines at their shares of what was paid; together these are the total."""
    whole = sum((line.price for line in lines), NONE)
    if total == whole:
        return lines
    found, part, before = list[Line](), NONE, NONE
    for line in lines:
        part += line.price
        paid = total if whole and part == whole else min(share(total, part, whole, CENT), total) if part else NONE
        found.append(msgspec.structs.replace(line, subtotal=paid - before))
        before = paid
    return found


# Reading


def read_items(data: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The lines of a checkout; raises Refused naming the line that is not one."""
    items = data.get("items")
    if items is None or items == "":
        return []
    listed = values.as_list(items)
    if listed is None or len(listed) > MAX_ITEMS:
        raise WrongField("items", f"must be a list of at most {MAX_ITEMS} items")
    return [_item(value, place) for place, value in enumerate(listed)]


def _item(value: Any, place: int) -> dict[str, Any]:
    found = values.as_object(value)
    if found is None:
        raise WrongField(f"items[{place}]", "must be an object with price and quantity")
    return found


def read_lines(items: Sequence[Mapping[str, Any]], others: Iterable[Line] = ()) -> list[Line]:
    """Raises Refused naming the place of the line that is wrong, or has the ID of another, which may be there already."""
    found, known = list[Line](), {line.line_id for line in others}
    for place, item in enumerate(items):
        line = read_line(item, place)
        if line.line_id is not None and line.line_id in known:
            raise WrongField("line_id", f"is that of another line: {line.line_id[:64]}").within(f"items[{place}]")
        known.add(line.line_id)
        found.append(line)
    return found


def read_line(item: Mapping[str, Any], place: int | None = None) -> Line:
    """A line of an order; raises Refused naming its place in the order, if it has one."""
    try:
        return _read_line(item)
    except Refused as refusal:
        raise (refusal if place is None else refusal.within(f"items[{place}]")) from None


def _read_line(item: Mapping[str, Any]) -> Line:
    quantity = read_quantity(item, least=-MAX_QUANTITY)
    quantity = ONE if quantity is None or quantity == ONE else quantity
    subtotal = _subtotal(item, quantity)
    fixed_points, lowers = values.whole(item, POINTS_REWARDED, least=0), min(quantity, subtotal) < 0
    if lowers and fixed_points:
        raise WrongField(POINTS_REWARDED, "must be left out of a line that lowers the order: it earns nothing")
    line_id = values.text(item, "line_id", limit=values.MAX_TRANSACTION_ID)
    if line_id and line_id.startswith(PLACE):
        raise WrongField(
            "line_id", f"must not begin with {PLACE}, which stands before the place of a line without an ID"
        )
    return Line(
        product_id=values.text(item, "product_id"),
        name=values.text(item, "product_name"),
        category=values.text(item, "product_category"),
        quantity=quantity,
        subtotal=subtotal or NONE,
        refunded_quantity=quantity if lowers else NONE,
        fixed_points=fixed_points,
        line_id=line_id,
    )


def updated(old: Line, new: Line) -> Line:
    """With the quantity and the price of the new one, and the points that it fixes."""
    fixed_points = old.fixed_points if new.fixed_points is None else new.fixed_points
    return msgspec.structs.replace(
        old,
        quantity=new.quantity,
        subtotal=new.subtotal,
        refunded_quantity=new.refunded_quantity,
        fixed_points=fixed_points,
    )


def read_quantity(data: Mapping[str, Any], *, least: int = 0) -> Decimal | None:
    """How many, or how much by weight: rounded to three decimals; None if absent."""
    found = values.decimal(data, "quantity")
    if found is None:
        return None
    if not least <= found <= MAX_QUANTITY:
        raise WrongField("quantity", f"must be between {least} and {MAX_QUANTITY}")
    return values.rounded(found, QUANTITY_PLACES)


def _subtotal(item: Mapping[str, Any], quantity: Decimal) -> Decimal:
    """What the line costs: `subtotal`, or price × quantity − discount. The discount is for the whole quantity."""
    subtotal = values.money(item, "subtotal", least=-values.MAX_MONEY)
    if subtotal is not None:
        if quantity < 0 < subtotal:
            raise WrongField("subtotal", "must not be above 0 where 'quantity' is below")
        return subtotal
    price = values.money(item, "price", least=-values.MAX_MONEY)
    if price is None:
        raise MissingField("subtotal")
    if price < 0 and quantity < 0:
        raise WrongField("price", "and 'quantity' must not both be negative: send the 'subtotal'")
    return _discounted(item, price * quantity)


def _discounted(item: Mapping[str, Any], full: Decimal) -> Decimal:
    """Less the discount, which has the sign of what it lowers."""
    discount = values.money(item, "discount", least=-values.MAX_MONEY) or NONE
    if (discount > 0) if full < 0 else (discount < 0):
        sign = "negative where the line lowers the order" if full < 0 else "at least 0"
        raise WrongField("discount", f"must be {sign}, or send the 'subtotal'")
    if abs(discount) > abs(full):
        raise WrongField("discount", "is more than the line costs")
    found = full - discount
    if abs(found) > values.MAX_MONEY:
        raise Refused(0, f"price × quantity must not be more than {values.MAX_MONEY:f}", field="price")
    return values.rounded(found, values.MONEY_PLACES)
