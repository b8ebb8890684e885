"""Labels in the engine: what gives them, what takes them, and what a merge of profiles moves. Pure."""

from collections.abc import Iterable, Mapping
from typing import Any

from customers.merging.mechanism import ACTION as MERGE
from customers.merging.mechanism import merge_of
from loyalty.engine.batch import Batch
from loyalty.engine.events import Incoming
from loyalty.engine.mechanism import Mechanism
from loyalty.engine.rows import EventRow
from loyalty.engine.state import Part, State
from loyalty.intake.sources import Source
from loyalty.refusals import WrongField

from .attributes import ACTIONS, GIVEN, TAKEN
from .identifiers import key_of, label_id
from .rows import HELD, KNOWN, LABELS_HELD, LABELS_KNOWN, AliasRow, HeldRow, LabelRow

MOST, LONGEST = 50, 100
# No more are made of what comes in: a mistake in an integration would else make one of each text.
MOST_LABELS = 5_000


def change_labels(event: EventRow, state: State, batch: Batch) -> None:
    """Those that the event gives are added to what the customer has, and those that it takes go. Raises WrongField."""
    for slug, text in read_labels(event.data, GIVEN).items():
        label = _to_give(slug, text, batch)
        if label is not None and label not in state.part(HELD):
            row = HeldRow.load((state.customer.id, label, event.occurred_at))
            batch.put(state.part(HELD), label, batch.add(row))
    for slug in read_labels(event.data, TAKEN):
        label, _ = batch.shared.part(KNOWN).get(slug, (None, False))
        if label in state.part(HELD):
            _take(label, state, batch)


def read_labels(data: Mapping[str, Any], name: str) -> dict[str, str]:
    """The first text of each identifier: of a list of texts, or of one text with commas. Raises WrongField."""
    found = data.get(name)
    texts = found.split(",") if isinstance(found, str) else [] if found is None else found
    if not isinstance(texts, list) or len(texts) > MOST:
        raise WrongField(name, f"must be a list of at most {MOST} texts")
    labels: dict[str, str] = {}
    for text in texts:
        if not isinstance(text, str) or len(text.strip()) > LONGEST:
            raise WrongField(name, f"must be a list of texts of at most {LONGEST} characters")
        if text.strip():
            labels.setdefault(_identifier(name, text), " ".join(text.split()))
    return labels


def _identifier(name: str, text: str) -> str:
    slug = label_id(text)
    if not slug:
        raise WrongField(name, "has a label without letters and digits")
    return slug


def _to_give(slug: str, text: str, batch: Batch) -> int | None:
    """Its internal id; None for one that is not to be given, which staff are told. What comes from a web page makes none."""
    known = batch.shared.part(KNOWN)
    if slug in known:
        label, is_active = known[slug]
        if not is_active and batch.by.source == Source.BACK_OFFICE:
            raise WrongField(GIVEN, f"names a label that is inactive: {slug}. Switch it on first")
        return label if is_active else None
    if batch.by.is_page:
        return None
    if len(known) >= MOST_LABELS:
        raise WrongField(GIVEN, f"names a new label, and there are {MOST_LABELS:,} already")
    label = key_of(slug)
    batch.add(LabelRow.load((label, slug, text, "active", None)))
    batch.add(AliasRow.load((slug, label)))
    batch.put(known, slug, (label, True))
    return label


def _take(label: int, state: State, batch: Batch) -> None:
    batch.remove(state.part(HELD)[label])
    batch.pop(state.part(HELD), label)


def replace_labels(state: State, batch: Batch, merged: Mapping[int, int]) -> None:
    """Labels that were merged into others become these."""
    for old in sorted(state.part(HELD).keys() & merged.keys()):
        since, new = state.part(HELD)[old].since, merged[old]
        _take(old, state, batch)
        if new not in state.part(HELD):
            batch.put(state.part(HELD), new, batch.add(HeldRow.load((state.customer.id, new, since))))


# Profiles that are merged


def move_labels(event: EventRow, state: State, batch: Batch) -> None:
    """The survivor has each label that either had."""
    if event.depth:
        return
    assert batch.target is not None
    ours, theirs = batch.target.part(HELD), state.part(HELD)
    row, _ = merge_of(state)
    row.moved |= {"labels": len(theirs)}
    for label, held in sorted(theirs.items()):
        _take(label, state, batch)
        if label not in ours:
            moved = HeldRow.load((batch.target.customer.id, label, held.since))
            batch.put(ours, label, batch.add(moved))


def _parts(incoming: Incoming) -> Iterable[Part]:
    return (LABELS_HELD, LABELS_KNOWN) if incoming.data.keys() & {GIVEN, TAKEN} else ()


def _parts_of_merge(incoming: Incoming) -> Iterable[Part]:
    return (LABELS_HELD,)


MECHANISMS = (Mechanism(ACTIONS, change_labels, parts=_parts),)
MERGING = Mechanism(frozenset({MERGE}), move_labels, parts=_parts_of_merge)
