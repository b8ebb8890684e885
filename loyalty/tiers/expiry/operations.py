"""The timers of tiers: levels that expire, are renewed, or whose grace ends; and notices of losses to come.

Nothing is kept about how far a run has come: a level whose day has been seen to is no longer due. So a run may end at any
point, and the next one goes on; two at once wait for each other's customers and then find nothing left to do.
"""

from collections.abc import Callable, Iterator, Sequence
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db import transaction
from django.db.models import F, Q, QuerySet

from loyalty.calendar import local_day
from loyalty.engine.batch import Batch
from loyalty.engine.state import State
from loyalty.engine.sweep import Sweep
from loyalty.facts.moved import tell_of_moved
from loyalty.intake.actors import TIMER
from loyalty.tiers.enums import TIER_FACTS
from loyalty.tiers.mechanism import Ladder, config_of
from loyalty.tiers.models import CustomerTier
from loyalty.tiers.queries import tiers_config
from loyalty.tiers.rows import TIERS

# A chunk holds the locks of its customers, for whom the tills wait.
AT_ONCE = 500


def expire_tiers(*, now: Callable[[], datetime]) -> int:
    """See to the levels whose day has come, in chunks of a transaction each; how many events came of it."""
    at = now()
    return sum(_sweep(customers, at=at) for customers in _chunks(_due(_local_day(at))))


def announce_losses(*, now: Callable[[], datetime]) -> int:
    """Tell of the levels that will be lost within the days of notice; how many events. Run again, it tells nothing twice."""
    at = now()
    return sum(_sweep(customers, at=at, announces=True) for customers in _chunks(_ending(_local_day(at))))


def _local_day(at: datetime) -> date:
    return local_day(at, ZoneInfo(settings.TIME_ZONE))


def _due(today: date) -> QuerySet[CustomerTier]:
    structures = [rule.id for rule in tiers_config().all]
    return CustomerTier.objects.filter(structure__in=structures, expires_on__lte=today)


def _ending(today: date) -> QuerySet[CustomerTier]:
    """Not told of yet; whether they will be lost is for the rules to say."""
    soon = Q(pk__in=())
    for rule in tiers_config().all:
        soon |= Q(structure=rule.id, expires_on__gt=today, expires_on__lte=today + timedelta(days=rule.notice_days))
    return CustomerTier.objects.filter(soon).exclude(announced_on=F("expires_on"))


def _chunks(rows: QuerySet[CustomerTier]) -> Iterator[Sequence[int]]:
    """The customers in their order, as of now; what matters is read again under the lock."""
    after = 0
    while found := list(
        rows.filter(customer__gt=after)
        .order_by("customer_id")
        .values_list("customer_id", flat=True)
        .distinct()[:AT_ONCE]
    ):
        yield found
        after = found[-1]


@transaction.atomic(durable=True)
def _sweep(customers: Sequence[int], *, at: datetime, announces: bool = False) -> int:
    quiet = list[bool]()

    def apply(state: State, batch: Batch) -> None:
        for ladder in _ladders(state, batch):
            quiet.append(ladder.catch_up())
            if announces:
                ladder.announce()

    number = Sweep(customers, [TIERS], by=TIMER, at=at).run(apply)
    if any(quiet):
        # A grace that begins moves the day of a level, and nothing happens to the customer.
        tell_of_moved(TIER_FACTS)
    return number


def _ladders(state: State, batch: Batch) -> Iterator[Ladder]:
    for rule in config_of(batch.program).all:
        if rule.id in state.part("tiers"):
            yield Ladder(rule, None, state, batch)
