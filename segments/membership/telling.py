"""Events that tell of entering and leaving: each once, in the transaction that marks it as told."""

import datetime as dt
from collections.abc import Callable, Sequence

from django.db import connection, transaction
from django.db.models import Q

from loyalty.engine.batch import Batch
from loyalty.engine.reduce import new_event
from loyalty.engine.state import State
from loyalty.engine.sweep import Sweep
from loyalty.intake.actors import TIMER
from segments.actions import ENTERED, LEFT
from segments.models import Stay
from segments.rows import UNTOLD

AT_ONCE = 500
_UNTOLD = Q(told_of_entering=False) | Q(told_of_leaving=False, left_at__isnull=False)
_MARK = """
    UPDATE segments_stay SET told_of_entering = TRUE, told_of_leaving = told_of_leaving OR id = ANY(%(left)s::bigint[])
    WHERE customer_id = ANY(%(customers)s::bigint[]) AND id = ANY(%(stays)s::bigint[])
"""
# Of those who have departed nothing is told any more.
_LET_GO = """
    UPDATE segments_stay s SET told_of_entering = TRUE, told_of_leaving = TRUE FROM customers_customer c
    WHERE s.customer_id = ANY(%(customers)s::bigint[]) AND c.id = s.customer_id AND c.status IN ('opted_out', 'banned', 'merged')
"""


def tell(*, now: Callable[[], dt.datetime]) -> int:
    """How many events."""
    number, after = 0, 0
    while customers := _untold(after):
        number += _tell_some(customers, now())
        after = customers[-1]
    return number


def _untold(after: int) -> Sequence[int]:
    rows = Stay.objects.filter(_UNTOLD, customer__gt=after).order_by("customer_id")
    return list(rows.values_list("customer_id", flat=True).distinct()[:AT_ONCE])


@transaction.atomic(durable=True)
def _tell_some(customers: Sequence[int], at: dt.datetime) -> int:
    stays, left = list[int](), list[int]()

    def apply(state: State, batch: Batch) -> None:
        for id, (slug, is_entering, is_leaving) in state.part("untold_stays").items():
            for action in [*([ENTERED] if is_entering else []), *([LEFT] if is_leaving else [])]:
                batch.emit(new_event(batch, state, action, {"segment": slug}, at))
            stays.append(id)
            left.extend([id] if is_leaving else [])

    number = Sweep(customers, [UNTOLD], by=TIMER, at=at).run(apply)
    with connection.cursor() as cursor:
        cursor.execute(_MARK, {"customers": list(customers), "stays": stays, "left": left})
        cursor.execute(_LET_GO, {"customers": list(customers)})
    return number
