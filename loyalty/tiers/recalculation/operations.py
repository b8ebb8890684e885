"""Apply a changed structure to existing customers, in chunks of one transaction each; an interrupted run is resumed."""

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from threading import Lock

from django.db import connection, transaction
from django.db.models import F

from loyalty.engine.batch import Batch
from loyalty.engine.state import State
from loyalty.engine.sweep import Sweep
from loyalty.intake.actors import TIMER
from loyalty.tiers.config import StructureRule
from loyalty.tiers.enums import Expiration, Way, WorkStatus
from loyalty.tiers.mechanism import Ladder, config_of
from loyalty.tiers.models import Recalculation
from loyalty.tiers.queries import tiers_config
from loyalty.tiers.rows import TIERS
from loyalty.tiers.rules import DOWN, UP

from .history import days_from_history
from .queries import Group, customers_in, forecast, possible_groups

AT_ONCE = 1_000
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
    if rule is not None:
        Chunks(rule, job, _chunks(rule, job, now()), now).take_all(threads)
    Recalculation.objects.filter(id=job.id).update(status=WorkStatus.DONE, finished_at=now())


class Chunks:
    """Chunks of a recalculation that threads share. The job's `after` follows what is done without a gap."""

    def __init__(
        self, rule: StructureRule, job: Recalculation, chunks: Sequence[Sequence[int]], now: Callable[[], datetime]
    ) -> None:
        self.rule, self.job, self.chunks, self.now = rule, job, chunks, now
        self.waiting, self.lock = iter(range(len(chunks))), Lock()
        self.done, self.through = set[int](), 0

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
        while (place := self._next()) is not None:
            _take_hold(self.rule, self.job, self.chunks[place], at=self.now())
            self._keep(place)

    def _next(self) -> int | None:
        with self.lock:
            return next(self.waiting, None)

    def _keep(self, place: int) -> None:
        with self.lock:
            self.done.add(place)
            before = self.through
            while self.through in self.done:
                self.through += 1
            fresh = self.chunks[before : self.through]
            if fresh:
                Recalculation.objects.filter(id=self.job.id).update(
                    after=fresh[-1][-1], customers=F("customers") + sum(map(len, fresh))
                )


def _chunks(rule: StructureRule, job: Recalculation, at: datetime) -> "list[Sequence[int]]":
    """The customers whom it may move, as of now; what decides is read again under the lock."""
    found = [id for id in _concerned(rule, job, at) if id > job.after]
    return [found[start : start + AT_ONCE] for start in range(0, len(found), AT_ONCE)]


def _concerned(rule: StructureRule, job: Recalculation, at: datetime) -> Sequence[int]:
    groups = possible_groups(rule)
    way = Way(job.way)
    moving = set(forecast(rule, way, groups).moving)
    if job.recounts:
        chosen = [group for group in groups if group.has_points or group.member]
    elif way == Way.EVERYONE and rule.expiration == Expiration.ROLLING:
        # Their levels end on other days now.
        chosen = [group for group in groups if group.standing.level or group in moving]
    else:
        chosen = [*moving, *(group for group in groups if _is_placed(rule, group, way) and group not in moving)]
    return customers_in(rule, chosen, at, recounts=job.recounts)


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
