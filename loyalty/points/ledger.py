"""The ledger: lots, entries and balances, and the moves between them. Pure, as the mechanisms that call it."""

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from loyalty.engine.rows import EventRow, to_json
from loyalty.engine.types import Batch, Part, Program, Refused, Row, State, Table
from loyalty.staff.enums import Module

from . import expiry
from .enums import EntryKind
from .queries import AccountRule, PointsConfig

APP = "points"

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
    state.part("lots")[row[1]] = LotRow.load(row)


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
    "SELECT customer_id, lot_id, account_id, sum(-points)::bigint, max(event_id) FILTER (WHERE kind <> 'unspend')"
    " FROM points_entry"
    " WHERE customer_id IN ({customers}) AND lot_id IS NOT NULL AND kind IN ('spend', 'unspend', 'repay')"
    " GROUP BY customer_id, lot_id, account_id HAVING sum(points) < 0",
    lambda state, row: state.part("usages").update({row[1]: UsageRow.load(row)}),
)
ALL_LOTS = Part("lots", _LOTS, _put_lot)


def config(program: Program) -> PointsConfig:
    found: PointsConfig = program.config[APP]
    return found


def account_of(event: EventRow, program: Program) -> AccountRule:
    """The account that the event names, the default one if it names none."""
    points = config(program)
    if event.account is None or event.account == points.default.slug:
        return points.default
    account = points.accounts.get(event.account)
    if account is None or Module.MULTI_ACCOUNTS not in program.modules:
        raise Refused(0, f"Unknown account: {event.account[:64]}. Leave 'account' out for the default account.")
    return account


def balance_of(state: State, account: AccountRule, batch: Batch) -> BalanceRow:
    balances = state.part("balances")
    found: BalanceRow | None = balances.get(account.id)
    if found is None:
        found = batch.add(BalanceRow(state.customer.id, account.id))
        batch.file(balances, account.id, found)
    return found


def earn(
    event: EventRow,
    state: State,
    batch: Batch,
    points: int,
    expires_at: dt.datetime | None = None,
    arithmetic: Mapping[str, Any] | None = None,
) -> None:
    """A lot of its own for what the event earned, with the reason; a debt is repaid from it first."""
    account = account_of(event, batch.program)
    event.account_id = account.id
    if points == 0:
        return
    if expires_at is None and account.expiry and Module.EXPIRING_POINTS in batch.program.modules:
        expires_at = expiry.expires_at(account.expiry, event.occurred_at, state.customer, batch.program.time_zone)
    lot = batch.add(LotRow(batch.new_id("points_lot_id"), event, account.id, points, expires_at))
    lot.arithmetic = to_json(arithmetic) if arithmetic else None
    batch.file(state.part("lots"), lot.id, lot)
    batch.add(EntryRow(event, EntryKind.EARN, points, account.id, lot))
    balance = batch.edit(balance_of(state, account, batch))
    balance.earned += points
    event.points, event.expires_at = points, expires_at
    if balance.debt:
        _repay(event, state, batch, balance, lot)
    customer = batch.edit(state.customer)
    customer.last_earn_date = max(customer.last_earn_date or event.occurred_at, event.occurred_at)


def _repay(event: EventRow, state: State, batch: Batch, balance: BalanceRow, lot: LotRow) -> None:
    points = min(balance.debt, lot.remaining)
    lot.remaining -= points
    balance.debt -= points
    batch.add(EntryRow(event, EntryKind.REPAY, -points, lot.account_id, lot))
    batch.add(EntryRow(event, EntryKind.REPAY, points, lot.account_id, None))
    _use(event, state, batch, lot, points)


def _use(event: EventRow, state: State, batch: Batch, lot: LotRow, points: int) -> None:
    usages = state.part("usages")
    if lot.id not in usages:
        batch.file(usages, lot.id, UsageRow.of(lot))
    usage = batch.edit(usages[lot.id])
    usage.points += points
    usage.last_event_id = event.id


def consume(event: EventRow, state: State, batch: Batch, points: int, kind: EntryKind) -> BalanceRow:
    """Take points from the lots, earliest-expiring first, never-expiring last, then oldest; what lacks is owed."""
    account = account_of(event, batch.program)
    balance = batch.edit(balance_of(state, account, batch))
    if not account.negative_points:
        require_points(balance, points)
    event.account_id, event.points = account.id, -points
    owed = max(points - balance.spendable, 0)
    left = points - owed
    for lot in sorted(_open_lots(state, account), key=_spending_order) if left else ():
        taken = min(left, lot.remaining)
        batch.edit(lot).remaining -= taken
        batch.add(EntryRow(event, kind, -taken, account.id, lot))
        if kind is EntryKind.SPEND:
            _use(event, state, batch, lot, taken)
        left -= taken
        if not left:
            break
    if left:
        raise AssertionError(f"The lots of customer {event.customer_id} hold {left} points less than the balance says")
    if owed:
        balance.debt += owed
        batch.add(EntryRow(event, kind, -owed, account.id, None))
    return balance


def give_back(event: EventRow, state: State, batch: Batch, points: int) -> None:
    """Spent points come back: off a debt first, then to the lots they came from, the one drawn on last first."""
    account = account_of(event, batch.program)
    balance = batch.edit(balance_of(state, account, batch))
    if points > balance.spent:
        raise Refused(112900, f"Cannot unspend more than spent: {points} to give back, {balance.spent} spent")
    event.account_id, event.points = account.id, points
    forgiven = min(points, balance.debt)
    balance.spent -= points
    balance.debt -= forgiven
    if forgiven:
        batch.add(EntryRow(event, EntryKind.UNSPEND, forgiven, account.id, None))
    left = points - forgiven
    for usage in sorted(_usages(state, account), key=lambda usage: usage.last_event_id, reverse=True):
        given = min(left, usage.points)
        if given:
            _return(event, state, batch, usage, given)
        left -= given
    if left:
        raise AssertionError(f"The lots of customer {event.customer_id} lack {left} points of what was spent")


def _return(event: EventRow, state: State, batch: Batch, usage: UsageRow, points: int) -> None:
    lot: LotRow = batch.edit(state.part("lots")[usage.lot_id])
    lot.remaining += points
    batch.edit(usage).points -= points
    batch.add(EntryRow(event, EntryKind.UNSPEND, points, lot.account_id, lot))


def _usages(state: State, account: AccountRule) -> Iterable[UsageRow]:
    """In the order of spending backwards, where one event drew on several lots."""
    lots = state.part("lots")
    found = [usage for usage in state.part("usages").values() if usage.account_id == account.id and usage.points]
    return sorted(found, key=lambda usage: _spending_order(lots[usage.lot_id]), reverse=True)


def _open_lots(state: State, account: AccountRule) -> Iterable[LotRow]:
    return (lot for lot in state.part("lots").values() if lot.account_id == account.id and lot.remaining)


def _spending_order(lot: LotRow) -> tuple[bool, dt.datetime, dt.datetime, int]:
    return lot.expires_at is None, lot.expires_at or lot.earned_at, lot.earned_at, lot.id


def require_points(balance: BalanceRow, points: int) -> None:
    if points > balance.spendable:
        raise Refused(120241, f"Not enough points: {points} needed, {balance.spendable} spendable")
