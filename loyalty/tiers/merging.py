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

from .config import StructureRule
from .enums import Reason
from .mechanism import Ladder, config_of
from .rows import LATE, TIERS, DayRow, LateRow, TierRow

_NEVER = dt.date.max


def move_tiers(event: EventRow, state: State, batch: Batch) -> None:
    if event.depth:
        return
    assert batch.target is not None
    row, told = merge_of(state)
    days: list[DayRow] = list(state.part("status_days").values())
    for day in days:
        _move_day(day, state, batch.target, batch)
    late: list[LateRow] = list(state.part("late_points").values())
    for one in late:
        _move_late(one, state, batch.target, batch)
    tiers: list[TierRow] = list(state.part("tiers").values())
    for tier in tiers:
        _move_tier(tier, told, state, batch.target, batch)
    row.moved |= {"tiers": sum(tier.level_id is not None for tier in tiers)}


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


def _move_tier(tier: TierRow, told: EventRow, state: State, target: State, batch: Batch) -> None:
    """Then what both have earned together is judged, in the survivor's event."""
    rules = {rule.id: rule for rule in config_of(batch.program).all}
    rule = rules.get(tier.structure_id)
    batch.remove(tier)
    batch.pop(state.part("tiers"), tier.structure_id)
    ours: TierRow | None = target.part("tiers").get(tier.structure_id)
    if ours is None:
        moved = copy(tier)
        moved.customer_id = target.customer.id
        batch.put(target.part("tiers"), tier.structure_id, batch.add(moved))
    elif rule is None or _is_higher(tier, ours, rule):
        _take_over(batch.edit(ours), tier)
    if rule is not None:
        ladder = Ladder(rule, told, target, batch)
        ladder.catch_up()
        ladder.judge(Reason.MERGE)


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
