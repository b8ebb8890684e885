"""What mechanisms are written in: pure values, no database.

A mechanism is a pure function of (event, state, batch): it changes the state only through `batch.edit(row)` and
`batch.add(row)`, and may emit further events. `Refused` leaves no trace of the event and its consequences.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from typing import Any

from loyalty.refusals import Refused

from .actions import Action
from .batch import Batch
from .erasing import Erase
from .events import Incoming, Key, Ref
from .program import Program
from .state import Part, State, Table

Apply = Callable[[Any, State, "Batch"], None]


def _no_keys(incoming: Incoming) -> Iterable[Key]:
    return ()


def _no_parts(incoming: Incoming) -> Iterable[Part]:
    return ()


def _no_claims(incoming: Incoming, program: Program) -> Iterable[Ref]:
    return ()


def _no_second(incoming: Incoming) -> Iterable[Ref]:
    return ()


def _no_named_keys(state: State | None, second: State | None) -> Iterable[str]:
    return ()


@dataclass(frozen=True, slots=True)
class Circumstances:
    """What is known of an event before what it needs `later` is read; `state` is its customer's, None for nobody."""

    program: Program
    at: datetime
    state: State | None
    # No other event of the batch can change whose it is, or names the same order.
    is_certain: bool


def _nothing_later(incoming: Incoming, known: Circumstances) -> Iterable[Part]:
    return ()


def _one(incoming: Incoming) -> int:
    return 1


@dataclass(frozen=True)
class Mechanism:
    """One pure rule set: what it does at an action, and what it must hold or have read before."""

    actions: frozenset[str]
    apply: Apply
    keys: Callable[[Incoming], Iterable[Key]] = _no_keys
    parts: Callable[[Incoming], Iterable[Part]] = _no_parts
    # What only some programmes and some events need: read in a conversation of its own, the last one before the rules.
    later: Callable[[Incoming, Circumstances], Iterable[Part]] = _nothing_later
    # The identities that it wants for its customer.
    claims: Callable[[Incoming, Program], Iterable[Ref]] = _no_claims
    # The identities that its attributes may mean a second customer by, the likelier first: of the first whose scheme
    # there is, `batch.target` is the customer, None for nobody. He is locked and read as the first one is.
    second: Callable[[Incoming], Iterable[Ref]] = _no_second
    # The business keys about its customer and the second one: those that are free are in the shared part `free_keys`.
    named_keys: Callable[[State | None, State | None], Iterable[str]] = _no_named_keys
    # About how many events come of one, itself included: ids are drawn in one go.
    fan_out: Callable[[Incoming], int] = _one
    # An unknown customer is created by it, whatever the auto-subscribe setting says.
    enrols: bool = False
    # One at a time in the whole brand: it comes to rows of customers whom nobody has named.
    takes_turns: bool = False


def record_only(event: Any, state: State, batch: "Batch") -> None:
    """The action is recorded, and does nothing else by itself: what caused it has done the rest."""


ANY_OTHER_ACTION = "*"
# Of a mechanism that takes part in all of them.
EVERY_ACTION = "**"


@dataclass(frozen=True)
class Plan:
    """What an action sets in motion: its mechanisms' functions, without those that do nothing."""

    applies: tuple[Apply, ...]
    keys: tuple[Callable[[Incoming], Iterable[Key]], ...]
    parts: tuple[Callable[[Incoming], Iterable[Part]], ...]
    laters: tuple[Callable[[Incoming, Circumstances], Iterable[Part]], ...]
    claims: tuple[Callable[[Incoming, Program], Iterable[Ref]], ...]
    seconds: tuple[Callable[[Incoming], Iterable[Ref]], ...]
    named_keys: tuple[Callable[[State | None, State | None], Iterable[str]], ...]
    fan_outs: tuple[Callable[[Incoming], int], ...]
    enrols: bool
    takes_turns: bool
    closed: str
    sources: frozenset[str]

    @classmethod
    def of(cls, mechanisms: Sequence[Mechanism], action: Action | None) -> "Plan":
        return cls(
            applies=tuple(mechanism.apply for mechanism in mechanisms if mechanism.apply is not record_only),
            keys=tuple(mechanism.keys for mechanism in mechanisms if mechanism.keys is not _no_keys),
            parts=tuple(mechanism.parts for mechanism in mechanisms if mechanism.parts is not _no_parts),
            laters=tuple(mechanism.later for mechanism in mechanisms if mechanism.later is not _nothing_later),
            claims=tuple(mechanism.claims for mechanism in mechanisms if mechanism.claims is not _no_claims),
            seconds=tuple(mechanism.second for mechanism in mechanisms if mechanism.second is not _no_second),
            named_keys=tuple(
                mechanism.named_keys for mechanism in mechanisms if mechanism.named_keys is not _no_named_keys
            ),
            fan_outs=tuple(mechanism.fan_out for mechanism in mechanisms if mechanism.fan_out is not _one),
            enrols=any(mechanism.enrols for mechanism in mechanisms),
            takes_turns=any(mechanism.takes_turns for mechanism in mechanisms),
            closed=action.closed if action else "",
            sources=action.sources if action else frozenset(),
        )

    def admits(self, source: str) -> bool:
        """Whether the action may come from there; from nowhere if it only follows from events."""
        return not self.closed or source in self.sources


@dataclass(frozen=True, eq=False)
class Composition:
    """What `loyalty.composition` lists: the mechanisms in their order, and the tables in the order of writing."""

    mechanisms: tuple[Mechanism, ...]
    tables: tuple[Table, ...]
    # The register, by name.
    actions: Mapping[str, Action] = field(default_factory=dict)
    # Read for every batch, whatever its events ask for.
    parts: tuple[Part, ...] = ()
    # A new customer's first rows: called once for each.
    on_new_customer: tuple[Callable[[State, "Batch"], None], ...] = ()
    # Reads the configuration that mechanisms run under, by app, and keeps it; called when its version has changed.
    configure: Callable[[], Program] | None = None
    # Keeps a guest's event, once it has passed all rules.
    on_guest: Callable[[Incoming, Any, "Batch"], None] | None = None
    # Keeps it again: what kept it may have been rolled back. False: its version is kept otherwise.
    keep: Callable[[Program], bool] | None = None
    # Database functions that erase what the apps hold of the customers in an array: called last in the transaction in
    # which these opted out or were banned.
    erasures: tuple[str, ...] = ()
    # What erases elsewhere, by place: called by a background task for all who are to be erased, until it has left nothing.
    fan_out: Mapping[str, Erase] = field(default_factory=dict)
    # Called for each accepted event, last.
    on_recorded: tuple[Callable[[Any, State, "Batch"], None], ...] = ()
    # The same for events that a statement records without `record()`: INSERTs that read them as rows of `recorded
    # (customer_id, event_id, action, occurred_at, recorded_at)`. Such a statement takes all of these along.
    on_recorded_as_set: tuple[str, ...] = ()

    @cached_property
    def _plans(self) -> dict[str, Plan]:
        names = {action for mechanism in self.mechanisms for action in mechanism.actions} | self.actions.keys()
        return {name: self._plan(name, self.actions.get(name)) for name in names}

    def _plan(self, name: str, action: Action | None) -> Plan:
        takes_part = {name, EVERY_ACTION, *(action.markers if action else ())}
        return Plan.of([one for one in self.mechanisms if one.actions & takes_part], action)

    def plan(self, action: str) -> Plan:
        return self._plans.get(action) or self._plans[ANY_OTHER_ACTION]


@dataclass(slots=True)
class Outcome:
    """What became of an incoming event: the events that were recorded, its own first, or the refusal."""

    program: Program
    events: list[Any]
    state: State | None
    error: Refused | None = None
    # The customer's columns before an event that has changed them, as `CUSTOMER.mutable` names them.
    image: tuple[Any, ...] | None = None

    @property
    def own_events(self) -> list[Any]:
        """Those of the customer it was sent for: a second customer's are nobody else's to see."""
        return [event for event in self.events if self.state and event.customer_id == self.state.customer.id]
