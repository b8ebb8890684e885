"""The timer of tiers: levels that expire, are renewed, or whose grace ends.

Nothing is kept about how far a run has come: a level whose day has been seen to is no longer due. So a run may end at any
point, and the next one goes on; two at once wait for each other's customers and then find nothing left to do.
"""

from collections.abc import Callable, Iterator, Sequence
from datetime import date, datetime
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db import transaction

from loyalty.calendar import local_day
from loyalty.engine.batch import Batch
from loyalty.engine.state import State
from loyalty.engine.sweep import Sweep
from loyalty.intake.actors import TIMER
from loyalty.tiers.mechanism import Ladder, config_of
from loyalty.tiers.models import CustomerTier
from loyalty.tiers.queries import tiers_config
from loyalty.tiers.rows import TIERS

# A chunk holds the locks of its customers, for whom the tills wait.
AT_ONCE = 500


def expire_tiers(*, now: Callable[[], datetime]) -> int:
    """See to the levels whose day has come, in chunks of a transaction each; how many events came of it."""
    at = now()
    return sum(_expire(customers, at=at) for customers in _due(local_day(at, ZoneInfo(settings.TIME_ZONE))))


def _due(today: date) -> Iterator[Sequence[int]]:
    """The customers in their order, as of now; what matters is read again under the lock."""
    structures = [rule.id for rule in tiers_config().all]
    rows = CustomerTier.objects.filter(structure__in=structures, expires_on__lte=today)
    after = 0
    while found := list(
        rows.filter(customer__gt=after)
        .order_by("customer_id")
        .values_list("customer_id", flat=True)
        .distinct()[:AT_ONCE]
    ):
        yield found
        after = found[-1]


def _expire(customers: Sequence[int], *, at: datetime) -> int:
    with transaction.atomic(durable=True):
        return Sweep(customers, [TIERS], by=TIMER, at=at).run(_catch_up)


def _catch_up(state: State, batch: Batch) -> None:
    for rule in config_of(batch.program).all:
        if rule.id in state.part("tiers"):
            Ladder(rule, None, state, batch).catch_up()
