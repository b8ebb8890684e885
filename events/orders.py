"""Orders as the engine holds them: a row per transaction, and its lines. Pure, as the mechanisms that call it."""

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from typing import Any, Self

import msgspec

from customers.fields import SECRETS
from loyalty.engine import values
from loyalty.engine.rows import EventRow, to_json
from loyalty.engine.types import POINTS_REWARDED, Batch, Incoming, Part, Refused, Row, State, Table

from .enums import TransactionStatus

APP = "orders"
MAX_ITEMS = 1_000
MAX_QUANTITY = 1_000_000
CENT = Decimal("0.01")


@dataclass(frozen=True, slots=True)
class OrdersConfig:
    """Orders are accepted so many days after them; None: by hand."""

    accept_after_days: int | None


class Line(msgspec.Struct, frozen=True, omit_defaults=True):
    """A line of an order. What was refunded of it is a part of its quantity and of its subtotal."""

    product_id: str | None = None
    name: str | None = None
    category: str | None = None
    quantity: int = 1
    subtotal: Decimal = Decimal(0)
    refunded_quantity: int = 0
    refunded: Decimal = Decimal(0)
    # What it earned by itself, pending points included, and in which lot they are.
    earned: int = 0
    lot: int | None = None
    accepted: bool = False
    # What the line itself says that it earns, where earning is per item.
    fixed_points: int | None = None

    @property
    def left(self) -> int:
        return self.quantity - self.refunded_quantity

    @property
    def attributes(self) -> dict[str, Any]:
        """As an item of a checkout names them."""
        return {"product_id": self.product_id, "product_category": self.category, "subtotal": self.subtotal}


class Booking(msgspec.Struct, frozen=True, omit_defaults=True):
    """Points that the order has used of a bonus's limits, and has not given back; `line`: the place that they are for."""

    bonus: int
    line: int | None = None
    customer: int = 0
    total: int = 0


lines_of = msgspec.json.Decoder(tuple[Line, ...]).decode
bookings_of = msgspec.json.Decoder(tuple[Booking, ...]).decode
_encoder = msgspec.json.Encoder(decimal_format="number")

_TIMES = dict.fromkeys(["created_at", "updated_at", "checkout_at", "accept_at", "accepted_at"], "timestamptz")
_POINTS = dict.fromkeys(["earned", "bonus", "taken_back", "burned", "given_back", "reserved"], "bigint")
_COLUMNS = {
    "customer_id": "bigint",
    "id": "bigint",
    "transaction_id": "text",
    "status": "text",
    "event_id": "bigint",
    "account_id": "bigint",
    "currency": "text",
    "total": "numeric",
    "refunded": "numeric",
    "items": "jsonb",
    **_POINTS,
    "fixed_points": "bigint",
    "channel": "text",
    **_TIMES,
    "booked": "jsonb",
}
TRANSACTION = Table(
    name="events_transaction",
    columns=_COLUMNS,
    key=("customer_id", "id"),
    mutable=tuple(name for name in _COLUMNS if name not in {"customer_id", "id", "transaction_id", "created_at"}),
    sequence="events_transaction_id",
    written_as={"items": "items_json", "booked": "booked_json"},
)


class TransactionRow(Row):
    """`items` and `booked` are tuples that are replaced, never changed."""

    __slots__ = tuple(_COLUMNS)
    TABLE = TRANSACTION

    customer_id: int
    id: int
    transaction_id: str
    status: str
    event_id: int | None
    account_id: int | None
    currency: str | None
    total: Decimal
    refunded: Decimal
    items: tuple[Line, ...]
    earned: int
    bonus: int
    # What the order itself says that it earns, instead of the rules.
    fixed_points: int | None
    channel: str | None
    taken_back: int
    burned: int
    given_back: int
    reserved: int
    created_at: dt.datetime
    updated_at: dt.datetime
    checkout_at: dt.datetime | None
    accept_at: dt.datetime | None
    accepted_at: dt.datetime | None
    booked: tuple[Booking, ...]

    @classmethod
    def draft(cls, id: int, event: EventRow) -> Self:
        row = cls.__new__(cls)
        for name in _COLUMNS:
            setattr(row, name, None)
        for name in _POINTS:
            setattr(row, name, 0)
        row.customer_id, row.id = event.customer_id, id
        row.transaction_id = event.transaction_id or ""
        row.status, row.items, row.total, row.refunded = TransactionStatus.DRAFT.value, (), Decimal(0), Decimal(0)
        row.created_at = row.updated_at = event.recorded_at
        row.booked = ()
        return row

    @property
    def items_json(self) -> str:
        return _encoder.encode(self.items).decode()

    @property
    def booked_json(self) -> str | None:
        return _encoder.encode(self.booked).decode() if self.booked else None

    @property
    def lines_total(self) -> Decimal:
        return sum((line.subtotal for line in self.items), Decimal(0))

    @property
    def open_total(self) -> Decimal:
        """What has not been refunded."""
        return self.total - self.refunded

    def add_lines(self, lines: Sequence[Line]) -> None:
        if len(self.items) + len(lines) > MAX_ITEMS:
            raise Refused(0, f"A transaction has at most {MAX_ITEMS} items")
        self.items = (*self.items, *lines)

    def set_line(self, place: int, **changes: Any) -> Line:
        line = msgspec.structs.replace(self.items[place], **changes)
        self.items = (*self.items[:place], line, *self.items[place + 1 :])
        return line


class GuestRow(Row):
    """`data` is JSON text."""

    __slots__ = ("account", "claimed_by", "data", "occurred_at", "recorded_at", "transaction_id")
    TABLE = Table(
        name="events_guestorder",
        columns={
            "transaction_id": "text",
            "data": "jsonb",
            "account": "text",
            "occurred_at": "timestamptz",
            "recorded_at": "timestamptz",
            "claimed_by": "bigint",
        },
        key=("transaction_id",),
        mutable=("claimed_by",),
    )

    transaction_id: str
    data: str
    account: str | None
    claimed_by: int | None


def keep_guest_order(incoming: Incoming, event: EventRow, batch: Batch) -> None:
    assert event.transaction_id is not None
    at = (event.occurred_at, event.recorded_at)
    sent = {name: value for name, value in incoming.data.items() if name not in SECRETS}
    row = GuestRow.load((event.transaction_id, to_json(sent), event.account, *at, None))
    batch.file(batch.shared.part("guests"), event.transaction_id, batch.add(row))
    batch.file(batch.shared.part("receipts"), event.transaction_id, event.transaction_id)


def _put_order(state: State, row: Sequence[Any]) -> None:
    state.part("orders")[row[2]] = TransactionRow.load(
        [*row[:9], lines_of(row[9]), *row[10:-1], bookings_of(row[-1] or "[]")]
    )


def _put_guest(state: State, row: Sequence[Any]) -> None:
    state.part("guests")[row[0]] = GuestRow.load(row)


_ORDERS = f"SELECT {', '.join(_COLUMNS)} FROM events_transaction WHERE customer_id IN ({{customers}})".replace(
    "items", "items::text"
).replace("booked", "booked::text")
ORDERS = Part("orders", f"{_ORDERS} AND transaction_id = ANY({{transactions}})", _put_order)
ALL_ORDERS = Part("all_orders", _ORDERS, _put_order)
# Those that hold points, or still promise some.
UNSETTLED = Part("unsettled", f"{_ORDERS} AND (reserved > 0 OR status IN ('draft', 'pending'))", _put_order)
# Which of the transactions exist, whoever's they are.
RECEIPTS = Part(
    "receipts",
    "SELECT transaction_id FROM events_transaction WHERE transaction_id = ANY({transactions}) AND status <> 'draft'"
    " UNION SELECT transaction_id FROM events_guestorder WHERE transaction_id = ANY({transactions})",
    lambda shared, row: shared.part("receipts").update({row[0]: row[0]}),
    shared=True,
)
GUESTS = Part(
    "guests",
    "SELECT transaction_id, data::text, account, occurred_at, recorded_at, claimed_by FROM events_guestorder"
    " WHERE transaction_id = ANY({transactions})",
    _put_guest,
    shared=True,
)


def order_of(event: EventRow, state: State) -> TransactionRow:
    """The order that the event is about, which the mechanisms before have found or opened."""
    found: TransactionRow = state.part("orders")[event.transaction_id]
    return found


def existing_order(event: EventRow, state: State, batch: Batch) -> TransactionRow:
    """The customer's order that an event of its life names; raises Refused."""
    if event.transaction_id is None:
        raise values.required("transaction_id")
    found: TransactionRow | None = state.part("orders").get(event.transaction_id)
    if found is not None:
        batch.edit(found).updated_at = event.recorded_at
        return found
    refuse_foreign(event.transaction_id, batch)
    raise Refused(0, "Transaction not found", status=404)


def refuse_foreign(transaction_id: str, batch: Batch) -> None:
    """Of a transaction that is not the customer's: raises Refused if it is somebody else's order."""
    if transaction_id in batch.shared.part("receipts"):
        raise Refused(103902, "The customer does not own this transaction")


def read_items(data: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The lines of a checkout; raises Refused naming the line that is not one."""
    items = data.get("items")
    if items is None or items == "":
        return []
    listed = values.as_list(items)
    if listed is None or len(listed) > MAX_ITEMS:
        raise Refused(0, f"'items' must be a list of at most {MAX_ITEMS} items")
    return [_item(value, place) for place, value in enumerate(listed)]


def _item(value: Any, place: int) -> dict[str, Any]:
    found = values.as_object(value)
    if found is None:
        raise Refused(0, f"'items[{place}]' must be an object with price and quantity")
    return found


def read_line(item: Mapping[str, Any], place: int | None = None) -> Line:
    """A line of an order; raises Refused naming its place in the order, if it has one."""
    try:
        return Line(
            product_id=values.text(item, "product_id"),
            name=values.text(item, "product_name"),
            category=values.text(item, "product_category"),
            quantity=_quantity(item),
            subtotal=_subtotal(item),
            fixed_points=values.whole(item, POINTS_REWARDED, least=0),
        )
    except Refused as refusal:
        if place is None:
            raise
        raise Refused(refusal.code, f"items[{place}]: {refusal.message}") from None


def _subtotal(item: Mapping[str, Any]) -> Decimal:
    """What the line costs: `subtotal`, or price × quantity − discount. The discount is for the whole quantity."""
    subtotal = values.money(item, "subtotal")
    if subtotal is not None:
        return subtotal
    price = values.money(item, "price")
    if price is None:
        raise values.required("subtotal")
    found = price * _quantity(item) - (values.money(item, "discount") or 0)
    if found < 0:
        raise Refused(0, "'discount' is more than the line costs")
    if found > values.MAX_MONEY:
        raise Refused(0, f"price × quantity must not be more than {values.MAX_MONEY:f}")
    return found


def _quantity(item: Mapping[str, Any]) -> int:
    found = values.whole(item, "quantity", least=0, most=MAX_QUANTITY)
    return 1 if found is None else found


def place_of(order: TransactionRow, event: EventRow, *, still: Iterable[int]) -> int:
    """The first of these places whose line has the event's `product_id`; raises Refused."""
    product_id = values.text(event.data, "product_id")
    if product_id is None:
        raise values.required("product_id")
    for place in still:
        if order.items[place].product_id == product_id:
            return place
    raise Refused(0, f"The transaction has no such item: {product_id[:64]}")


def share(whole: int | Decimal, part: Decimal, of: Decimal, unit: Decimal = Decimal(1)) -> Decimal:
    """`whole × part ÷ of`, rounded half up to the unit; the whole of it where `of` is nothing."""
    return (whole * part / of).quantize(unit, ROUND_HALF_UP) if of else Decimal(whole)
