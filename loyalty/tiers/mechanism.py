"""Tiers in the engine: what is counted, who rises and falls, and what is done by hand. Pure."""

import datetime as dt
from collections.abc import Iterable, Iterator
from dataclasses import replace
from decimal import Decimal
from typing import Any

from events.orders.actions import ACTIONS as OF_ORDERS
from events.orders.actions import UNDOING
from loyalty.calendar import ONE_DAY, end_of, local_day
from loyalty.engine import values
from loyalty.engine.actions import names_of
from loyalty.engine.batch import Batch
from loyalty.engine.events import Incoming
from loyalty.engine.mechanism import EVERY_ACTION, Circumstances, Mechanism, record_only
from loyalty.engine.program import Program
from loyalty.engine.reduce import new_event
from loyalty.engine.rows import EventRow
from loyalty.engine.state import Part, State
from loyalty.points.config import BonusRule
from loyalty.refusals import MissingField, Refused, WrongField

from .actions import FOLLOWING
from .config import APP, StructureRule, TiersConfig
from .enums import Method, Reason, Way
from .rows import EARNED_BY, LATE, TIERS, DayRow, LateRow, TierRow, days_of
from .rules import (
    CHANGE,
    DOWN,
    EXPIRING,
    LOWEST,
    SOME,
    UP,
    Added,
    Standing,
    Step,
    begin,
    coming_loss,
    counted,
    held_until,
    is_for_good,
    moved,
    overdue,
    reached,
    recalculated,
    taken_back,
)
from .status_points.counting import Changes, Counted, Fresh
from .status_points.windows import Sums, counting_day, period_before

# What may take points back.
TAKING = UNDOING | {"checkout_update"} | {"point_sub", "point_fix"}
# What merging judges itself, and what levels tell of themselves.
NOT_COUNTED = names_of(FOLLOWING) | {"customer_merge"}
_NONE = TiersConfig()


def config_of(program: Program) -> TiersConfig:
    """None are configured in a programme that was put together without this room."""
    found: TiersConfig = program.config.get(APP, _NONE)
    return found


class Ladder:
    """One customer in one structure: applies what the rules say, and tells it by events. `event`: the one that is reduced;
    None where a timer asks."""

    def __init__(self, rule: StructureRule, event: EventRow | None, state: State, batch: Batch) -> None:
        self.rule, self.event, self.state, self.batch = rule, event, state, batch
        self.zone = batch.program.time_zone
        self.today = local_day(batch.at, self.zone)
        self.joined = local_day(state.customer.optin_at or state.customer.created_at, self.zone)
        self.row: TierRow | None = state.part("tiers").get(rule.id)
        # Added up anew once something has been counted.
        self._sums: Sums | None = None

    @property
    def standing(self) -> Standing:
        return self.row.standing(self.rule) if self.row else Standing()

    def sums(self) -> Sums:
        since = self.row.counts_from if self.row else None
        if self._sums is None or self._sums.since != since:
            self._sums = Sums(self.rule, days_of(self.state, self.rule.id), self.joined, since)
        return self._sums

    def catch_up(self) -> bool:
        """What has expired and the timer has not seen to. True: some of it is told by no event."""
        is_due = self.row and self.row.expires_on and self.row.expires_on <= self.today
        steps = list(overdue(self.rule, self.standing, self.sums(), self.today)) if is_due else []
        for step in steps:
            self.take(step)
        return not all(step.action for step in steps)

    def announce(self) -> None:
        """Tells ahead that the level will be lost, once for each day of a loss."""
        row = self.row
        loss = coming_loss(self.rule, self.standing, self.sums(), self.today)
        if row is None or loss is None or row.announced_on == loss.on:
            return
        self.batch.edit(row).announced_on = loss.on
        told = {name: value for name, value in self._told(loss, self.standing).items() if name != "reason"}
        data = {**told, "expdate": loss.on.isoformat()}
        self.batch.emit(new_event(self.batch, self.state, EXPIRING, data, self.batch.at))

    def count(self, changes: Iterable[Counted]) -> Added:
        """Whether, and where, points came."""
        found = [(self._day(change), change.points) for change in changes]
        for day, points in found:
            self._add(day, points)
        came = [day for day, points in found if points > 0]
        before = period_before(self.rule, self.today, self.joined) if self.rule.has_periods else None
        return Added(bool(came), before is not None and any(before[0] <= day < before[1] for day in came))

    def _day(self, change: Counted) -> dt.date:
        """Where it counts: what was late, where it was counted then."""
        late = self.state.part("late_points")
        known: LateRow | None = late.get((self.rule.id, change.about))
        if known is not None:
            return known.day
        day = counting_day(self.rule, change.day, self.today, self.joined) if change.points > 0 else change.day
        if day != change.day and change.about is not None:
            row = LateRow.load((self.state.customer.id, self.rule.id, change.about, day))
            self.batch.put(late, (self.rule.id, change.about), self.batch.add(row))
        return day

    def _add(self, day: dt.date, points: Decimal) -> None:
        self.open()
        days, key = self.state.part("status_days"), (self.rule.id, day)
        if key not in days:
            row = DayRow.load((self.state.customer.id, self.rule.id, day, Decimal(0)))
            self.batch.put(days, key, self.batch.add(row))
        self.batch.edit(days[key]).points += points
        self._sums = None

    def open(self) -> TierRow:
        if self.row is None:
            self.row = self.batch.add(TierRow.new(self.state.customer.id, self.rule.id))
            self.batch.put(self.state.part("tiers"), self.rule.id, self.row)
        return self.row

    def judge(self, reason: Reason, *, taken: bool = False, added: Added = SOME) -> None:
        """What the points make of the standing."""
        fallen = taken_back(self.rule, self.standing, self.sums(), self.today, reason) if taken else None
        steps: Iterable[Step] = (
            (fallen,) if fallen else counted(self.rule, self.standing, self.sums(), self.today, reason, added)
        )
        for step in list(steps):
            self.take(step)

    def recalculate(self, way: Way) -> str:
        """Where a change of the structure leaves them: docs/tiers.md, "When a structure changes". The event that tells it."""
        self.catch_up()
        standing, sums = self.standing, self.sums()
        best = reached(self.rule, sums.on(self.today))
        left = self.rule.removed.get(self.row.level_id) if self.row and self.row.level_id else None
        if left is not None:
            target: int | None = best or LOWEST
        else:
            has_points, member = bool(sums.days), self.state.customer.optin_at is not None
            target = recalculated(self.rule, standing, best, way, has_points=has_points, is_member=member)
        if target is not None and target != standing.level:
            return self._place(target, left)
        if way == Way.EVERYONE and standing.level is not None and not (standing.manual or standing.grace):
            until = held_until(self.rule, standing, sums, self.today)
            self.take(Step(replace(standing, computed=until, expires=until), self.today))
        return ""

    def _place(self, level: int, left: tuple[str, Decimal] | None) -> str:
        """Silently where it is the level that everybody begins with."""
        before, lowest = self.standing.level, self.rule.levels[LOWEST]
        action = moved(before, level)
        if left is not None:
            action = UP if self.rule.levels[level].threshold > left[1] else DOWN
        elif before is None and (lowest.threshold <= 0 or self.rule.initialise_at_opt_in):
            self.take(Step(begin(self.rule, self.standing, LOWEST, self.sums(), self.today), self.today))
            if level == LOWEST:
                return ""
        self.take(
            Step(begin(self.rule, self.standing, level, self.sums(), self.today), self.today, action, Reason.STRUCTURE)
        )
        return action

    def take(self, step: Step) -> None:
        row, before = self.open(), self.standing
        if step.standing == before and not step.action:
            return
        child = self._tell(step, before) if step.action else None
        self.batch.edit(row).set(step.standing, self.rule)
        if step.standing.level != before.level:
            cause = child or self.event
            row.event_id, row.since = (cause.id, self._time_of(step)) if cause else (None, self._time_of(step))

    def _time_of(self, step: Step) -> dt.datetime:
        """An expiry is of its midnight, whenever it is seen to."""
        if step.reason == Reason.EXPIRY or self.event is None:
            return end_of(step.on - ONE_DAY, self.zone)
        return self.event.occurred_at

    def _tell(self, step: Step, before: Standing) -> EventRow:
        event = self._event(step, self._told(step, before))
        self.batch.emit(event)
        return event

    def _told(self, step: Step, before: Standing) -> dict[str, Any]:
        level, until = step.standing.level, step.standing.expires
        assert level is not None
        from_ = {} if before.level is None else {"from": self.rule.levels[before.level].slug}
        to, points = self.rule.levels[level].slug, self.sums().on(step.on) if step.points is None else step.points
        ends = {} if until is None else {"expdate": until.isoformat()}
        return {"structure": self.rule.slug, **from_, "to": to, "points": points, "reason": step.reason, **ends}

    def _event(self, step: Step, data: dict[str, Any]) -> EventRow:
        """Caused by the one that is reduced; by none where a timer comes."""
        at = self._time_of(step)
        if self.event is None:
            return new_event(self.batch, self.state, step.action, data, at)
        child = self.event.follow_up(step.action, data, self.batch.new_id("events_event_id"))
        child.account_id = child.transaction_id = None
        child.occurred_at = at
        return child


# What follows from events


def count_status_points(event: EventRow, state: State, batch: Batch) -> None:
    """After an event and all that followed from it: its points count, and make their holder rise or fall."""
    rules = config_of(batch.program).all
    if event.depth or not rules or event.action in NOT_COUNTED:
        return
    fresh = Fresh(batch)
    reason = Reason.REFUND if event.action in UNDOING else Reason.POINTS
    for own, owner in _owners(event, state, batch, fresh):
        changes = Changes(own, owner, batch, fresh)
        for rule in rules:
            if found := changes.of(rule):
                ladder = Ladder(rule, own, owner, batch)
                ladder.catch_up()
                added = ladder.count(found)
                ladder.judge(reason, taken=any(one.points < 0 for one in found), added=added)


def _owners(event: EventRow, state: State, batch: Batch, fresh: Fresh) -> Iterator[tuple[EventRow, State]]:
    """The event's customer; and a second one, whom some event of theirs may have given points, too."""
    yield event, state
    second = batch.target
    if second is not None and second is not state:
        own = next((one for one in fresh.events if one.customer_id == second.customer.id), None)
        if own is not None:
            yield own, second


def initialise(event: EventRow, state: State, batch: Batch) -> None:
    """The lowest level for whoever opts in."""
    for rule in config_of(batch.program).all:
        ladder = Ladder(rule, event, state, batch)
        if rule.initialise_at_opt_in and ladder.standing.level is None:
            standing = begin(rule, ladder.standing, LOWEST, ladder.sums(), ladder.today)
            ladder.take(Step(standing, ladder.today))


def offer_multipliers(event: EventRow, state: State, batch: Batch) -> None:
    """What the levels held before the event add to its points, for the rules of earning."""
    for account, rules in config_of(batch.program).by_account.items():
        found = [bonus for rule in rules if (bonus := _multiplier(Ladder(rule, event, state, batch)))]
        batch.put(state.part("multipliers"), account, tuple(found))


def _multiplier(ladder: Ladder) -> BonusRule | None:
    standing = ladder.standing
    for step in overdue(ladder.rule, standing, ladder.sums(), ladder.today):
        standing = step.standing
    if standing.level is None or ladder.rule.levels[standing.level].multiplier is None:
        return None
    level = ladder.rule.levels[standing.level]
    return BonusRule(0, level.name, level.multiplier)


# By hand


def change(event: EventRow, state: State, batch: Batch) -> None:
    """Another level, another last day, or both: docs/tiers.md, "By hand". Raises Refused."""
    ladder = Ladder(_structure(event, batch), event, state, batch)
    ladder.catch_up()
    before, standing = ladder.standing, _with_level(ladder, event)
    standing = _with_day(ladder, standing, event)
    if standing == before:
        raise MissingField("tier")
    event.data = {**event.data, **({"from": ladder.rule.levels[before.level].slug} if before.level is not None else {})}
    changed = standing.level != before.level
    assert standing.level is not None
    action = moved(before.level, standing.level) if changed else ""
    ladder.take(Step(standing, ladder.today, action, Reason.MANUAL if action else ""))


def _structure(event: EventRow, batch: Batch) -> StructureRule:
    slug = values.text(event.data, "structure", limit=64)
    if slug is None:
        raise MissingField("structure")
    found = config_of(batch.program).structures.get(slug)
    if found is None:
        raise WrongField("structure", "must be the ID of an active tier structure")
    return found


def _with_level(ladder: Ladder, event: EventRow) -> Standing:
    """By hand at the level that `tier` names, if it names one."""
    rule, standing = ladder.rule, ladder.standing
    slug = values.text(event.data, "tier", limit=64)
    if slug is None:
        return standing
    level = rule.by_slug.get(slug)
    if level is None:
        raise WrongField("tier", f"must be the ID of a level of {rule.slug}")
    if level == standing.level:
        raise Refused(113010, f"The customer already is at {slug}", field="tier")
    best = reached(rule, ladder.sums().on(ladder.today))
    if rule.method == Method.KEEP_HIGHEST and best is not None and level < best:
        cure = "the structure keeps the highest level that is reached"
        raise Refused(113011, f"The customer's points reach {rule.levels[best].slug}: {cure}", field="tier")
    return begin(rule, standing, level, ladder.sums(), ladder.today, manual=True)


def _with_day(ladder: Ladder, standing: Standing, event: EventRow) -> Standing:
    """Valid through the day that `expdate` names; empty: without an end."""
    data = event.data
    if "expdate" not in data:
        return standing
    if standing.level is None:
        raise Refused(113012, "The customer has no level in this structure yet", field="structure")
    day = values.day(data, "expdate")
    if day is not None and is_for_good(ladder.rule, standing.level):
        raise WrongField("expdate", "must be empty: this level does not expire", 113013)
    if day is not None and day < ladder.today:
        raise WrongField("expdate", "must not be in the past")
    expires = day + ONE_DAY if day is not None else None
    return replace(standing, expires=expires)


def _parts_to_count(incoming: Incoming) -> Iterable[Part]:
    return (TIERS, LATE) if incoming.action in TAKING else (TIERS,)


def _later(incoming: Incoming, known: Circumstances) -> Iterator[Part]:
    if incoming.action in TAKING and any(rule.actions for rule in config_of(known.program).all):
        yield EARNED_BY


MECHANISMS_BEFORE = (Mechanism(names_of(OF_ORDERS), offer_multipliers),)
MECHANISMS = (
    # Whatever happens may bring points, by what follows from it: they are counted once all of that is known.
    Mechanism(frozenset({EVERY_ACTION}), record_only, parts=_parts_to_count, later=_later),
    Mechanism(frozenset({"opt_in"}), initialise),
    Mechanism(frozenset({CHANGE}), change),
    Mechanism(names_of(FOLLOWING), record_only),
)
