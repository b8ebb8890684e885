"""What mechanisms are written in: pure values, no database.

A mechanism is a pure function of (event, state, batch): it changes the state only through `batch.edit(row)` and
`batch.add(row)`, and may emit further events. `Refused` leaves no trace of the event and its consequences.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from operator import attrgetter
from typing import Any, ClassVar, Self, TypeVar
from zoneinfo import ZoneInfo

from loyalty.refusals import Refused as Refused  # what mechanisms raise

# An identity: (scheme, value).
Ref = tuple[str, str]


# The attribute by which an order names the points that it earns, and the right to send it.
POINTS_REWARDED = "points_rewarded"


@dataclass(frozen=True, slots=True)
class Actor:
    """Who sends events, and how they came in. `grants` are the attributes that not everybody may send."""

    source: str
    detail: str = ""
    staff_id: int | None = None
    api_key_id: int | None = None
    ip_address: str | None = None
    user_agent: str = ""
    grants: frozenset[str] = frozenset()
    # Nobody vouches for it: a web page sends it. Then only behavioural events, of customers who are there.
    is_page: bool = False


@dataclass(slots=True)
class Incoming:
    """An event as it was sent. `customer` is the value of the identity in `scheme`."""

    customer: str
    action: str
    data: dict[str, Any]
    account: str | None = None
    scheme: str = "id"
    # Names this very form or line of a file; a second event with the same nonce is refused.
    nonce: str | None = None
    # Somebody who is no customer: the event is checked and kept aside.
    guest: bool = False
    # The identity of a second customer whose things the event moves. Only operations name one, never what comes from
    # outside, so its action need not be public. Such an event is a batch of its own. A mechanism's `second` names one
    # by the event's attributes instead.
    target: tuple[str, str] | None = None
    # The ID of the order, where it is from before there was one form of it; found by `naming`, never from outside.
    order: str | None = None


@dataclass(frozen=True, slots=True)
class Key:
    """A business key that the event needs for itself, and the refusal if another event has it."""

    value: str
    taken: Callable[[], Refused]


def _getter(names: Iterable[str]) -> Callable[[Any], tuple[Any, ...]]:
    found = tuple(names)
    if len(found) > 1:
        return attrgetter(*found)
    return lambda row: tuple(getattr(row, name) for name in found)


@dataclass(frozen=True, eq=False)
class Table:
    """How rows of one table are written. `columns` maps each column to its PostgreSQL type."""

    name: str
    columns: Mapping[str, str]
    key: tuple[str, ...]
    mutable: tuple[str, ...] = ()
    # Its ids come from this sequence, drawn by the engine in blocks.
    sequence: str | None = None
    # Columns whose database form is another attribute of the row than their name.
    written_as: Mapping[str, str] = field(default_factory=dict)

    @cached_property
    def values(self) -> Callable[[Any], tuple[Any, ...]]:
        """Of a row, all columns in their order."""
        return _getter(self.written_as.get(name, name) for name in self.columns)

    @cached_property
    def image(self) -> Callable[[Any], tuple[Any, ...]]:
        """Of a row, the mutable columns: what `edit` keeps and a refusal restores."""
        return _getter(self.mutable)


class Row:
    """A row of the state. Subclasses name their `TABLE`; attributes are its columns."""

    __slots__ = ()
    TABLE: ClassVar[Table]

    @classmethod
    def load(cls, values: Sequence[Any]) -> Self:
        """The row of a database answer with all columns in the table's order."""
        row = cls.__new__(cls)
        for name, value in zip(cls.TABLE.columns, values, strict=True):
            setattr(row, name, value)
        return row


@dataclass(frozen=True, eq=False)
class Part:
    """A piece of a customer's state that mechanisms ask for.

    `sql` selects it for the customers in `{customers}`, the customer's id first; `put(state, values)` files one
    row of the answer. `{family}` is a table of (id, survivor): these customers, and all profiles merged into them; what
    reads history reads theirs, the survivor's id first. `{transactions}` is the array of the transaction IDs that the
    batch's events name. A shared part belongs to no customer: its rows are filed in `batch.shared`, and it may lock them. Parts are read after the
    customers are locked, in the order of their names; one with `when` in a conversation of its own, if that is true of
    what the others have told of any of the customers.
    """

    name: str
    sql: str
    put: Callable[["State", Sequence[Any]], None]
    shared: bool = False
    when: Callable[["State"], bool] | None = None


class State:
    """One customer's state during a batch; `parts` holds what mechanisms filed, by part name."""

    __slots__ = ("created_by", "customer", "exists", "named", "parts")

    def __init__(self, customer: Any, *, exists: bool) -> None:
        self.customer = customer
        # False until the first accepted event of a customer that this batch creates.
        self.exists = exists
        # The id of the event that creates the customer in this batch.
        self.created_by: int | None = None
        # The external ID by which an event asked for this customer, who is to be created.
        self.named: Ref | None = None
        self.parts: dict[str, dict[Any, Any]] = {}

    def part(self, name: str) -> dict[Any, Any]:
        found = self.parts.get(name)
        if found is None:
            found = self.parts[name] = {}
        return found


@dataclass(frozen=True, slots=True)
class EventRule:
    """What the engine knows of an action."""

    action: str
    name: str
    default_points: int = 0
    one_time: bool = False
    factory: bool = False
    # Tells nothing personal and of no purchase: it may come unsigned.
    behavioural: bool = False
    # What earns its points where the event names no account; empty: the brand's default account.
    default_account: str = ""
    # For how many days its points stay pending; None: they can be spent at once.
    pending_days: int | None = None


@dataclass(frozen=True)
class Program:
    """The frozen configuration that the engine runs under."""

    version: int
    time_zone: ZoneInfo
    auto_subscribe: str
    currency: str
    modules: frozenset[str]
    event_rules: Mapping[str, EventRule]
    # What each app's mechanism reads of its own configuration, by app.
    config: Mapping[str, Any] = field(default_factory=dict)
    # All that it is built from: what the program file has, and the facts that no file holds.
    document: Mapping[str, Any] = field(default_factory=dict)
    facts: Mapping[str, Any] = field(default_factory=dict)
    # By which events may name customers.
    schemes: frozenset[str] = frozenset({"id"})
    # Under which no customer is created, as `identifiers.folded` has them.
    refused_names: frozenset[str] = frozenset()


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


def _nothing_later(incoming: Incoming, program: Program, at: datetime) -> Iterable[Part]:
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
    # What only some programmes need: read once the programme is known, in a conversation of its own.
    later: Callable[[Incoming, Program, datetime], Iterable[Part]] = _nothing_later
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
    # Why staff, integrators and imports cannot send it, as a sentence; empty: they can.
    closed: str = ""
    # The sources (`events.enums.Source`) that may send it all the same.
    sources: frozenset[str] = frozenset()


ANY_OTHER_ACTION = "*"
# Of a mechanism that takes part in all of them.
EVERY_ACTION = "**"


@dataclass(frozen=True)
class Plan:
    """What an action sets in motion: its mechanisms' functions, without those that do nothing."""

    applies: tuple[Apply, ...]
    keys: tuple[Callable[[Incoming], Iterable[Key]], ...]
    parts: tuple[Callable[[Incoming], Iterable[Part]], ...]
    laters: tuple[Callable[[Incoming, Program, datetime], Iterable[Part]], ...]
    claims: tuple[Callable[[Incoming, Program], Iterable[Ref]], ...]
    seconds: tuple[Callable[[Incoming], Iterable[Ref]], ...]
    named_keys: tuple[Callable[[State | None, State | None], Iterable[str]], ...]
    fan_outs: tuple[Callable[[Incoming], int], ...]
    enrols: bool
    closed: str
    sources: frozenset[str]

    @classmethod
    def of(cls, mechanisms: Sequence[Mechanism]) -> "Plan":
        return cls(
            applies=tuple(mechanism.apply for mechanism in mechanisms),
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
            closed=next((mechanism.closed for mechanism in mechanisms if mechanism.closed), ""),
            sources=frozenset().union(*(mechanism.sources for mechanism in mechanisms)),
        )

    def admits(self, source: str) -> bool:
        """Whether the action may come from there; from nowhere if it only follows from events."""
        return not self.closed or source in self.sources


@dataclass(frozen=True, eq=False)
class Composition:
    """What `loyalty.composition` lists: the mechanisms in their order, and the tables in the order of writing."""

    mechanisms: tuple[Mechanism, ...]
    tables: tuple[Table, ...]
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
    # What erases elsewhere, by place: given by what the person is named, it tells how much it has erased, or None if it
    # must be asked again later. Called by a background task until it has told.
    fan_out: Mapping[str, Callable[[Sequence[str]], int | None]] = field(default_factory=dict)
    # Called for each accepted event, last.
    on_recorded: tuple[Callable[[Any, State, "Batch"], None], ...] = ()

    @cached_property
    def _plans(self) -> dict[str, Plan]:
        actions = {action for mechanism in self.mechanisms for action in mechanism.actions}
        return {
            action: Plan.of([m for m in self.mechanisms if m.actions & {action, EVERY_ACTION}]) for action in actions
        }

    def plan(self, action: str) -> Plan:
        return self._plans.get(action) or self._plans[ANY_OTHER_ACTION]


@dataclass(slots=True)
class Outcome:
    """What became of an incoming event: the events that were recorded, its own first, or the refusal."""

    program: Program
    events: list[Any]
    state: State | None
    error: Refused | None = None

    @property
    def own_events(self) -> list[Any]:
        """Those of the customer it was sent for: a second customer's are nobody else's to see."""
        return [event for event in self.events if self.state and event.customer_id == self.state.customer.id]


# A cascade deeper or larger than this is a mistake in the programme, not a customer's doing.
MAX_DEPTH = 8
MAX_EVENTS = 2_000


R = TypeVar("R", bound=Row)
_NOTHING = object()


class Batch:
    """The unit of change: collects edited and added rows, and takes back those of a refused event."""

    def __init__(self, *, program: Program, by: Actor, at: datetime, new_id: Callable[[str], int]) -> None:
        self.program = program
        self.by = by
        self.at = at
        self.new_id = new_id
        # What belongs to no customer, by part.
        self.shared = State(None, exists=True)
        # Of the event that is reduced: the second customer, and the merged profile by whose identity it came in.
        self.target: State | None = None
        self.via_id: int | None = None
        self.added: dict[Table, list[Any]] = {}
        # Row → its image before the batch: the touched rows are the dirty set.
        self.edited: dict[Any, tuple[Any, ...]] = {}
        # In their order; a row that this batch added is then neither written nor deleted.
        self.removed: dict[Any, None] = {}
        self.emitted: list[Any] = []
        self._undo: dict[Any, tuple[Any, ...]] = {}
        self._marks: dict[Table, int] = {}
        self._removed: list[Any] = []
        # What was in a part before, or _NOTHING.
        self._filed: list[tuple[dict[Any, Any], Any, Any]] = []

    def edit(self, row: R) -> R:
        """Announce that `row` is about to change; returns it."""
        if row not in self._undo:
            self._undo[row] = row.TABLE.image(row)
        return row

    def add(self, row: R) -> R:
        """A new row; it may be edited afterwards."""
        rows = self.added.get(row.TABLE)
        if rows is None:
            rows = self.added[row.TABLE] = []
        if row.TABLE not in self._marks:
            self._marks[row.TABLE] = len(rows)
        rows.append(row)
        return row

    def remove(self, row: Row) -> None:
        """The row goes: one that was loaded or that this batch added."""
        self.removed[row] = None
        self._removed.append(row)

    def file(self, part: dict[Any, Any], key: Any, value: Any) -> None:
        """Put something into a part of the state."""
        self._filed.append((part, key, part.get(key, _NOTHING)))
        part[key] = value

    def unfile(self, part: dict[Any, Any], key: Any) -> None:
        """Take something out of a part of the state; its row, if it has one, is removed by `remove`."""
        self._filed.append((part, key, part.pop(key)))

    def emit(self, event: Any) -> None:
        """A further event, which runs through the mechanisms after the ones before it."""
        self.emitted.append(event)

    def begin(self) -> None:
        """From here on changes belong to the next event."""
        self._undo = {}
        self._marks = {}
        self._filed = []
        self._removed = []
        self.emitted = []

    def keep(self) -> None:
        for row, image in self._undo.items():
            self.edited.setdefault(row, image)

    def take_back(self) -> None:
        """Restore everything as it was at `begin`."""
        for row, image in self._undo.items():
            for name, value in zip(row.TABLE.mutable, image, strict=True):
                setattr(row, name, value)
        for table, length in self._marks.items():
            del self.added[table][length:]
        for row in self._removed:
            del self.removed[row]
        for part, key, before in reversed(self._filed):
            if before is _NOTHING:
                del part[key]
            else:
                part[key] = before
