"""Points of a profile that is merged away become the survivor's: lots, balances, promises, uses of bonuses. Pure.

A lot moves by a pair of entries and keeps its id, its event and its dates: what was earned, spent or held of it is the sum
over the entries of both profiles. The buckets of the balances add up.
"""

from collections.abc import Iterable
from copy import copy

from customers.merging.mechanism import ACTION, merge_of
from loyalty.engine.batch import Batch
from loyalty.engine.events import Incoming
from loyalty.engine.mechanism import Circumstances, Mechanism
from loyalty.engine.rows import EventRow
from loyalty.engine.state import Part, State
from loyalty.points.bonuses.limits import USES
from loyalty.points.bonuses.rules import BonusUseRow
from loyalty.points.ledger.moves import balance_of, config, repay_from
from loyalty.points.ledger.rows import ALL_LOTS, PENDING_AND_SETTLED, BalanceRow, EntryRow, LotRow, PendingRow

from .enums import EntryKind

BUCKETS = ("earned", "spent", "expired", "reserved", "pending", "debt")


def move_points(event: EventRow, state: State, batch: Batch) -> None:
    if event.depth:
        return
    assert batch.target is not None
    row, told = merge_of(state)
    lots, pending = list(state.part("lots").values()), list(state.part("pending").values())
    for lot in lots:
        _move_lot(event, told, batch.target, batch, lot)
    for promise in pending:
        _move_promise(state, batch.target, batch, promise)
    row.moved |= {"lots": len(lots), "pending": len(pending), "points": _add_balances(told, state, batch.target, batch)}
    row.moved["bonus_uses"] = _add_uses(state, batch.target, batch)


def _move_lot(event: EventRow, told: EventRow, target: State, batch: Batch, lot: LotRow) -> None:
    """The source's row stays, with nothing remaining: its entries refer to it."""
    moved = copy(lot)
    moved.customer_id = target.customer.id
    batch.put(target.part("lots"), moved.id, batch.add(moved))
    if lot.remaining:
        batch.add(EntryRow(event, EntryKind.MOVE, -lot.remaining, lot.account_id, lot))
        batch.add(EntryRow(told, EntryKind.MOVE, lot.remaining, lot.account_id, moved))
        batch.edit(lot).remaining = 0


def _move_promise(state: State, target: State, batch: Batch, promise: PendingRow) -> None:
    moved = copy(promise)
    moved.customer_id = target.customer.id
    batch.remove(promise)
    batch.pop(state.part("pending"), promise.id)
    batch.put(target.part("pending"), moved.id, batch.add(moved))


def _add_balances(told: EventRow, state: State, target: State, batch: Batch) -> dict[str, int]:
    """Bucket by bucket; where one side owes and the other has points, the debt is repaid. What came over, by account."""
    points = config(batch.program)
    balances: list[BalanceRow] = list(state.part("balances").values())
    for theirs in balances:
        account = points.by_id[theirs.account_id]
        ours = batch.edit(balance_of(target, account, batch))
        for bucket in BUCKETS:
            setattr(ours, bucket, getattr(ours, bucket) + getattr(theirs, bucket))
        ours.active_at = max(filter(None, (ours.active_at, theirs.active_at)), default=None)
        batch.remove(theirs)
        batch.pop(state.part("balances"), theirs.account_id)
        repay_from(told, target, batch, account)
    return {points.by_id[row.account_id].slug: row.spendable - row.debt for row in balances}


def _add_uses(state: State, target: State, batch: Batch) -> int:
    """What a bonus has given to both counts against the survivor's limit."""
    uses, ours = list[BonusUseRow](state.part("bonus_uses").values()), target.part("bonus_uses")
    used = sum(use.points > 0 for use in uses)
    for use in uses:
        if use.bonus_id not in ours:
            batch.put(ours, use.bonus_id, batch.add(BonusUseRow.load((target.customer.id, use.bonus_id, 0))))
        batch.edit(ours[use.bonus_id]).points += use.points
        batch.remove(use)
        batch.pop(state.part("bonus_uses"), use.bonus_id)
    return used


def _parts(incoming: Incoming) -> Iterable[Part]:
    return (ALL_LOTS, PENDING_AND_SETTLED)


def _uses(incoming: Incoming, known: Circumstances) -> Iterable[Part]:
    return (USES,)


MECHANISM = Mechanism(frozenset({ACTION}), move_points, parts=_parts, later=_uses)
