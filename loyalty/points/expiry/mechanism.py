"""Days on which points expire that events name: for what they earn, or for what others have earned. Pure."""

import datetime as dt
from collections.abc import Iterable, Sequence
from typing import Any

from loyalty.accounts.enums import EXPIRING_POINTS
from loyalty.calendar import end_of, last_day_before
from loyalty.engine import values
from loyalty.engine.batch import Batch
from loyalty.engine.program import Program
from loyalty.engine.rows import EventRow
from loyalty.engine.state import State
from loyalty.points.ledger.rows import LotRow
from loyalty.refusals import MissingField, Refused, WrongField

MOST_EVENTS = 500


def named_expiry(event: EventRow, program: Program) -> dt.datetime | None:
    """Of `expdate`: the points are valid through that day; None if absent or empty."""
    day = values.day(event.data, "expdate")
    if day is None:
        return None
    if EXPIRING_POINTS not in program.modules:
        raise WrongField("expdate", "needs the module Expiring points, which is switched off")
    expires_at = end_of(day, program.time_zone)
    if expires_at <= event.recorded_at:
        raise WrongField("expdate", "must not be in the past")
    return expires_at


def change_expiration(event: EventRow, state: State, batch: Batch) -> None:
    """What remains of the points that `events` earned gets another date, or none; the event keeps which had which."""
    if EXPIRING_POINTS not in batch.program.modules:
        raise WrongField("point_expiration", "needs the module Expiring points, which is switched off", field="action")
    ids = _events(event)
    if "expdate" not in event.data:
        raise WrongField("expdate", "property is required: a date, or empty for points that never expire")
    expires_at, day = named_expiry(event, batch.program), values.day(event.data, "expdate")
    lots = _remaining(state, ids)
    zone = batch.program.time_zone
    event.data = {
        **event.data,
        "events": [str(id) for id in ids],
        "expdate": day.isoformat() if day else None,
        "changed": [
            {"event": str(lot.event_id), "points": lot.remaining, "expdate": _last_day(lot, zone)} for lot in lots
        ],
    }
    for lot in lots:
        batch.edit(lot).expires_at = expires_at


def _last_day(lot: LotRow, zone: dt.tzinfo) -> str | None:
    return last_day_before(lot.expires_at, zone).isoformat() if lot.expires_at else None


def _events(event: EventRow) -> list[int]:
    """Their IDs, each once: of a list, or of a text with commas, as a file or a form holds it."""
    found: Any = event.data.get("events")
    if isinstance(found, str):
        found = [part.strip() for part in found.split(",") if part.strip()]
    if isinstance(found, int) and not isinstance(found, bool):
        found = [found]
    if not found:
        raise MissingField("events")
    found = values.as_list(found)
    if found is None or len(found) > MOST_EVENTS:
        raise WrongField("events", f"must be a list of at most {MOST_EVENTS} event IDs")
    return list(dict.fromkeys(_id(value) for value in found))


def _id(value: object) -> int:
    try:
        id = values.whole({"events": value}, "events", most=2**63 - 1)
    except Refused:
        id = None
    if id is None:
        raise WrongField("events", f"must hold event IDs: {str(value)[:40]} is none")
    return id


def _remaining(state: State, ids: Sequence[int]) -> list[LotRow]:
    """The lots of these events that still hold points, in their order."""
    wanted = set(ids)
    lots: Iterable[LotRow] = state.part("lots").values()
    found = sorted((lot for lot in lots if lot.event_id in wanted and lot.remaining), key=lambda lot: lot.id)
    missing = wanted - {lot.event_id for lot in found}
    if missing:
        raise Refused(112920, f"'events': the customer has no points left of event {min(missing)}", field="events")
    return found
