"""The ledger's rows as the engine holds them, and which of them it reads. Pure."""

import datetime as dt
from collections.abc import Sequence
from typing import Any

from loyalty.engine.rows import EventRow
from loyalty.engine.state import Part, Row, State, Table
from loyalty.points.enums import EntryKind

_BALANCE_COLUMNS = {
    **dict.fromkeys(
        ["customer_id", "account_id", "earned", "spent", "expired", "reserved", "pending", "debt"], "bigint"
    ),
    "active_at": "timestamptz",
}
BALANCE = Table(
    name="points_balance",
    columns=_BALANCE_COLUMNS,
    key=("customer_id", "account_id"),
    mutable=("earned", "spent", "expired", "reserved", "pending", "debt", "active_at"),
)
_LOT_COLUMNS = {
    **dict.fromkeys(["customer_id", "id", "event_id", "account_id", "points", "remaining", "expired"], "bigint"),
    "earned_at": "timestamptz",
    "expires_at": "timestamptz",
    "arithmetic": "jsonb",
}
LOT = Table(
    name="points_lot",
    columns=_LOT_COLUMNS,
    key=("customer_id", "id"),
    mutable=("remaining", "expired", "expires_at"),
    sequence="points_lot_id",
)
# Its ids are drawn by the column's default: nothing else names an entry.
ENTRY = Table(
    name="points_entry",
    columns={
        **dict.fromkeys(["customer_id", "event_id", "account_id"], "bigint"),
        "kind": "text",
        "points": "bigint",
        "lot_id": "bigint",
        "recorded_at": "timestamptz",
    },
    key=("customer_id", "id"),
)


class BalanceRow(Row):
    __slots__ = tuple(_BALANCE_COLUMNS)
    TABLE = BALANCE

    def __init__(self, customer_id: int, account_id: int) -> None:
        self.customer_id, self.account_id = customer_id, account_id
        self.earned = self.spent = self.expired = self.reserved = self.pending = self.debt = 0
        self.active_at: dt.datetime | None = None

    @property
    def spendable(self) -> int:
        return self.earned - self.spent - self.expired - self.reserved + self.debt


class LotRow(Row):
    __slots__ = tuple(_LOT_COLUMNS)
    TABLE = LOT

    customer_id: int
    account_id: int
    remaining: int
    expired: int
    expires_at: dt.datetime | None
    # JSON text: the rules that applied, with their figures.
    arithmetic: str | None

    def __init__(self, id: int, event: EventRow, account_id: int, points: int, expires_at: dt.datetime | None) -> None:
        self.customer_id, self.id, self.event_id, self.account_id = event.customer_id, id, event.id, account_id
        self.points = self.remaining = points
        self.expired, self.arithmetic = 0, None
        self.earned_at, self.expires_at = event.occurred_at, expires_at


class EntryRow(Row):
    __slots__ = tuple(ENTRY.columns)
    TABLE = ENTRY

    def __init__(self, event: EventRow, kind: EntryKind, points: int, account_id: int, lot: LotRow | None) -> None:
        self.customer_id, self.event_id, self.account_id = event.customer_id, event.id, account_id
        self.kind, self.points, self.recorded_at = kind.value, points, event.recorded_at
        # Without a lot the points are owed, or no longer owed.
        self.lot_id = lot.id if lot else None


class UsageRow(Row):
    """How much of a lot is in use: spent and not given back, or gone to repay a debt. Read and counted, never written."""

    __slots__ = ("account_id", "customer_id", "last_event_id", "lot_id", "points")
    TABLE = Table(
        name="usage",
        columns=dict.fromkeys("customer_id lot_id account_id points last_event_id".split(), "bigint"),
        key=("customer_id", "lot_id"),
        mutable=("points", "last_event_id"),
    )

    customer_id: int
    lot_id: int
    account_id: int
    points: int
    last_event_id: int

    @classmethod
    def of(cls, lot: LotRow) -> "UsageRow":
        return cls.load((lot.customer_id, lot.id, lot.account_id, 0, 0))


def _put_balance(state: State, row: Sequence[Any]) -> None:
    state.part("balances")[row[1]] = BalanceRow.load(row)


def _put_lot(state: State, row: Sequence[Any]) -> None:
    """Once: several parts read lots."""
    lots = state.part("lots")
    if row[1] not in lots:
        lots[row[1]] = LotRow.load(row)


BALANCES = Part(
    "balances",
    f"SELECT {', '.join(BALANCE.columns)} FROM points_balance WHERE customer_id IN ({{customers}})",
    _put_balance,
)
_LOTS = f"SELECT {', '.join(LOT.columns)} FROM points_lot WHERE customer_id IN ({{customers}})".replace(
    "arithmetic", "arithmetic::text"
)
OPEN_LOTS = Part(
    "lots",
    f"{_LOTS} AND remaining > 0",
    _put_lot,
)
# With it the lots that are in use are read too, the exhausted ones among them.
USAGES = Part(
    "usages",
    "SELECT survivor, lot_id, account_id, sum(-points)::bigint, max(event_id) FILTER (WHERE kind <> 'unspend')"
    " FROM {family} family JOIN points_entry ON customer_id = family.id"
    " WHERE lot_id IS NOT NULL AND kind IN ('spend', 'unspend', 'repay')"
    " GROUP BY survivor, lot_id, account_id HAVING sum(points) < 0",
    lambda state, row: state.part("usages").update({row[1]: UsageRow.load(row)}),
)
ALL_LOTS = Part("lots", _LOTS, _put_lot)


class PendingRow(Row):
    """`arithmetic` is JSON text; `line` the place in the order."""

    __slots__ = (
        "account_id",
        "arithmetic",
        "bonus",
        "customer_id",
        "due_at",
        "event_id",
        "id",
        "line",
        "points",
        "settled_by",
        "transaction_id",
    )
    TABLE = Table(
        name="points_pending",
        columns={
            **dict.fromkeys(["customer_id", "id", "event_id", "account_id", "points", "bonus"], "bigint"),
            "arithmetic": "jsonb",
            "transaction_id": "text",
            "line": "integer",
            "due_at": "timestamptz",
            "settled_by": "bigint",
        },
        key=("customer_id", "id"),
        mutable=("settled_by",),
        sequence="points_pending_id",
    )

    customer_id: int
    id: int
    event_id: int
    account_id: int
    points: int
    bonus: int
    arithmetic: str | None
    transaction_id: str | None
    line: int | None
    settled_by: int | None


class HeldRow(Row):
    """What one order holds of a lot: burned, or reserved, and not given back. Read and counted, never written."""

    __slots__ = ("customer_id", "kind", "lot_id", "points", "transaction_id")
    TABLE = Table(
        name="held",
        columns=dict.fromkeys("customer_id kind transaction_id lot_id points".split(), "bigint"),
        key=("customer_id", "kind", "transaction_id", "lot_id"),
        mutable=("points",),
    )

    kind: str
    transaction_id: str
    lot_id: int
    points: int


class BurnedRow(Row):
    """What all orders of an account have burned and not got back. Read and counted, never written."""

    __slots__ = ("account_id", "customer_id", "points")
    TABLE = Table(
        name="burned",
        columns=dict.fromkeys("customer_id account_id points".split(), "bigint"),
        key=("customer_id", "account_id"),
        mutable=("points",),
    )

    points: int


def _put_held(state: State, row: Sequence[Any]) -> None:
    found = HeldRow.load((row[0], *row[-3:-1], row[1], row[-1]))
    state.part("held")[found.kind, found.transaction_id, found.lot_id] = found
    _put_lot(state, row[:-3])


def _orders_exist(state: State) -> bool:
    """A new order holds nothing yet."""
    return bool(state.part("orders"))


# Of the orders that the batch names, with their lots.
HELD = Part(
    "held",
    f"SELECT {', '.join(f'lot.{name}' for name in LOT.columns)}".replace("arithmetic", "arithmetic::text")
    + ", held.purpose, held.transaction_id, held.points FROM ("
    " SELECT family.survivor, e.lot_id, v.transaction_id, sum(-e.points)::bigint AS points,"
    " CASE WHEN e.kind IN ('spend', 'unspend') THEN 'burn' ELSE 'reserve' END AS purpose"
    " FROM {family} family JOIN events_event v ON v.customer_id = family.id AND v.transaction_id = ANY({transactions})"
    " JOIN points_entry e ON e.customer_id = v.customer_id AND e.event_id = v.id WHERE e.lot_id IS NOT NULL"
    " AND (e.kind IN ('reserve', 'release') OR e.kind IN ('spend', 'unspend') AND v.action IN ('point_burn', 'point_unburn'))"
    " GROUP BY family.survivor, e.lot_id, v.transaction_id, purpose HAVING sum(e.points) < 0"
    ") held JOIN points_lot lot ON lot.customer_id = held.survivor AND lot.id = held.lot_id",
    _put_held,
    when=_orders_exist,
)
# Of all the customer's orders, with the lots that the points come from.
RESERVED = Part(
    "reserved",
    f"SELECT {', '.join(f'lot.{name}' for name in LOT.columns)}".replace("arithmetic", "arithmetic::text")
    + ", 'reserve', held.transaction_id, held.points FROM ("
    " SELECT family.survivor, e.lot_id, v.transaction_id, sum(-e.points)::bigint AS points"
    " FROM {family} family JOIN points_entry e ON e.customer_id = family.id"
    " JOIN events_event v ON v.customer_id = e.customer_id AND v.id = e.event_id"
    " WHERE e.kind IN ('reserve', 'release') AND e.lot_id IS NOT NULL"
    " GROUP BY family.survivor, e.lot_id, v.transaction_id HAVING sum(e.points) < 0"
    ") held JOIN points_lot lot ON lot.customer_id = held.survivor AND lot.id = held.lot_id",
    _put_held,
)
ORDER_LOTS = Part(
    "order_lots",
    "SELECT l.customer_id, l.id, v.transaction_id"
    " FROM {family} family JOIN events_event v ON v.customer_id = family.id AND v.transaction_id = ANY({transactions})"
    " JOIN points_lot l ON l.customer_id = family.survivor AND l.event_id = v.id"
    " WHERE v.action IN ('checkout', 'checkout_item', 'checkout_accept', 'checkout_accept_item', 'checkout_item_accept')",
    lambda state, row: state.part("order_lots").update({row[1]: row[2]}),
    when=_orders_exist,
)
_ALL_PENDING = (
    f"SELECT {', '.join(PendingRow.TABLE.columns)} FROM points_pending".replace("arithmetic", "arithmetic::text")
    + " WHERE customer_id IN ({customers})"
)
_PENDING = f"{_ALL_PENDING} AND settled_by IS NULL"


def _put_pending(state: State, row: Sequence[Any]) -> None:
    state.part("pending")[row[1]] = PendingRow.load(row)


ALL_PENDING = Part("pending", _PENDING, _put_pending)
PENDING = Part("pending", f"{_PENDING} AND transaction_id IS NULL", _put_pending)
# Settled ones, too.
PENDING_AND_SETTLED = Part("pending_and_settled", _ALL_PENDING, _put_pending)
PENDING_OF_ORDERS = Part(
    "pending_of_orders", f"{_PENDING} AND transaction_id = ANY({{transactions}})", _put_pending, when=_orders_exist
)
BURNED = Part(
    "burned",
    "SELECT customer_id, account_id, sum(burned - given_back)::bigint FROM events_transaction"
    " WHERE customer_id IN ({customers}) AND burned > given_back GROUP BY 1, 2",
    lambda state, row: state.part("burned").update({row[1]: BurnedRow.load(row)}),
)
