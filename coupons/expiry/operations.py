"""Coupons whose last day is over.

Nothing is kept about how far a run has come: an expired coupon is no longer due. So a run may end at any point, and two at
once wait for each other's customers and then find nothing left to do.
"""

from collections.abc import Callable, Iterator, Sequence
from datetime import datetime

from django.db import transaction

from coupons.actions import EXPIRE
from coupons.enums import LIVE, CouponStatus
from coupons.life.holding import status_now
from coupons.models import Coupon
from coupons.rows import DUE, coupons_of
from loyalty.engine.batch import Batch
from loyalty.engine.reduce import new_event
from loyalty.engine.state import State
from loyalty.engine.sweep import Sweep
from loyalty.intake.actors import TIMER

# A chunk holds the locks of its customers, for whom the tills wait.
AT_ONCE = 500


def expire_coupons(*, now: Callable[[], datetime]) -> int:
    """In chunks of a transaction each; how many have expired."""
    at = now()
    return sum(_sweep(customers, at) for customers in _chunks(at))


def _chunks(at: datetime) -> Iterator[Sequence[int]]:
    """The customers in their order, as of now; what matters is read again under the lock."""
    after = 0
    due = Coupon.objects.filter(status__in=LIVE, expires_at__lte=at).order_by("customer_id")
    while found := list(due.filter(customer__gt=after).values_list("customer_id", flat=True).distinct()[:AT_ONCE]):
        yield [id for id in found if id is not None]
        after = found[-1] or 0


def _sweep(customers: Sequence[int], at: datetime) -> int:
    with transaction.atomic(durable=True):
        return Sweep(customers, [DUE], by=TIMER, at=at).run(_expire)


def _expire(state: State, batch: Batch) -> None:
    for row in coupons_of(state):
        if row.status in LIVE and status_now(row, batch.at) == CouponStatus.EXPIRED:
            batch.emit(new_event(batch, state, EXPIRE.name, {"coupon_id": row.id}, batch.at))
