"""Applies some rows of a file: each becomes an event for the engine, an unchanged row, or a refusal."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from django.db import DataError, IntegrityError

from customers.queries import customers_by_public_id
from loyalty.engine.record import record
from loyalty.engine.types import Actor, Incoming, Outcome, Refused

from .columns import Plan, Refusal, event_of
from .profiles import profile_event
from .reader import Line

ALREADY_OPTED_IN = 112101
# What the engine answers when the row's effect is there already: a receipt, an opt-in, a row of this very file.
ALREADY_THERE = frozenset({5003, ALREADY_OPTED_IN, 101022})


@dataclass(slots=True)
class Tally:
    """What became of the rows."""

    recorded: int = 0
    unchanged: int = 0
    refused: list[Refusal] = field(default_factory=list)

    @property
    def rows(self) -> int:
        return self.recorded + self.unchanged + len(self.refused)


Row = tuple[Line, Incoming]


def apply_events(plan: Plan, lines: Sequence[Line], *, sha256: str, by: Actor, at: datetime) -> Tally:
    tally, rows = Tally(), []
    for line in lines:
        # Names the row of this very file, however often the file is imported: point_add has no key of its own.
        event = _fault(line) or event_of(plan, line, f"import:{sha256}:{line.number}")
        if isinstance(event, Refusal):
            tally.refused.append(event)
        else:
            rows.append((line, event))
    _count(plan, rows, _record([event for _, event in rows], by=by, at=at), tally)
    return tally


def apply_customers(plan: Plan, lines: Sequence[Line], *, by: Actor, at: datetime) -> Tally:
    tally = Tally()
    waiting: list[tuple[Line, str]] = []
    for line in lines:
        customer = _fault(line) or plan.customer_of(line)
        if isinstance(customer, Refusal):
            tally.refused.append(customer)
        else:
            waiting.append((line, customer))
    while waiting:
        waiting = _apply_profiles(plan, waiting, tally, by=by, at=at)
    return tally


def _apply_profiles(
    plan: Plan, waiting: list[tuple[Line, str]], tally: Tally, *, by: Actor, at: datetime
) -> list[tuple[Line, str]]:
    """Apply the first row of each customer; returns the rows that must be seen against its result."""
    first: dict[str, Line] = {}
    later = [(line, customer) for line, customer in waiting if first.setdefault(customer, line) is not line]
    known = customers_by_public_id(list(first))
    rows: list[Row] = []
    for customer, line in first.items():
        try:
            event = profile_event(plan, line, customer, known.get(customer))
        except Refused as refusal:
            tally.refused.append(_refusal(plan, line, refusal))
            continue
        if event is None:
            tally.unchanged += 1
        else:
            rows.append((line, event))
    outcomes = _record([event for _, event in rows], by=by, at=at)
    # Enrolled by somebody else since they were read: now they are known.
    overtaken = [row[0] for row, outcome in zip(rows, outcomes, strict=True) if _is_overtaken(outcome)]
    kept = [pair for pair in zip(rows, outcomes, strict=True) if not _is_overtaken(pair[1])]
    _count(plan, [row for row, _ in kept], [outcome for _, outcome in kept], tally)
    return [(line, line.cells[plan.customer].strip()) for line in overtaken] + later


def _is_overtaken(outcome: Outcome) -> bool:
    return outcome.error is not None and outcome.error.code == ALREADY_OPTED_IN


def _fault(line: Line) -> Refusal | None:
    return Refusal(line.number, "", 0, line.fault) if line.fault else None


def _record(events: list[Incoming], *, by: Actor, at: datetime) -> list[Outcome]:
    """`record`, except that a row at which the database itself balks is refused alone."""
    if not events:
        return []
    try:
        return record(events, by=by, at=at)
    except (DataError, IntegrityError):
        half = len(events) // 2
        if half:
            return _record(events[:half], by=by, at=at) + _record(events[half:], by=by, at=at)
        return [Outcome([], None, Refused(0, "A value of this row is out of the range that can be stored"))]


def _count(plan: Plan, rows: Sequence[Row], outcomes: Sequence[Outcome], tally: Tally) -> None:
    for (line, event), outcome in zip(rows, outcomes, strict=True):
        if outcome.error is None:
            tally.recorded += 1
        elif _is_there(event, outcome.error):
            tally.unchanged += 1
        else:
            tally.refused.append(_refusal(plan, line, outcome.error))


def _is_there(event: Incoming, error: Refused) -> bool:
    return error.code in ALREADY_THERE or (event.action == "subscribe" and error.message == "Customer already exists")


def _refusal(plan: Plan, line: Line, error: Refused) -> Refusal:
    return Refusal(line.number, plan.column_of(error.message), error.code, error.message)
