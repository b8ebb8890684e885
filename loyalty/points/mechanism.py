"""Points: what earns them, what takes them, and from which lots."""

import datetime as dt
from collections.abc import Iterable, Sequence
from typing import Any

from customers.enums import Status
from events.mechanism import line_total
from loyalty.engine import values
from loyalty.engine.rows import EventRow
from loyalty.engine.types import ANY_OTHER_ACTION, Batch, Incoming, Mechanism, Part, Program, Refused, Row, State, Table
from loyalty.staff.enums import Module

from .enums import EarningBasis, EntryKind
from .queries import AccountRule, PointsConfig

APP = "points"

_BALANCE_COLUMNS = dict.fromkeys(
    ["customer_id", "account_id", "earned", "spent", "expired", "reserved", "pending", "debt"], "bigint"
)
BALANCE = Table(
    name="points_balance",
    columns=_BALANCE_COLUMNS,
    key=("customer_id", "account_id"),
    mutable=("earned", "spent", "expired", "reserved", "pending", "debt"),
)
_LOT_COLUMNS = {
    **dict.fromkeys(["customer_id", "id", "event_id", "account_id", "points", "remaining"], "bigint"),
    "earned_at": "timestamptz",
    "expires_at": "timestamptz",
}
LOT = Table(
    name="points_lot",
    columns=_LOT_COLUMNS,
    key=("customer_id", "id"),
    mutable=("remaining", "expires_at"),
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

    @property
    def spendable(self) -> int:
        return self.earned - self.spent - self.expired - self.reserved + self.debt


class LotRow(Row):
    __slots__ = tuple(_LOT_COLUMNS)
    TABLE = LOT

    customer_id: int
    account_id: int
    remaining: int
    expires_at: dt.datetime | None

    def __init__(self, id: int, event: EventRow, account_id: int, points: int, expires_at: dt.datetime | None) -> None:
        self.customer_id, self.id, self.event_id, self.account_id = event.customer_id, id, event.id, account_id
        self.points = self.remaining = points
        self.earned_at, self.expires_at = event.occurred_at, expires_at


class EntryRow(Row):
    __slots__ = tuple(ENTRY.columns)
    TABLE = ENTRY

    def __init__(self, event: EventRow, kind: str, points: int, lot: LotRow) -> None:
        self.customer_id, self.event_id, self.account_id = event.customer_id, event.id, lot.account_id
        self.kind, self.points, self.lot_id, self.recorded_at = kind, points, lot.id, event.recorded_at


def _put_balance(state: State, row: Sequence[Any]) -> None:
    state.part("balances")[row[1]] = BalanceRow.load(row)


def _put_lot(state: State, row: Sequence[Any]) -> None:
    state.part("lots")[row[1]] = LotRow.load(row)


BALANCES = Part(
    "balances",
    f"SELECT {', '.join(BALANCE.columns)} FROM points_balance WHERE customer_id IN ({{customers}})",
    _put_balance,
)
OPEN_LOTS = Part(
    "lots",
    f"SELECT {', '.join(LOT.columns)} FROM points_lot WHERE customer_id IN ({{customers}}) AND remaining > 0",
    _put_lot,
)


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


def open_default_account(state: State, batch: Batch) -> None:
    balance_of(state, config(batch.program).default, batch)


def earn(event: EventRow, state: State, batch: Batch, points: int, expires_at: dt.datetime | None = None) -> None:
    """A lot of its own for what the event earned."""
    account = account_of(event, batch.program)
    event.account_id = account.id
    if points == 0:
        return
    lot = batch.add(LotRow(batch.new_id("points_lot_id"), event, account.id, points, expires_at))
    batch.file(state.part("lots"), lot.id, lot)
    batch.add(EntryRow(event, EntryKind.EARN.value, points, lot))
    balance = batch.edit(balance_of(state, account, batch))
    balance.earned += points
    event.points, event.expires_at = points, expires_at
    customer = batch.edit(state.customer)
    customer.last_earn_date = max(customer.last_earn_date or event.occurred_at, event.occurred_at)


def consume(event: EventRow, state: State, batch: Batch, points: int, kind: EntryKind) -> BalanceRow:
    """Take points from the lots, earliest-expiring first, never-expiring last, then oldest."""
    account = account_of(event, batch.program)
    balance = batch.edit(balance_of(state, account, batch))
    require_points(balance, points)
    event.account_id, event.points = account.id, -points
    left = points
    for lot in sorted(_open_lots(state, account), key=_spending_order):
        taken = min(left, lot.remaining)
        batch.edit(lot).remaining -= taken
        batch.add(EntryRow(event, kind.value, -taken, lot))
        left -= taken
        if not left:
            return balance
    raise AssertionError(f"The lots of customer {event.customer_id} hold {left} points less than the balance says")


def _open_lots(state: State, account: AccountRule) -> Iterable[LotRow]:
    return (lot for lot in state.part("lots").values() if lot.account_id == account.id and lot.remaining)


def _spending_order(lot: LotRow) -> tuple[bool, dt.datetime, dt.datetime, int]:
    return lot.expires_at is None, lot.expires_at or lot.earned_at, lot.earned_at, lot.id


def require_points(balance: BalanceRow, points: int) -> None:
    if points > balance.spendable:
        raise Refused(120241, f"Not enough points: {points} needed, {balance.spendable} spendable")


def require_spender(state: State) -> None:
    if state.customer.status == Status.SUSPENDED:
        raise Refused(110003, "Customer may not spend points while suspended")
    if state.customer.status != Status.ACTIVE:
        raise Refused(160216, "Customer is not active")


def spend(event: EventRow, state: State, batch: Batch) -> None:
    require_spender(state)
    _spend(event, state, batch, _required_points(event))


def _spend(event: EventRow, state: State, batch: Batch, points: int) -> None:
    consume(event, state, batch, points, EntryKind.SPEND).spent += points
    customer = batch.edit(state.customer)
    customer.last_spend_date = max(customer.last_spend_date or event.occurred_at, event.occurred_at)


def deduct(event: EventRow, state: State, batch: Batch) -> None:
    """A correction of what was earned: the score goes down."""
    points = _required_points(event)
    consume(event, state, batch, points, EntryKind.DEDUCT).earned -= points


def add(event: EventRow, state: State, batch: Batch) -> None:
    earn(event, state, batch, _required_points(event), _expiry(event, batch.program))


def _required_points(event: EventRow) -> int:
    points = values.whole(event.data, "points")
    if points is None:
        raise values.required("points")
    return points


def _expiry(event: EventRow, program: Program) -> dt.datetime | None:
    """Valid through the day: expires as the next one begins in the programme's time zone."""
    day = values.day(event.data, "expdate")
    if day is None:
        return None
    if Module.EXPIRING_POINTS not in program.modules:
        raise Refused(0, "'expdate' needs the module Expiring points, which is switched off")
    expires_at = end_of(day, program)
    if expires_at <= event.recorded_at:
        raise Refused(0, "'expdate' must not be in the past")
    return expires_at


def end_of(day: dt.date, program: Program) -> dt.datetime:
    midnight = dt.datetime.combine(day + dt.timedelta(days=1), dt.time(), program.time_zone)
    return midnight.astimezone(dt.UTC)


def burn_at_checkout(event: EventRow, state: State, batch: Batch) -> None:
    """Points that pay for the order are spent at once, before it earns any."""
    points = values.whole(event.data, "points_burned", least=0)
    if not points:
        return
    require_spender(state)
    data = {"points": points, "transaction_id": event.transaction_id}
    burn = event.follow_up("point_burn", data, batch.new_id("events_event_id"))
    _spend(burn, state, batch, points)
    batch.emit(burn)


def burned(event: EventRow, state: State, batch: Batch) -> None:
    """The points were taken with the order."""


def earn_at_checkout(event: EventRow, state: State, batch: Batch) -> None:
    """The points of an order or of its line, whichever the account's earning rule counts."""
    earning = config(batch.program).earning.get(account_of(event, batch.program).id)
    if earning is None:
        return
    by_item = earning.basis == EarningBasis.ITEM
    if event.action == "checkout" and by_item and all(child.action != "checkout_item" for child in batch.emitted):
        raise values.required("items")
    if by_item != (event.action == "checkout_item"):
        return
    amount = line_total(event.data, 0) if by_item else values.money(event.data, "total")
    if amount is None:
        raise values.required("total")
    currency = (values.text(event.data, "currency", limit=3) or batch.program.currency).upper()
    earn(event, state, batch, earning.points(amount, currency))


def earn_default_points(event: EventRow, state: State, batch: Batch) -> None:
    """The points that the event type of a custom action names."""
    earn(event, state, batch, batch.program.event_rules[event.action].default_points)


def _lots(incoming: Incoming) -> Iterable[Part]:
    return (OPEN_LOTS,)


def _checkout_parts(incoming: Incoming) -> Iterable[Part]:
    burns = incoming.data.get("points_burned") not in (None, "", 0, "0")
    return (OPEN_LOTS,) if burns else ()


MECHANISMS_BEFORE_ORDERS = (Mechanism(frozenset({"checkout"}), burn_at_checkout, parts=_checkout_parts),)
MECHANISMS = (
    Mechanism(frozenset({"checkout"}), earn_at_checkout),
    Mechanism(frozenset({"checkout_item"}), earn_at_checkout, public=False),
    Mechanism(frozenset({"point_burn"}), burned, public=False),
    Mechanism(frozenset({"point_add"}), add),
    Mechanism(frozenset({"point_sub"}), deduct, parts=_lots),
    Mechanism(frozenset({"point_spend"}), spend, parts=_lots),
    Mechanism(frozenset({ANY_OTHER_ACTION}), earn_default_points),
)
