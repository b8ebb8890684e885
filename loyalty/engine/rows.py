"""The rows that the engine itself knows: the customer and the event."""

import json
from datetime import date, datetime
from decimal import Decimal
from typing import Any

import msgspec

from .state import Row, Table

_json = msgspec.json.Encoder(decimal_format="number")


def to_json(value: Any) -> str:
    """JSON text with decimals as numbers."""
    return _json.encode(value).decode()


_decoder = json.JSONDecoder(parse_float=Decimal)


def from_json(text: str) -> Any:
    """What `to_json` has written: its numbers keep all of their digits."""
    return _decoder.decode(text)


_CUSTOMER_COLUMNS = {
    "id": "bigint",
    "public_id": "text",
    "created_at": "timestamptz",
    "status": "text",
    "first_name": "text",
    "last_name": "text",
    "nickname": "text",
    "handler": "text",
    "email": "text",
    "mobile_phone": "text",
    "birth_date": "date",
    "gender": "text",
    "language": "text",
    "country": "text",
    "currency": "text",
    "image_url": "text",
    "properties": "jsonb",
    "src": "text",
    "referrer": "text",
    "updated_at": "timestamptz",
    "optin_at": "timestamptz",
    "last_login_at": "timestamptz",
    "purchase_total": "numeric",
    "purchase_count": "bigint",
    "purchase_item_count": "numeric",
    "purchase_first_date": "timestamptz",
    "purchase_last_date": "timestamptz",
    "last_earn_date": "timestamptz",
    "last_spend_date": "timestamptz",
}
CUSTOMER = Table(
    name="customers_customer",
    columns=_CUSTOMER_COLUMNS,
    key=("id",),
    mutable=tuple(name for name in _CUSTOMER_COLUMNS if name not in {"id", "public_id", "created_at"}),
    sequence="customers_customer_id_seq",
)


class CustomerRow(Row):
    """`properties` is JSON text: only the events that change it pay for reading it."""

    __slots__ = tuple(_CUSTOMER_COLUMNS)
    TABLE = CUSTOMER

    id: int
    public_id: str
    created_at: datetime
    status: str
    first_name: str | None
    last_name: str | None
    handler: str | None
    email: str | None
    language: str | None
    currency: str | None
    birth_date: date | None
    properties: str
    updated_at: datetime
    optin_at: datetime | None
    purchase_total: Decimal
    purchase_count: int
    purchase_item_count: Decimal
    purchase_first_date: datetime | None
    purchase_last_date: datetime | None
    last_earn_date: datetime | None
    last_spend_date: datetime | None

    @classmethod
    def new(cls, id: int, public_id: str, at: datetime) -> "CustomerRow":
        """A customer of whom only the ID is known: inactive until an opt-in."""
        row = cls.__new__(cls)
        for name in _CUSTOMER_COLUMNS:
            setattr(row, name, None)
        row.id, row.public_id, row.created_at, row.updated_at = id, public_id, at, at
        row.status, row.properties, row.purchase_count = "inactive", "{}", 0
        row.purchase_total = row.purchase_item_count = Decimal(0)
        return row


_EVENT_COLUMNS = {
    "customer_id": "bigint",
    "id": "bigint",
    "action": "text",
    "points": "bigint",
    "account_id": "bigint",
    "data": "jsonb",
    "transaction_id": "text",
    "parent_id": "bigint",
    "via_id": "bigint",
    "source": "text",
    "source_detail": "text",
    "staff_id": "bigint",
    "api_key_id": "bigint",
    "ip_address": "inet",
    "user_agent": "text",
    "occurred_at": "timestamptz",
    "recorded_at": "timestamptz",
    "program_version": "bigint",
}
EVENT = Table(
    name="events_event",
    columns=_EVENT_COLUMNS,
    key=("customer_id", "id"),
    sequence="events_event_id",
    written_as={"data": "data_json"},
)


class EventRow(Row):
    """An event that is being recorded. `account` is the slug that was sent, `account_id` what it means."""

    __slots__ = (*_EVENT_COLUMNS, "account", "depth", "expires_at", "lines")
    TABLE = EVENT

    customer_id: int
    id: int
    action: str
    points: int
    account_id: int | None
    data: dict[str, Any]
    transaction_id: str | None
    parent_id: int | None
    # The merged-away profile by whose identity it came in.
    via_id: int | None
    source: str
    source_detail: str
    staff_id: int | None
    api_key_id: int | None
    ip_address: str | None
    user_agent: str
    occurred_at: datetime
    recorded_at: datetime
    program_version: int
    account: str | None
    depth: int
    # Of the points that it earned, if it earned any.
    expires_at: datetime | None
    # The places of the order's lines that it is about.
    lines: tuple[int, ...]

    @property
    def line(self) -> int | None:
        """The one that it is about, or the first of them."""
        return self.lines[0] if self.lines else None

    @property
    def data_json(self) -> str:
        return to_json(self.data)

    def follow_up(self, action: str, data: dict[str, Any], new_id: int) -> "EventRow":
        """A further event that this one causes: same customer, cause, times and account."""
        row = EventRow.__new__(EventRow)
        for name in _EVENT_COLUMNS:
            setattr(row, name, getattr(self, name))
        row.id, row.action, row.data, row.parent_id = new_id, action, data, self.id
        row.points, row.expires_at, row.lines = 0, None, ()
        row.account, row.depth = self.account, self.depth + 1
        return row


_IDENTITY_COLUMNS = {"scheme": "text", "value": "text", "customer_id": "bigint", "origin_id": "bigint"}
IDENTITY = Table(
    name="customers_identity",
    columns=_IDENTITY_COLUMNS,
    key=("scheme", "value"),
    mutable=("customer_id", "origin_id"),
)
# Shared parts: the identities that the batch's events want, by (scheme, value), and which of them nobody has.
# What nobody has at the end is deleted.
IDENTITIES = "identities"
FREE_IDENTITIES = "free_identities"
# Shared part: of the business keys about the customers whom the batch's events name, those that nobody has used. Who
# uses one takes it out.
FREE_KEYS = "free_keys"


class IdentityRow(Row):
    """(scheme, value) → customer. `origin_id` is the merged-away profile whose identity it is."""

    __slots__ = tuple(_IDENTITY_COLUMNS)
    TABLE = IDENTITY

    scheme: str
    value: str
    customer_id: int
    origin_id: int | None

    def __init__(self, scheme: str, value: str, customer_id: int, origin_id: int | None = None) -> None:
        self.scheme, self.value, self.customer_id, self.origin_id = scheme, value, customer_id, origin_id
