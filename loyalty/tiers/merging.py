"""Tiers of a profile that is merged away: the higher level stays, daily points add up. Pure."""

import datetime as dt
from collections.abc import Iterable
from copy import copy

from customers.merging.mechanism import ACTION, merge_of
from loyalty.engine.batch import Batch
from loyalty.engine.events import Incoming
from loyalty.engine.mechanism import Mechanism
from loyalty.engine.rows import EventRow
from loyalty.engine.state import Part, State

from .build import structure_of
from .config import StructureRule
from .enums import Reason, Validity
from .mechanism import Ladder, config_of
from .rows import LATE, TIERS, DayRow, LateRow, TierRow
from .rules import Step

_NEVER = dt.date.max


def move_tiers(event: EventRow, state: State, batch: Batch) -> None:
    """What has expired of either has; then the higher level stays, and what both have earned together is judged."""
    if event.depth:
        return
    assert batch.target is not None
    row, told = merge_of(state)
    active = {rule.id: rule for rule in config_of(batch.program).all if rule.id in state.part("tiers")}
    for rule in active.values():
        Ladder(rule, event, state, batch).catch_up()
        Ladder(rule, told, batch.target, batch).catch_up()
    days: list[DayRow] = list(state.part("status_days").values())
    for day in days:
        _move_day(day, state, batch.target, batch)
    late: list[LateRow] = list(state.part("late_points").values())
    for one in late:
        _move_late(one, state, batch.target, batch)
    tiers: list[TierRow] = list(state.part("tiers").values())
    row.moved |= {"tiers": sum(tier.level_id is not None for tier in tiers)}
    for tier in tiers:
        ladder = active.get(tier.structure_id) or _inactive(tier.structure_id, batch)
        _move_tier(tier, ladder, state, batch.target, batch)
    for rule in active.values():
        _judge(Ladder(rule, told, batch.target, batch))


def _move_day(day: DayRow, state: State, target: State, batch: Batch) -> None:
    key, theirs = (day.structure_id, day.day), target.part("status_days")
    batch.remove(day)
    batch.pop(state.part("status_days"), key)
    if key in theirs:
        batch.edit(theirs[key]).points += day.points
    else:
        batch.put(theirs, key, batch.add(DayRow.load((target.customer.id, *key, day.points))))


def _move_late(late: LateRow, state: State, target: State, batch: Batch) -> None:
    """Events and orders keep their ids, so none is there already."""
    key = (late.structure_id, late.about)
    batch.remove(late)
    batch.pop(state.part("late_points"), key)
    batch.put(target.part("late_points"), key, batch.add(LateRow.load((target.customer.id, *key, late.day))))


def _move_tier(tier: TierRow, rule: StructureRule | None, state: State, target: State, batch: Batch) -> None:
    batch.remove(tier)
    batch.pop(state.part("tiers"), tier.structure_id)
    ours: TierRow | None = target.part("tiers").get(tier.structure_id)
    if ours is None:
        moved = copy(tier)
        moved.customer_id = target.customer.id
        batch.put(target.part("tiers"), tier.structure_id, batch.add(moved))
        return
    resets = [day for day in (ours.counts_from, tier.counts_from) if day]
    if rule is not None and _is_higher(tier, ours, rule):
        _take_over(batch.edit(ours), tier)
    # What one of them lost by a reset does not come back.
    batch.edit(ours).counts_from = max(resets, default=None)


def _inactive(structure_id: int, batch: Batch) -> StructureRule | None:
    """The ladder of one that does not count now: by it the higher level is told, too."""
    accounts = {slug: known["id"] for slug, known in batch.program.facts["accounts"].items()}
    for item in batch.program.document["tiers"]:
        known = batch.program.facts["tiers"][item["id"]]
        if known["id"] == structure_id:
            return structure_of(item, known, accounts)
    return None


def _judge(ladder: Ladder) -> None:
    """A day that was set by hand stays, unless the level is reached anew; no day comes forward."""
    before = ladder.standing
    ladder.judge(Reason.MERGE)
    after = ladder.standing
    renewed = ladder.rule.validity == Validity.NEXT_PERIOD and (after.computed or _NEVER) > (before.computed or _NEVER)
    is_sooner = (after.expires or _NEVER) < (before.expires or _NEVER)
    if after.level == before.level and not renewed and (is_sooner or before.expires != before.computed):
        ladder.take(Step(before, ladder.today))


def _is_higher(theirs: TierRow, ours: TierRow, rule: StructureRule) -> bool:
    """The higher level, then the later expiry."""
    return _rank(theirs, rule) > _rank(ours, rule)


def _rank(row: TierRow, rule: StructureRule) -> tuple[int, dt.date]:
    level = row.standing(rule).level
    return (-1 if level is None else level), row.expires_on or _NEVER


def _take_over(ours: TierRow, theirs: TierRow) -> None:
    for name in TierRow.TABLE.mutable:
        setattr(ours, name, getattr(theirs, name))


def _parts(incoming: Incoming) -> Iterable[Part]:
    return (TIERS, LATE)


MECHANISM = Mechanism(frozenset({ACTION}), move_tiers, parts=_parts)
