"""The ledger's moves between lots, entries and balances. Pure, as the mechanisms that call it."""

import datetime as dt
from collections.abc import Iterable, Sequence

from loyalty.accounts import expiry
from loyalty.accounts.enums import EXPIRING_POINTS, MULTI_ACCOUNTS
from loyalty.engine.batch import Batch
from loyalty.engine.program import Program
from loyalty.engine.rows import EventRow
from loyalty.engine.state import State
from loyalty.points.config import AccountRule, PointsConfig
from loyalty.points.enums import EntryKind
from loyalty.refusals import Refused

from .rows import BalanceRow, BurnedRow, EntryRow, HeldRow, LotRow, PendingRow, UsageRow

APP = "points"
# So many points of a lot.
Piece = tuple[LotRow, int]


def config(program: Program) -> PointsConfig:
    found: PointsConfig = program.config[APP]
    return found


def account_of(event: EventRow, program: Program) -> AccountRule:
    """The account that the event names, the default one if it names none."""
    points = config(program)
    if event.account is None or event.account == points.default.slug:
        return points.default
    account = points.accounts.get(event.account)
    if account is None or MULTI_ACCOUNTS not in program.modules:
        message = f"Unknown account: {event.account[:64]}. Leave 'account' out for the default account."
        raise Refused(0, message, field="account")
    return account


def balance_of(state: State, account: AccountRule, batch: Batch) -> BalanceRow:
    balances = state.part("balances")
    found: BalanceRow | None = balances.get(account.id)
    if found is None:
        found = batch.add(BalanceRow(state.customer.id, account.id))
        batch.put(balances, account.id, found)
    return found


def earn(
    event: EventRow,
    state: State,
    batch: Batch,
    account: AccountRule,
    points: int,
    expires_at: dt.datetime | None = None,
    arithmetic: str | None = None,
) -> LotRow | None:
    """A lot of its own for what the event earned; a debt is repaid from it first. None where it earned nothing."""
    event.account_id = account.id
    if points == 0:
        return None
    if expires_at is None and account.expiry and EXPIRING_POINTS in batch.program.modules:
        expires_at = expiry.expires_at(account.expiry, event.occurred_at, state.customer, batch.program.time_zone)
    lot = batch.add(LotRow(batch.new_id("points_lot_id"), event, account.id, points, expires_at))
    lot.arithmetic = arithmetic
    batch.put(state.part("lots"), lot.id, lot)
    batch.add(EntryRow(event, EntryKind.EARN, points, account.id, lot))
    balance = batch.edit(balance_of(state, account, batch))
    balance.earned += points
    event.points, event.expires_at = event.points + points, expires_at
    if balance.debt:
        _repay(event, state, batch, balance, lot, lot.remaining)
    customer = batch.edit(state.customer)
    customer.last_earn_date = max(customer.last_earn_date or event.occurred_at, event.occurred_at)
    return lot


def _repay(event: EventRow, state: State, batch: Batch, balance: BalanceRow, lot: LotRow, most: int) -> None:
    points = min(balance.debt, most)
    batch.edit(lot).remaining -= points
    balance.debt -= points
    batch.add(EntryRow(event, EntryKind.REPAY, -points, lot.account_id, lot))
    batch.add(EntryRow(event, EntryKind.REPAY, points, lot.account_id, None))
    _use(event, state, batch, lot, points)


def _use(event: EventRow, state: State, batch: Batch, lot: LotRow, points: int) -> None:
    usages = state.part("usages")
    if lot.id not in usages:
        batch.put(usages, lot.id, UsageRow.of(lot))
    usage = batch.edit(usages[lot.id])
    usage.points += points
    usage.last_event_id = event.id


def _hold(event: EventRow, state: State, batch: Batch, kind: str, lot: LotRow, points: int) -> None:
    """The event's order holds so many points of the lot more, or fewer."""
    held, key = state.part("held"), (kind, event.transaction_id, lot.id)
    if key not in held:
        batch.put(held, key, HeldRow.load((lot.customer_id, *key, 0)))
    batch.edit(held[key]).points += points


def held_by(event: EventRow, state: State, kind: str) -> list[Piece]:
    """What the event's order holds of which lots, in the order of spending backwards."""
    lots = state.part("lots")
    rows = (row for row in state.part("held").values() if row.kind == kind and row.points > 0)
    found = [(lots[row.lot_id], row.points) for row in rows if row.transaction_id == event.transaction_id]
    return sorted(found, key=lambda piece: spending_order(piece[0]), reverse=True)


def consume(
    event: EventRow,
    state: State,
    batch: Batch,
    account: AccountRule,
    points: int,
    kind: EntryKind,
    first: Sequence[Piece] = (),
) -> BalanceRow:
    """Take points from lots: those of `first`, then earliest-expiring first, never-expiring last, then oldest.

    What lacks is owed where the account may go negative; else the event is refused.
    """
    balance = batch.edit(balance_of(state, account, batch))
    if not account.negative_points or kind is EntryKind.RESERVE:
        require_points(event, balance, points)
    event.account_id, event.points = account.id, event.points - points
    owed = max(points - balance.spendable, 0)
    left = points - owed
    for lot, most in (*first, *in_spending_order(state, account)) if left else ():
        taken = min(left, most, lot.remaining)
        left -= taken
        if taken:
            _take(event, state, batch, lot, taken, kind)
        if not left:
            break
    if left:
        raise AssertionError(f"The lots of customer {event.customer_id} hold {left} points less than the balance says")
    if owed:
        balance.debt += owed
        batch.add(EntryRow(event, kind, -owed, account.id, None))
    return balance


def _take(event: EventRow, state: State, batch: Batch, lot: LotRow, points: int, kind: EntryKind) -> None:
    batch.edit(lot).remaining -= points
    batch.add(EntryRow(event, kind, -points, lot.account_id, lot))
    if kind is EntryKind.SPEND:
        _use(event, state, batch, lot, points)
    if kind is EntryKind.RESERVE or event.action == "point_burn":
        _hold(event, state, batch, "reserve" if kind is EntryKind.RESERVE else "burn", lot, points)


def give_back(
    event: EventRow, state: State, batch: Batch, account: AccountRule, points: int, first: Sequence[Piece] = ()
) -> None:
    """Spent points come back: off a debt, then to the lots of `first`, then to those drawn on last."""
    balance = batch.edit(balance_of(state, account, batch))
    event.account_id, event.points = account.id, event.points + points
    forgiven = min(points, balance.debt)
    balance.spent -= points
    balance.debt -= forgiven
    if forgiven:
        batch.add(EntryRow(event, EntryKind.UNSPEND, forgiven, account.id, None))
    left = points - forgiven
    for lot, most in (*first, *_drawn_on_last(state, account)) if left else ():
        usage: UsageRow | None = state.part("usages").get(lot.id)
        given = min(left, most, usage.points if usage else 0)
        left -= given
        if usage and given:
            batch.edit(usage).points -= given
            if event.action == "point_unburn":
                _hold(event, state, batch, "burn", lot, -given)
            put_back(event, batch, balance, lot, given, EntryKind.UNSPEND)
    if left:
        raise AssertionError(f"The lots of customer {event.customer_id} lack {left} points of what was spent")


def put_back(
    event: EventRow, batch: Batch, balance: BalanceRow, lot: LotRow, points: int, kind: EntryKind, *, keep: bool = False
) -> None:
    """Points return to their lot; if it has expired they expire at once, unless they are needed first."""
    batch.edit(lot).remaining += points
    batch.add(EntryRow(event, kind, points, lot.account_id, lot))
    if lot.expires_at is None or lot.expires_at > event.recorded_at or keep:
        return
    lot.remaining -= points
    lot.expired += points
    balance.expired += points
    event.points -= points
    batch.add(EntryRow(event, EntryKind.EXPIRE, -points, lot.account_id, lot))


def release(event: EventRow, state: State, batch: Batch, account: AccountRule, points: int, keep: int) -> list[Piece]:
    """Reserved points return to their lots, the one drawn on last first; `keep` of them are spent next: those pieces."""
    balance = batch.edit(balance_of(state, account, batch))
    event.account_id, event.points = account.id, event.points + points
    balance.reserved -= points
    kept, left = list[Piece](), points
    for lot, most in held_by(event, state, "reserve"):
        given = min(left, most)
        left -= given
        stays = min(given, keep)
        keep -= stays
        for piece, is_kept in ((stays, True), (given - stays, False)):
            if piece:
                put_back(event, batch, balance, lot, piece, EntryKind.RELEASE, keep=is_kept)
        if given:
            _hold(event, state, batch, "reserve", lot, -given)
            kept.append((lot, stays))
    if left:
        raise AssertionError(f"The lots of customer {event.customer_id} lack {left} points of what was reserved")
    return [piece for piece in kept if piece[1]]


def repay_from(event: EventRow, state: State, batch: Batch, account: AccountRule, kept: Sequence[Piece] = ()) -> None:
    """Points that have become spendable repay a debt, but for those that are kept."""
    balance = batch.edit(balance_of(state, account, batch))
    reserved = {lot.id: points for lot, points in kept}
    for lot, _ in in_spending_order(state, account) if balance.debt else ():
        free = lot.remaining - reserved.get(lot.id, 0)
        if balance.debt and free:
            _repay(event, state, batch, balance, lot, free)


def take_back(
    event: EventRow, state: State, batch: Batch, account: AccountRule, points: int, lots: Sequence[LotRow]
) -> None:
    """What was earned is taken back: from its lots, what has expired in them included, then from others; the rest is owed."""
    balance = batch.edit(balance_of(state, account, batch))
    event.account_id = account.id
    balance.earned -= points
    left = points
    for lot in lots:
        left -= _claw_back(event, batch, lot, min(left, lot.remaining))
        expired = min(left, lot.expired)
        if expired:
            batch.edit(lot).expired -= expired
            lot.remaining += expired
            balance.expired -= expired
            event.points += expired
            batch.add(EntryRow(event, EntryKind.EXPIRE, expired, account.id, lot))
            left -= _claw_back(event, batch, lot, expired)
    for lot, _ in in_spending_order(state, account) if left else ():
        left -= _claw_back(event, batch, lot, min(left, lot.remaining))
    event.points -= points
    if left:
        balance.debt += left
        batch.add(EntryRow(event, EntryKind.REFUND, -left, account.id, None))


def _claw_back(event: EventRow, batch: Batch, lot: LotRow, points: int) -> int:
    if points:
        batch.edit(lot).remaining -= points
        batch.add(EntryRow(event, EntryKind.REFUND, -points, lot.account_id, lot))
    return points


def promise(
    event: EventRow,
    state: State,
    batch: Batch,
    account: AccountRule,
    points: int,
    *,
    bonus: int = 0,
    arithmetic: str | None = None,
    line: int | None = None,
    due_at: dt.datetime | None = None,
) -> None:
    """Pending points: of the event's order, or until their time has come."""
    event.account_id = account.id
    if points:
        order = event.transaction_id if due_at is None else None
        what = (account.id, points, bonus, arithmetic, order, line, due_at, None)
        row = PendingRow.load((event.customer_id, batch.new_id("points_pending_id"), event.id, *what))
        batch.put(state.part("pending"), row.id, batch.add(row))
        batch.add(EntryRow(event, EntryKind.PENDING, points, account.id, None))
        batch.edit(balance_of(state, account, batch)).pending += points


def settle(event: EventRow, state: State, batch: Batch, pending: PendingRow) -> AccountRule:
    """The promise is over: kept or cancelled."""
    account = config(batch.program).by_id[pending.account_id]
    batch.edit(pending).settled_by = event.id
    batch.edit(balance_of(state, account, batch)).pending -= pending.points
    batch.add(EntryRow(event, EntryKind.PENDING, -pending.points, account.id, None))
    return account


def count_burned(state: State, batch: Batch, account: AccountRule, points: int) -> None:
    found = state.part("burned")
    if account.id not in found:
        batch.put(found, account.id, BurnedRow.load((state.customer.id, account.id, 0)))
    batch.edit(found[account.id]).points += points


def burned_with_orders(state: State, account: AccountRule) -> int:
    found: BurnedRow | None = state.part("burned").get(account.id)
    return found.points if found else 0


def _drawn_on_last(state: State, account: AccountRule) -> Iterable[Piece]:
    """In the order of spending backwards, where one event drew on several lots."""
    lots = state.part("lots")
    found = [usage for usage in state.part("usages").values() if usage.account_id == account.id and usage.points]
    found.sort(key=lambda usage: spending_order(lots[usage.lot_id]), reverse=True)
    found.sort(key=lambda usage: usage.last_event_id, reverse=True)
    return [(lots[usage.lot_id], usage.points) for usage in found]


def in_spending_order(state: State, account: AccountRule) -> list[Piece]:
    lots = (lot for lot in state.part("lots").values() if lot.account_id == account.id and lot.remaining)
    return [(lot, lot.remaining) for lot in sorted(lots, key=spending_order)]


def spending_order(lot: LotRow) -> tuple[bool, dt.datetime, dt.datetime, int]:
    return lot.expires_at is None, lot.expires_at or lot.earned_at, lot.earned_at, lot.id


def require_points(event: EventRow, balance: BalanceRow, points: int) -> None:
    if points > balance.spendable:
        message = f"Not enough points: {points} needed, {balance.spendable} spendable"
        raise Refused(120241, message, field="points_burned" if event.action == "point_burn" else "points")
