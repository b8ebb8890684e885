"""What a merge would do, before it is done."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from customers.enums import MergeKind
from customers.models import Customer
from loyalty.contributions import contributed
from loyalty.refusals import Refused
from loyalty.ui.responses import Text

from .mechanism import BUILT_IN, FIGURES, MARKS, lacking_fields, lacking_properties, refusal, require_room


@dataclass(frozen=True)
class MergeMove:
    """What goes over from the source, in the order of `position`; `count` counts it."""

    name: str
    label: Text
    position: int
    count: Callable[[Customer], int]


@dataclass(frozen=True)
class MergeRefusal:
    """Why a room would refuse to merge the source into the target; None: it would not."""

    refusal: Callable[[Customer, Customer], Refused | None]


@dataclass(frozen=True)
class MergeCard:
    """What a room shows beside the fields, of the source and the target: `template` has what is read as `card`."""

    template: str
    read: Callable[[Customer, Customer], Any]


@dataclass(frozen=True)
class Compared:
    """A field of both profiles, and what it becomes. `is_filled`: the survivor lacks it and takes it over."""

    name: str
    source: Any
    target: Any
    result: Any
    is_filled: bool = False
    is_custom: bool = False


@dataclass(frozen=True)
class Preview:
    """The merge of the source into the target, which stays. `moves` counts what goes over, by what it is."""

    source: Customer
    target: Customer
    kind: str
    refusal: Refused | None
    fields: Sequence[Compared]
    figures: Sequence[Compared]
    moves: Mapping[str, int]
    # Templates with what they show as `card`.
    cards: Sequence[tuple[str, Any]]


def moves() -> Sequence[MergeMove]:
    return sorted(contributed(MergeMove), key=lambda move: move.position)


def merge_preview(source: Customer, target: Customer, kind: str) -> Preview:
    """As of now; a fixed number of queries. What happens before the merge is done may change it.

    Of customers as somebody sees them, the fields that they see.
    """
    return Preview(
        source=source,
        target=target,
        kind=kind,
        refusal=merge_refusal(source, target, kind),
        fields=list(_fields(source, target, kind)),
        figures=[
            Compared(name, getattr(source, name), getattr(target, name), become(getattr(target, name), getattr(source, name)))
            for name, become in FIGURES.items()
        ],
        moves={move.name: move.count(source) for move in moves()},
        cards=[(card.template, card.read(source, target)) for card in contributed(MergeCard)],
    )  # fmt: skip


def merge_refusal(source: Customer, target: Customer, kind: str) -> Refused | None:
    """Why the engine would refuse the merge as things are; None: it would not."""
    found = refusal(source.status, target.status, same=source == target)
    if found:
        return found
    if kind == MergeKind.FULL:
        try:
            require_room(target.properties, lacking_properties(target.properties, source.properties))
        except Refused as too_many:
            return too_many
    refusals = (one.refusal(source, target) for one in contributed(MergeRefusal))
    return next((refusal for refusal in refusals if refusal), None)


def _fields(source: Customer, target: Customer, kind: str) -> Iterator[Compared]:
    """Those that either has a value of: built-in ones, then custom ones by name."""
    filled = lacking_fields(target, source)
    for name in BUILT_IN:
        theirs, ours = getattr(source, name), getattr(target, name)
        if theirs or ours:
            yield Compared(name, theirs, ours, theirs if name in filled else ours, is_filled=name in filled)
    lacking = lacking_properties(target.properties, source.properties) if kind == MergeKind.FULL else {}
    for name in sorted({*source.properties, *target.properties} - MARKS):
        theirs, ours = source.properties.get(name), target.properties.get(name)
        is_filled = name in lacking
        yield Compared(name, theirs, ours, theirs if is_filled else ours, is_filled=is_filled, is_custom=True)
