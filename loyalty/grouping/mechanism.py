"""User groups in the engine: who is put into one, taken out of it, and what a merge moves. Pure."""

from collections.abc import Iterable, Mapping

from customers.merging.mechanism import ACTION as MERGE
from customers.merging.mechanism import merge_of
from loyalty.engine import values
from loyalty.engine.batch import Batch
from loyalty.engine.events import Incoming
from loyalty.engine.mechanism import Mechanism
from loyalty.engine.rows import EventRow
from loyalty.engine.state import Part, State
from loyalty.refusals import MissingField, Refused

from .actions import ADD, GROUP, REMOVE
from .codes import ALREADY_IN, NOT_GIVEN, NOT_IN, UNKNOWN
from .config import APP, KnownGroup
from .rows import MEMBERSHIPS, NAME, MembershipRow


def put_in(event: EventRow, state: State, batch: Batch) -> None:
    group = _group(event, batch)
    if not group.is_given:
        raise Refused(NOT_GIVEN, "User group is a draft or inactive", field=GROUP.name)
    if group.id in state.part(NAME):
        raise Refused(ALREADY_IN, "Customer is already in the user group", field=GROUP.name)
    row = MembershipRow.load((state.customer.id, group.id, event.occurred_at, event.id))
    batch.put(state.part(NAME), group.id, batch.add(row))


def take_out(event: EventRow, state: State, batch: Batch) -> None:
    """Of an inactive group, too: only nobody is put into it anew."""
    group = _group(event, batch)
    if group.id not in state.part(NAME):
        raise Refused(NOT_IN, "Customer is not in the user group", field=GROUP.name)
    _remove(group.id, state, batch)


def _remove(group: int, state: State, batch: Batch) -> None:
    batch.remove(state.part(NAME)[group])
    batch.pop(state.part(NAME), group)


def _group(event: EventRow, batch: Batch) -> KnownGroup:
    slug = values.text(event.data, GROUP.name, limit=64)
    if slug is None:
        raise MissingField(GROUP.name)
    known: Mapping[str, KnownGroup] = batch.program.config.get(APP) or {}
    if slug not in known:
        raise Refused(UNKNOWN, "User group not found", field=GROUP.name)
    return known[slug]


# Merged


def move_groups(event: EventRow, state: State, batch: Batch) -> None:
    """The survivor is in each group that either was in."""
    if event.depth:
        return
    assert batch.target is not None
    ours, theirs = batch.target.part(NAME), state.part(NAME)
    row, _ = merge_of(state)
    row.moved |= {"groups": len(theirs)}
    for group, held in sorted(theirs.items()):
        _remove(group, state, batch)
        if group not in ours:
            moved = MembershipRow.load((batch.target.customer.id, group, held.since, held.event_id))
            batch.put(ours, group, batch.add(moved))


def _parts(incoming: Incoming) -> Iterable[Part]:
    return (MEMBERSHIPS,)


MECHANISMS = (
    Mechanism(frozenset({ADD.name}), put_in, parts=_parts),
    Mechanism(frozenset({REMOVE.name}), take_out, parts=_parts),
)
MERGING = Mechanism(frozenset({MERGE}), move_groups, parts=_parts)
