"""What a change of a pool does to the coupons that there are, in chunks of a transaction each."""

from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.db.models import F, QuerySet

from coupons.actions import CHANGE, CODE, POOL
from coupons.enums import CouponStatus, UpdateMethod
from coupons.models import Coupon, PoolChange
from coupons.rows import ALL_OF_THEM, CouponRow, coupons_of
from loyalty.engine.batch import Batch
from loyalty.engine.reduce import new_event
from loyalty.engine.state import State
from loyalty.engine.sweep import Sweep
from loyalty.intake.actors import TIMER

CHUNK = 1_000
AT_ONCE = 10_000
_HELD = [CouponStatus.CLAIMED, CouponStatus.PARTIALLY_REDEEMED, CouponStatus.EXPIRED]
FOLLOWING: Mapping[str, Sequence[str]] = {
    UpdateMethod.ALL: [CouponStatus.UNASSIGNED, *_HELD, CouponStatus.REDEEMED],
    UpdateMethod.NOT_REDEEMED: [CouponStatus.UNASSIGNED, *_HELD],
    UpdateMethod.UNASSIGNED: [CouponStatus.UNASSIGNED],
    UpdateMethod.NONE: [],
}


def change_free_ones(change: PoolChange, ids: Collection[int] | None = None) -> None:
    """Of the coupons that nobody holds, these, or the first ones. Whoever is being given one gets it as it was."""
    found = _matching(change, Coupon.objects.filter(pool=change.pool, status=CouponStatus.UNASSIGNED))
    chosen = (found if ids is None else found.filter(pk__in=ids)).select_for_update(skip_locked=ids is None)
    locked = list(chosen.order_by("id").values_list("pk", flat=True)[:AT_ONCE])
    Coupon.objects.filter(pk__in=locked).update(**change.terms)


def _matching(change: PoolChange, coupons: QuerySet[Coupon]) -> QuerySet[Coupon]:
    if not change.matching:
        return coupons
    value = change.before["value"]
    return coupons.filter(value__isnull=True) if value is None else coupons.filter(value=Decimal(value))


def change_coupons(*, now: Callable[[], datetime]) -> int:
    """Carry out the open changes in their order; how many coupons. A run that is killed is gone on with by the next one."""
    number = 0
    while (id := PoolChange.objects.filter(finished_at__isnull=True).values_list("id", flat=True).first()) is not None:
        while (found := _change_some(id, now())) is not None:
            number += found
            if not found:
                return number
    return number


@transaction.atomic(durable=True)
def _change_some(id: int, at: datetime) -> int | None:
    """A chunk; None once it is done, 0 if somebody else is at it."""
    open_ = PoolChange.objects.filter(id=id).select_related("pool")
    change = open_.select_for_update(skip_locked=True, of=("self",)).first()
    if change is None:
        return 0
    if change.finished_at is not None:
        return None
    rows = _next(change)
    if not rows:
        PoolChange.objects.filter(id=id).update(finished_at=at)
        return None
    change_free_ones(change, [pk for pk, status, _ in rows if status == CouponStatus.UNASSIGNED])
    held = {pk for pk, status, _ in rows if status != CouponStatus.UNASSIGNED}
    customers = {customer for pk, _, customer in rows if pk in held and customer is not None}
    if customers:
        Sweep(customers, [ALL_OF_THEM], by=TIMER, at=at).run(lambda state, batch: _change(change, held, state, batch))
    PoolChange.objects.filter(id=id).update(after=rows[-1][0], coupons=F("coupons") + len(rows))
    return len(rows)


def _next(change: PoolChange) -> list[tuple[int, str, int | None]]:
    found = Coupon.objects.filter(pool=change.pool, status__in=FOLLOWING[change.method], id__gt=change.after)
    return list(found.order_by("id").values_list("id", "status", "customer_id")[:CHUNK])


def _change(change: PoolChange, ids: Collection[int], state: State, batch: Batch) -> None:
    for row in coupons_of(state):
        if row.id in ids and row.status in FOLLOWING[change.method] and _is_meant(change, row):
            terms = _terms_for(row, change.terms)
            if terms:
                data = {"coupon_id": row.id, CODE.name: row.code, POOL.name: change.pool.slug, "after": terms}
                batch.emit(new_event(batch, state, CHANGE.name, data, batch.at))


def _is_meant(change: PoolChange, row: CouponRow) -> bool:
    value = change.before["value"]
    return not change.matching or row.value == (None if value is None else Decimal(value))


def _terms_for(row: CouponRow, terms: Mapping[str, Any]) -> dict[str, Any]:
    """What differs. A gift card that has been spent from keeps its value."""
    is_spent = row.balance is not None and row.uses > 0
    told = {name: value for name, value in terms.items() if name != "value" or not is_spent}
    return {name: value for name, value in told.items() if getattr(row, name) != (value and Decimal(value))}
