"""Applies some rows of a file: each becomes an event for the engine, an unchanged row, or a refusal."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from django.db import DataError, IntegrityError

from customers.queries import customers_config, customers_named
from events.operations import REPLAYED
from events.queries import own_receipts
from loyalty.engine.record import record
from loyalty.engine.types import Actor, Incoming, Refused

from .columns import Plan, Refusal, event_of
from .profiles import profile_event
from .reader import Line

ALREADY_OPTED_IN = 112101
TAKEN = 5003
# What the engine answers when the row's effect is there already: a receipt, an opt-in, a row of this very file.
ALREADY_THERE = frozenset({TAKEN, ALREADY_OPTED_IN, REPLAYED})


@dataclass(slots=True)
class Tally:
    """What became of the rows."""

    recorded: int = 0
    unchanged: int = 0
    refused: list[Refusal] = field(default_factory=list)

    @property
    def rows(self) -> int:
        return self.recorded + self.unchanged + len(self.refused)


def apply_events(plan: Plan, lines: Sequence[Line], *, sha256: str, by: Actor, at: datetime) -> Tally:
    tally = Tally()
    rows: list[tuple[Line, Incoming]] = []
    for line in lines:
        # Names the row of this very file, however often the file is imported: point_add has no key of its own.
        event = _fault(line) or event_of(plan, line, f"import:{sha256}:{line.number}")
        if isinstance(event, Refusal):
            tally.refused.append(event)
        else:
            rows.append((line, event))
    results = list(zip(rows, _record([event for _, event in rows], by=by, at=at), strict=True))
    foreign = _foreign_receipts([event for (_, event), error in results if error and error.code == TAKEN], plan.scheme)
    for (line, event), error in results:
        if (event.customer, _receipt(event)) in foreign and error and error.code == TAKEN:
            tally.refused.append(_refusal(plan, line, Refused(TAKEN, "The 'transaction_id' is another customer's")))
        else:
            _count(plan, line, event, error, tally)
    return tally


def _receipt(event: Incoming) -> str:
    return str(event.data.get("transaction_id", "")).strip()


def _foreign_receipts(events: list[Incoming], scheme: str) -> set[tuple[str, str]]:
    """Of receipts that were recorded before, those that are not the same customer's: their rows had no effect at all."""
    asked = {(event.customer, _receipt(event)) for event in events}
    return asked - own_receipts(asked, scheme) if asked else set()


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
    rows = list(_changes(plan, first, tally))
    for (line, event), error in zip(rows, _record([event for _, event in rows], by=by, at=at), strict=True):
        if error is not None and error.code == ALREADY_OPTED_IN:
            # Enrolled by somebody else since the customers were read: now it is a known one.
            later.insert(0, (line, event.customer))
        else:
            _count(plan, line, event, error, tally)
    return later


def _changes(plan: Plan, rows: Mapping[str, Line], tally: Tally) -> Iterator[tuple[Line, Incoming]]:
    known, config = customers_named(list(rows), plan.scheme), customers_config()
    for customer, line in rows.items():
        try:
            event = profile_event(plan, line, customer, known.get(customer), config)
        except Refused as error:
            tally.refused.append(_refusal(plan, line, error))
            continue
        if event is None:
            tally.unchanged += 1
        else:
            yield line, event


def _fault(line: Line) -> Refusal | None:
    return Refusal(line.number, "", 0, line.fault) if line.fault else None


def _record(events: list[Incoming], *, by: Actor, at: datetime) -> list[Refused | None]:
    """`record`'s errors; a row at which the database itself balks is refused alone."""
    if not events:
        return []
    try:
        return [outcome.error for outcome in record(events, by=by, at=at)]
    except (DataError, IntegrityError):
        half = len(events) // 2
        if half:
            return _record(events[:half], by=by, at=at) + _record(events[half:], by=by, at=at)
        return [Refused(0, "A value of this row is out of the range that can be stored")]


def _count(plan: Plan, line: Line, event: Incoming, error: Refused | None, tally: Tally) -> None:
    if error is None:
        tally.recorded += 1
    elif error.code in ALREADY_THERE or (event.action == "subscribe" and error.message == "Customer already exists"):
        tally.unchanged += 1
    else:
        tally.refused.append(_refusal(plan, line, error))


def _refusal(plan: Plan, line: Line, error: Refused) -> Refusal:
    return Refusal(line.number, plan.column_of(error.message), error.code, error.message)
