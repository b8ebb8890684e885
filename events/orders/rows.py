"""Orders as the engine holds them: a row per transaction, and its lines. Pure, as the mechanisms that call it."""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Self

import msgspec

from customers.fields.reserved import SECRETS
from events.orders.lines.rules import MAX_ITEMS, Line, paid_for, refunded_of, total_of
from loyalty.engine import values
from loyalty.engine.batch import Batch
from loyalty.engine.events import Incoming
from loyalty.engine.rows import EventRow, to_json
from loyalty.engine.state import Part, Row, State, Table
from loyalty.refusals import MissingField, Refused, WrongField

from .enums import TransactionStatus
from .refusals import UnknownTransaction

APP = "orders"


@dataclass(frozen=True, slots=True)
class OrdersConfig:
    """Orders are accepted so many days after them; None: by hand."""

    accept_after_days: int | None


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
        """The sum of the lines, never below 0."""
        return total_of(self.items)

    @property
    def lines_price(self) -> Decimal:
        """The sum of the lines that cost something."""
        return sum((line.price for line in self.items), Decimal(0))

    @property
    def lines_refunded(self) -> Decimal:
        """The subtotals of what was refunded line by line."""
        return refunded_of(self.items)

    def paid_for(self, part: Decimal) -> Decimal:
        """What was paid for so much of the lines' subtotals, to the cent."""
        return paid_for(part, (line.price for line in self.items), self.total)

    @property
    def open_total(self) -> Decimal:
        """What has not been refunded."""
        return self.total - self.refunded

    def add_lines(self, lines: Sequence[Line]) -> None:
        if len(self.items) + len(lines) > MAX_ITEMS:
            raise Refused(0, f"A transaction has at most {MAX_ITEMS} items", field="items")
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
    batch.put(batch.shared.part("guests"), event.transaction_id, batch.add(row))
    batch.put(batch.shared.part("receipts"), event.transaction_id, event.transaction_id)


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
        raise MissingField("transaction_id")
    found: TransactionRow | None = state.part("orders").get(event.transaction_id)
    if found is not None:
        follow_checkout(event, found)
        refuse_other_currency(found, event.data)
        batch.edit(found).updated_at = event.recorded_at
        return found
    refuse_foreign(event.transaction_id, batch)
    raise UnknownTransaction


def follow_checkout(event: EventRow, order: TransactionRow) -> None:
    """A later step of an order is not dated before its checkout; raises Refused. Unix seconds are whole ones: within the
    checkout's own second it is dated as the checkout. One that names no time is not dated, whatever our clocks say."""
    at = order.checkout_at
    if at is None or event.occurred_at >= at or event.occurred_at == event.recorded_at:
        return
    if event.occurred_at < at.replace(microsecond=0):
        shown = at.astimezone(dt.UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
        predicate = f"is before the checkout of this transaction, which was at {shown}"
        raise WrongField("effective_timestamp", predicate, 112216)
    event.occurred_at = at


def refuse_foreign(transaction_id: str, batch: Batch) -> None:
    """Of a transaction that is not the customer's: raises Refused if it is somebody else's order."""
    if transaction_id in batch.shared.part("receipts"):
        raise Refused(103902, "The customer does not own this transaction", field="transaction_id")


def named_currency(data: Mapping[str, Any]) -> str | None:
    """The currency that an order or a line names, in capitals: any three letters, as brands may have one of their own."""
    named = values.text(data, "currency", limit=3)
    # In capitals some letters are two.
    if named and not (named.isascii() and named.isalpha() and len(named) == 3):
        raise WrongField("currency", "must be three letters of ISO 4217, such as EUR")
    return named.upper() if named else None


def refuse_other_currency(order: TransactionRow, data: Mapping[str, Any], place: int | None = None) -> None:
    """Money in another currency than the order's would be taken for its own: raises Refused. `place`: of a line."""
    named = named_currency(data)
    if named and order.currency and named != order.currency:
        name = "currency" if place is None else f"items[{place}].currency"
        cure = f"send the amount in {order.currency}, or leave it out"
        raise WrongField(name, f"is {named}, but the order is in {order.currency}: {cure}")
