"""Coupons of a profile that is merged away: they move to the survivor. Pure."""

from collections.abc import Iterable

from coupons.enums import CouponStatus, Sharing
from coupons.rows import ALL_OF_THEM, COUPONS, CouponRow, coupons_of
from customers.merging.mechanism import ACTION, merge_of
from loyalty.engine.batch import Batch
from loyalty.engine.events import Incoming
from loyalty.engine.mechanism import Mechanism
from loyalty.engine.rows import EventRow
from loyalty.engine.state import Part, State


def move_coupons(event: EventRow, state: State, batch: Batch) -> None:
    """Where both have a row of a generic code, one of them counts: one person has one use of it."""
    if event.depth:
        return
    assert batch.target is not None
    theirs = [row for row in coupons_of(state) if row.customer_id == state.customer.id]
    merge, _ = merge_of(state)
    merge.moved |= {"coupons": len(theirs)}
    for row in theirs:
        same = _same_generic(row, batch.target)
        if same is None or _settle(row, same, batch.target, batch):
            _move(row, state, batch.target, batch)


def _same_generic(row: CouponRow, target: State) -> CouponRow | None:
    if row.sharing != Sharing.GENERIC:
        return None
    return next((one for one in coupons_of(target) if one.pool_id == row.pool_id and one.sharing == row.sharing), None)


def _settle(theirs: CouponRow, ours: CouponRow, target: State, batch: Batch) -> bool:
    """Whether the source's row takes the place of the survivor's: the one that is redeemed does, so that its order can give
    the use back. Otherwise it stays with the source, and is worth nothing."""
    if theirs.uses and not ours.uses and ours.status != CouponStatus.TRANSFERRED:
        batch.pop(target.part(COUPONS), ours.id)
        batch.remove(ours)
        return True
    if theirs.status == CouponStatus.CLAIMED:
        batch.edit(theirs).status = CouponStatus.INVALID.value
        theirs.invalidated_at = batch.at
    return False


def _move(row: CouponRow, state: State, target: State, batch: Batch) -> None:
    batch.edit(row).customer_id = target.customer.id
    if row.original_id == state.customer.id:
        row.original_id = target.customer.id
    if row.sharing == Sharing.AGGREGATED:
        # The survivor's own code of the pool is the one that they get again.
        row.sharing = Sharing.INDIVIDUAL.value
    batch.pop(state.part(COUPONS), row.id)
    batch.put(target.part(COUPONS), row.id, row)


def _parts(incoming: Incoming) -> Iterable[Part]:
    return (ALL_OF_THEM,)


MERGING = Mechanism(frozenset({ACTION}), move_coupons, parts=_parts)
