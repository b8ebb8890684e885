"""Apply a changed structure to existing customers, in chunks of one transaction each; an interrupted run is resumed."""

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from itertools import takewhile
from threading import Lock

from django.db import connection, transaction
from django.db.models import F, Max

from customers.models import Customer
from loyalty.engine.batch import Batch
from loyalty.engine.state import State
from loyalty.engine.sweep import Sweep
from loyalty.facts.moved import tell_of_moved
from loyalty.intake.actors import TIMER
from loyalty.tiers.config import StructureRule
from loyalty.tiers.enums import TIER_FACTS, Expiration, Way, WorkStatus
from loyalty.tiers.mechanism import Ladder, config_of
from loyalty.tiers.models import Recalculation
from loyalty.tiers.queries import tiers_config
from loyalty.tiers.rows import TIERS
from loyalty.tiers.rules import DOWN, UP

from .history import days_from_history
from .queries import Group, customers_in, forecast, possible_groups

AT_ONCE = 1_000
# How many ids are looked through at a time: by one thread, while others move the customers of other spans.
SPAN = 4_000
# How many the timer and the command use.
THREADS = 2
# Delete the days of the old rule, insert those of the new one; the customers are locked.
_FORGET = "DELETE FROM tiers_statusday WHERE structure_id = %(structure)s AND customer_id = ANY(%(customers)s)"
_COUNT = """
    WITH counted AS ({days}),
    opened AS (
        INSERT INTO tiers_customertier (customer_id, structure_id) SELECT DISTINCT customer_id, %(structure)s::bigint FROM counted
        ON CONFLICT DO NOTHING
    )
    INSERT INTO tiers_statusday (customer_id, structure_id, day, points)
    SELECT customer_id, %(structure)s, day, points FROM counted
"""
_LOCK = "SELECT id FROM customers_customer WHERE id = ANY(%s) ORDER BY id FOR NO KEY UPDATE"


def recalculate_all(*, now: Callable[[], datetime], threads: int = 1) -> int:
    """Run the open recalculations in their order, and say how many. Whoever else comes meanwhile finds nothing to do."""
    number = 0
    while (job := _next()) is not None:
        recalculate(job, now=now, threads=threads)
        number += 1
    return number


def _next() -> Recalculation | None:
    return Recalculation.objects.exclude(status=WorkStatus.DONE).order_by("id").first()


def recalculate(job: Recalculation, *, now: Callable[[], datetime], threads: int = 1) -> None:
    """Run it to its end. An interrupted run has kept what it did: nobody who has moved moves again.

    With several `threads` one computes while another waits for the database; each has its own connection.
    """
    rule = next((rule for rule in tiers_config().all if rule.id == job.structure_id), None)
    Recalculation.objects.filter(id=job.id).update(status=WorkStatus.RUNNING)
    last = Customer.objects.aggregate(last=Max("id"))["last"]
    if rule is not None and last is not None:
        Spans(rule, job, now, last).take_all(threads)
    with transaction.atomic():
        Recalculation.objects.filter(id=job.id).update(status=WorkStatus.DONE, finished_at=now())
        # The lowest level, and days alone, are given without an event.
        tell_of_moved(TIER_FACTS)


class Spans:
    """Spans of customers' ids that threads share. The job's `after` follows what is done without a gap."""

    def __init__(self, rule: StructureRule, job: Recalculation, now: Callable[[], datetime], last: int) -> None:
        self.rule, self.job, self.now, self.last = rule, job, now, last
        self.starts = range(job.after, last, SPAN)
        self.waiting, self.lock = iter(self.starts), Lock()
        self.groups = _concerned(rule, job)
        # How many customers of each span have been seen to; the place of the first that is not done.
        self.done, self.through = dict[int, int](), 0

    def take_all(self, threads: int) -> None:
        if threads == 1:
            self._take()
            return
        with ThreadPoolExecutor(threads) as pool:
            for future in [pool.submit(self._take_apart) for _ in range(threads)]:
                future.result()

    def _take_apart(self) -> None:
        try:
            self._take()
        finally:
            connection.close()

    def _take(self) -> None:
        while (start := self._next()) is not None:
            # As of now; what decides is read again under the lock.
            span = (start, self._end(start))
            found = customers_in(self.rule, self.groups, span, self.now(), recounts=self.job.recounts)
            for place in range(0, len(found), AT_ONCE):
                _take_hold(self.rule, self.job, found[place : place + AT_ONCE], at=self.now())
            self._keep(start, len(found))

    def _next(self) -> int | None:
        with self.lock:
            return next(self.waiting, None)

    def _end(self, start: int) -> int:
        return min(start + SPAN, self.last)

    def _keep(self, start: int, customers: int) -> None:
        with self.lock:
            self.done[start] = customers
            fresh = list(takewhile(self.done.__contains__, self.starts[self.through :]))
            self.through += len(fresh)
            if fresh:
                seen = sum(self.done[one] for one in fresh)
                Recalculation.objects.filter(id=self.job.id).update(
                    after=self._end(fresh[-1]), customers=F("customers") + seen
                )


def _concerned(rule: StructureRule, job: Recalculation) -> list[Group]:
    """Of the customers whom it may move."""
    groups, way = possible_groups(rule), Way(job.way)
    moving = set(forecast(rule, way, groups).moving)
    if job.recounts:
        return [group for group in groups if group.has_points or group.member]
    if way == Way.EVERYONE and rule.expiration == Expiration.ROLLING:
        # Their levels end on other days now.
        return [group for group in groups if group.standing.level or group in moving]
    return [*moving, *(group for group in groups if _is_placed(rule, group, way) and group not in moving)]


def _is_placed(rule: StructureRule, group: Group, way: Way) -> bool:
    """Whether they get the lowest level, for which there is no event."""
    return (
        group.level_id is None and way != Way.NEW and (group.has_points or (rule.initialise_at_opt_in and group.member))
    )


@transaction.atomic(durable=True)
def _take_hold(rule: StructureRule, job: Recalculation, customers: Sequence[int], *, at: datetime) -> None:
    moved = {UP: 0, DOWN: 0}

    def apply(state: State, batch: Batch) -> None:
        now = next((one for one in config_of(batch.program).all if one.id == rule.id), None)
        if now is not None:
            action = Ladder(now, None, state, batch).recalculate(Way(job.way))
            moved[action] = moved.get(action, 0) + 1

    if job.recounts:
        _recount(rule, customers)
    Sweep(customers, [TIERS], by=TIMER, at=at).run(apply)
    Recalculation.objects.filter(id=job.id).update(risen=F("risen") + moved[UP], fallen=F("fallen") + moved[DOWN])


def _recount(rule: StructureRule, customers: Sequence[int]) -> None:
    days, params = days_from_history(rule, list(customers))
    with connection.cursor() as cursor:
        cursor.execute(_LOCK, [list(customers)])
        cursor.execute(_FORGET, params)
        cursor.execute(_COUNT.format(days=days), params)
