"""Lists in the engine: who is put on one, taken off it, and what a merge moves. Pure."""

from collections.abc import Iterable, Mapping

from customers.merging.mechanism import ACTION as MERGE
from customers.merging.mechanism import merge_of
from loyalty.bulk.kinds import BULK
from loyalty.engine import values
from loyalty.engine.batch import Batch
from loyalty.engine.events import Incoming
from loyalty.engine.mechanism import Mechanism
from loyalty.engine.reduce import InvalidAction, new_event
from loyalty.engine.rows import EventRow
from loyalty.engine.state import Part, State
from loyalty.engine.status import Status
from loyalty.refusals import MissingField, Refused

from .actions import ADD, CLOSED, LIST, REMOVE
from .codes import ALREADY_ON, NOT_ON, UNKNOWN
from .config import APP
from .rows import MEMBERS, NAME, MemberRow


def lists_of(batch: Batch) -> Mapping[str, int]:
    """The lists that somebody can be on; a programme from before there were any knows none."""
    found: Mapping[str, int] = batch.program.config.get(APP) or {}
    return found


def add(event: EventRow, state: State, batch: Batch) -> None:
    list_id = _list(event, batch)
    if state.customer.status != Status.ACTIVE:
        raise Refused(160216, "Customer is not active")
    if list_id in state.part(NAME):
        raise Refused(ALREADY_ON, "Customer is already on the list", field=LIST.name)
    row = MemberRow.load((state.customer.id, list_id, event.occurred_at, event.id))
    batch.put(state.part(NAME), list_id, batch.add(row))


def remove(event: EventRow, state: State, batch: Batch) -> None:
    """Whoever is on it, whatever their status."""
    list_id = state.part(LEAVING).get(event.data.get(LIST.name)) or _list(event, batch)
    if list_id not in state.part(NAME):
        raise Refused(NOT_ON, "Customer is not on the list", field=LIST.name)
    _take_off(list_id, state, batch)


def _take_off(list_id: int, state: State, batch: Batch) -> None:
    batch.remove(state.part(NAME)[list_id])
    batch.pop(state.part(NAME), list_id)


def _list(event: EventRow, batch: Batch) -> int:
    if batch.by.source == "api" and BULK not in batch.by.grants:
        raise InvalidAction(event.action, CLOSED)
    slug = values.text(event.data, LIST.name, limit=64)
    if slug is None:
        raise MissingField(LIST.name)
    found = lists_of(batch).get(slug)
    if found is None:
        raise Refused(UNKNOWN, "Customer List not found", field=LIST.name)
    return found


# Archived lists, which nobody can name any more: their internal ids by their IDs.
LEAVING = "archived_lists"


def clear(state: State, batch: Batch, archived: Mapping[int, str]) -> None:
    """Off the lists that are archived, each told by an event. `archived`: their IDs by their internal ids."""
    for list_id in sorted(state.part(NAME).keys() & archived.keys()):
        slug = archived[list_id]
        batch.put(state.part(LEAVING), slug, list_id)
        batch.emit(new_event(batch, state, REMOVE.name, {LIST.name: slug}, batch.at))


# Merged


def move_lists(event: EventRow, state: State, batch: Batch) -> None:
    """The survivor is on each list that either was on."""
    if event.depth:
        return
    assert batch.target is not None
    ours, theirs = batch.target.part(NAME), state.part(NAME)
    row, _ = merge_of(state)
    row.moved |= {"lists": len(theirs)}
    for list_id, member in sorted(theirs.items()):
        _take_off(list_id, state, batch)
        if list_id not in ours:
            moved = MemberRow.load((batch.target.customer.id, list_id, member.since, member.event_id))
            batch.put(ours, list_id, batch.add(moved))


def _parts(incoming: Incoming) -> Iterable[Part]:
    return (MEMBERS,)


MECHANISMS = (
    Mechanism(frozenset({ADD.name}), add, parts=_parts),
    Mechanism(frozenset({REMOVE.name}), remove, parts=_parts),
)
MERGING = Mechanism(frozenset({MERGE}), move_lists, parts=_parts)
