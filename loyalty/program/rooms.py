"""What a room does in the engine, said once: the `RULES` that the composition lists, and how they make one engine."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import chain
from typing import Any

from django.apps import apps

from loyalty.engine.actions import Action, register_of
from loyalty.engine.batch import Batch
from loyalty.engine.erasing import Erase
from loyalty.engine.events import Incoming
from loyalty.engine.mechanism import Composition, Mechanism
from loyalty.engine.state import Part, State, Table

from .section import Section

Document = Mapping[str, Any]


def _nothing(document: Document, facts: Mapping[str, Any]) -> Mapping[str, Any]:
    return {}


@dataclass(frozen=True)
class Rules:
    """A room's part of the engine. Within a phase the rooms act in the order in which the composition lists them."""

    # What it adds to the register: each action stands beside the mechanism that owns it.
    actions: tuple[Action, ...] = ()
    # Of every action first; then what must come before the action's own rules; then these; then what a merge moves.
    opening: tuple[Mechanism, ...] = ()
    before: tuple[Mechanism, ...] = ()
    main: tuple[Mechanism, ...] = ()
    merging: tuple[Mechanism, ...] = ()
    tables: tuple[Table, ...] = ()
    # Read for every batch, whatever its events ask for.
    parts: tuple[Part, ...] = ()
    # Its parts of the program file.
    sections: tuple[Section, ...] = ()
    # What the mechanisms read of the program file, by app; and which fields of `Program` the room fills in.
    config: Callable[[Document, Mapping[str, Any]], Mapping[str, Any]] = _nothing
    program: Callable[[Document, Mapping[str, Any]], Mapping[str, Any]] = _nothing
    # A new customer's first rows; each accepted event, last; a guest's event, once it has passed all rules.
    on_new_customer: tuple[Callable[[State, Batch], None], ...] = ()
    on_recorded: tuple[Callable[[Any, State, Batch], None], ...] = ()
    # What a hook of `on_recorded` does, as SQL, for events that are recorded by a statement: `Composition` says how.
    on_recorded_as_set: tuple[str, ...] = ()
    on_guest: Callable[[Incoming, Any, Batch], None] | None = None
    # The database function that erases what the room holds of the customers in an array; the later a room is listed,
    # the sooner it erases.
    erasure: str = ""
    # What erases elsewhere, by place, as `Composition.fan_out` does.
    fan_out: Mapping[str, Erase] = field(default_factory=dict)


def composed(rooms: Sequence[Rules], **programs: Any) -> Composition:
    """`programs`: how the composition configures the engine."""

    def all_of(name: str) -> tuple[Any, ...]:
        return tuple(chain.from_iterable(getattr(room, name) for room in rooms))

    return Composition(
        actions=register_of(all_of("actions")),
        mechanisms=(*all_of("opening"), *all_of("before"), *all_of("main"), *all_of("merging")),
        tables=by_foreign_keys(all_of("tables")),
        parts=all_of("parts"),
        on_new_customer=all_of("on_new_customer"),
        on_recorded=all_of("on_recorded"),
        on_recorded_as_set=all_of("on_recorded_as_set"),
        on_guest=next((room.on_guest for room in rooms if room.on_guest), None),
        erasures=tuple(room.erasure for room in reversed(rooms) if room.erasure),
        fan_out={place: erase for room in reversed(rooms) for place, erase in room.fan_out.items()},
        **programs,
    )


def by_foreign_keys(tables: Iterable[Table]) -> tuple[Table, ...]:
    """In the order of writing: each after the tables that its foreign keys name, else as listed.

    Raises ValueError for tables that name each other: no order would do.
    """
    models = {model._meta.db_table: model for model in apps.get_models()}
    waiting, found, written = list(tables), list[Table](), set[str]()
    names = {table.name for table in waiting}

    def needs(table: Table) -> set[str]:
        keys = (key.related_model for key in models[table.name]._meta.concrete_fields if key.is_relation)
        return {model._meta.db_table for model in keys if model} & names - {table.name}

    while waiting:
        table = next((one for one in waiting if needs(one) <= written), None)
        if table is None:
            raise ValueError(f"{', '.join(sorted({one.name for one in waiting}))} name each other by foreign keys")
        waiting.remove(table)
        found.append(table)
        # One table may be written in two ways.
        written |= {table.name} - {one.name for one in waiting}
    return tuple(found)
