"""Files of members: each row puts its customer on the list that it names, or on the one behind the segment that it names."""

import datetime as dt
from collections.abc import Sequence
from typing import Any

from django.utils.translation import gettext_lazy as _

from loyalty.engine.events import Actor, Incoming
from loyalty.engine.record import record
from loyalty.intake.files import FileColumn, FileRow, Importable
from loyalty.refusals import MissingField, Refused, WrongField
from segments.lists.actions import ADD, LIST
from segments.lists.codes import ALREADY_ON
from segments.lists.facts import lists_behind
from segments.lists.rights import CHANGE_MEMBERS
from segments.rights import CHANGE_SEGMENTS

SEGMENT = "segment"
_NONE = "is no segment that there is"
_BY_RULE = "chooses its members by a rule: only those of a segment that is backed by one list come by a file"


def _apply(rows: Sequence[FileRow], by: Actor, at: dt.datetime) -> list[Refused | None]:
    return [outcome.error for outcome in record([row.event(ADD.name) for row in rows], by=by, at=at)]


def _apply_to_segments(rows: Sequence[FileRow], by: Actor, at: dt.datetime) -> list[Refused | None]:
    """By the lists behind them; one statement for all segments of the chunk."""
    behind = lists_behind({_named(row) for row in rows})
    found: list[Refused | None] = [_not_backed(row, behind.get(_named(row))) for row in rows]
    places = [place for place, refused in enumerate(found) if refused is None]
    events = [_event(rows[place], behind[_named(rows[place])]) for place in places]
    outcomes = record(events, by=by, at=at) if events else []
    for place, outcome in zip(places, outcomes, strict=True):
        found[place] = _of_the_file(outcome.error)
    return found


def _named(row: FileRow) -> str:
    return str(row.cells.get(SEGMENT, ""))


def _not_backed(row: FileRow, slug: str | None) -> Refused | None:
    if SEGMENT not in row.cells:
        return MissingField(SEGMENT)
    return None if slug else WrongField(SEGMENT, _NONE if slug is None else _BY_RULE)


def _event(row: FileRow, slug: str) -> Incoming:
    data: dict[str, Any] = {name: value for name, value in row.cells.items() if name != SEGMENT}
    return Incoming(row.subject, ADD.name, data | {LIST.name: slug}, scheme=row.scheme)


def _of_the_file(error: Refused | None) -> Refused | None:
    """What is said of the list is about the column of the segment."""
    if error is not None and error.field == LIST.name:
        error.field = SEGMENT
    return error


FILES = Importable(
    "customer_lists",
    _("Members of lists"),
    [FileColumn(LIST.name, required=True)],
    _apply,
    right=CHANGE_MEMBERS,
    already=ALREADY_ON,
)
SEGMENT_FILES = Importable(
    "segment_members",
    _("Members of segments backed by lists"),
    [FileColumn(SEGMENT, required=True)],
    _apply_to_segments,
    right=CHANGE_SEGMENTS,
    already=ALREADY_ON,
)
