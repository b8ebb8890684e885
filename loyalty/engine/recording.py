from collections.abc import Iterator, Sequence
from datetime import datetime
from decimal import Decimal
from uuid import uuid4

from django.db import connection

from loyalty.database.queue import queue
from loyalty.engine.storage.statements import (
    BURIED,
    CLAIM_IDENTITIES,
    CLAIM_KEYS,
    DRAW_IDS,
    ERASE,
    FAMILY,
    LEAVE_OPEN,
    LOCK,
    NAMED,
    RESOLVE,
    RETURN_IDENTITIES,
    RETURN_KEYS,
)
from loyalty.engine.storage.store import Copy, Session, delete, insert, update
from loyalty.engine.storage.wire import Answer, Statement, limits
from loyalty.identifiers import fault_of_id
from loyalty.refusals import Refused

from .batch import Batch
from .events import Actor, Incoming, Key, Ref
from .mechanism import Outcome
from .program import Program
from .programs import programs
from .reduce import UnknownCustomer, reduce
from .rows import CUSTOMER, FREE_IDENTITIES, FREE_KEYS, IDENTITIES, CustomerRow, IdentityRow
from .state import Part, State
from .status import ERASED


class LostRace(Exception):
    """Another transaction created a customer that this one was about to create, or merged one away: start again."""


class Recording:
    """One attempt at a batch: lock and read, reduce, write."""

    def __init__(self, events: Sequence[Incoming], *, by: Actor, at: datetime) -> None:
        self.events, self.by, self.at = events, by, at
        self.composition = programs.composition
        self.session = Session()
        self.states: dict[Ref, State] = {}
        self.by_id: dict[int, State] = {}
        # The merged-away profiles by whose identities events come in.
        self.vias: dict[Ref, int] = {}
        self.shared = State(None, exists=True)
        self.ids: dict[str, Iterator[int]] = {}
        # Keys that are ours to use; a key is taken out by the event that uses it.
        self.free_keys: set[str] = set()
        # Keys of erased people's orders: used, and not ours.
        self.erased_keys: set[str] = set()
        # Keys about whom the events name: those that were asked for. The free ones are in a shared part.
        self.keys_asked: set[str] = set()
        # Unknown identities that were erased, and whether they were banned.
        self.buried: dict[Ref, bool] = {}
        self.keys = [self._keys(event) for event in events]
        self.is_writing = False
        if len(events) > 1 and any(event.target for event in events):
            # What it moves, later events of the batch would not have read.
            raise ValueError("An event that moves what a customer has is a batch of its own")

    def found_nobody(self) -> bool:
        """The kept connection turned out to be broken, before anything was written: a new one may do."""
        broken = self.session.wire.raw.closed and not self.is_writing and not connection.in_atomic_block
        if broken:
            connection.close()
        return broken

    def _keys(self, event: Incoming) -> list[Key]:
        keys = [key for keys_of in self.composition.plan(event.action).keys for key in keys_of(event)]
        if event.nonce and not keys:
            keys.append(Key(f"request:{event.nonce}", _replayed))
        return keys

    def run(self) -> list[Outcome]:
        with connection.wrap_database_errors:
            try:
                program = self._lock_and_read()
                batch = Batch(program=program, by=self.by, at=self.at, new_id=self._new_id)
                batch.shared = self.shared
                outcomes = [self._reduce(batch, *pair) for pair in zip(self.events, self.keys, strict=True)]
                self._write(batch)
            except BaseException:
                self.session.roll_back()
                programs.rolled_back()
                raise
        programs.used(program)
        return outcomes

    # Lock and read

    def _lock_and_read(self) -> Program:
        refs = list(dict.fromkeys(ref for event in self.events if not event.guest for ref in self._refs(event)))
        named = [[scheme for scheme, _ in refs], [value for _, value in refs]]
        keys = sorted({key.value for keys in self.keys for key in keys})
        wanted = self._parts()
        parts = [part for part in wanted if part.when is None]
        claims = [Statement(CLAIM_KEYS, [self.at, keys])] if keys else []
        locked, resolved, [(version, *drawn)], *answers = self._begin(
            [*refs, *keys],
            Statement(LOCK, named),
            Statement(RESOLVE, named),
            Statement(self._version_and_ids(), [self._expected()]),
            *claims,
            *(self._reading(part, named) for part in parts),
        )
        claimed = answers.pop(0) if claims else []
        self._file(locked, resolved)
        self._put(parts, answers)
        self.free_keys = {key for key, is_erased in claimed if not is_erased}
        self.erased_keys = {key for key, is_erased in claimed if is_erased}
        self.ids = {name: iter(ids) for name, ids in zip(self._sequences(), drawn, strict=True)}
        program = programs.current(version)
        if later := self._later(wanted, program):
            self._put(later, self.session.run(*(self._reading(part, named) for part in later)))
        self._claim_identities(self._to_create(refs, program), program)
        self._claim_named_keys(self.events, program)
        return program

    def _begin(self, names: Sequence[object], *statements: Statement) -> list[Answer]:
        """Begin the transaction with what locks `names`; the answers of the statements."""
        with queue.turn(names) as patience:
            before = [self.session.begin, *limits(patience)]
            return self.session.run(*before, *statements)[len(before) :]

    def _refs(self, event: Incoming) -> list[Ref]:
        """All identities that the event names: its customer's, and what may be a second customer's."""
        second = [event.target] if event.target else []
        names = self.composition.plan(event.action).seconds
        return [(event.scheme, event.customer), *second, *(ref for second_of in names for ref in second_of(event))]

    def _parts(self) -> list[Part]:
        wanted = set(self.composition.parts) | {
            part
            for event in self.events
            for parts_of in self.composition.plan(event.action).parts
            for part in parts_of(event)
        }
        return sorted(wanted, key=lambda part: part.name)

    def _later(self, wanted: list[Part], program: Program) -> list[Part]:
        """What the programme, or what is known of the customers by now, asks for."""
        found = {part for part in wanted if part.when and any(map(part.when, self.by_id.values()))} | {
            part
            for event in self.events
            for later in self.composition.plan(event.action).laters
            for part in later(event, program, self.at)
        }
        return sorted(found, key=lambda part: part.name)

    def _reading(self, part: Part, named: list[list[str]]) -> Statement:
        sql, params = part.sql, []
        if "{customers}" in sql or "{family}" in sql:
            sql, params = sql.replace("{customers}", NAMED).replace("{family}", FAMILY), [*named]
        if "{transactions}" in sql:
            params.append(self._transactions())
            sql = sql.replace("{transactions}", f"${len(params)}::text[]")
        return Statement(sql, params)

    def _transactions(self) -> list[str]:
        """What the events name; a malformed one names none, and is refused for it."""
        named = (event.order or event.data.get("transaction_id") for event in self.events)
        return sorted({str(name).strip() for name in named if isinstance(name, str | int | Decimal)})

    def _sequences(self) -> list[str]:
        return [table.sequence for table in self.composition.tables if table.sequence and table is not CUSTOMER]

    def _version_and_ids(self) -> str:
        blocks = (
            f", ARRAY(SELECT nextval('{name}') FROM generate_series(1, $1::bigint))" for name in self._sequences()
        )
        return f"SELECT version{''.join(blocks)} FROM staff_programversion"

    def _expected(self) -> int:
        return sum(
            max((fan_out(event) for fan_out in self.composition.plan(event.action).fan_outs), default=1)
            for event in self.events
        )

    def _file(self, locked: Answer, resolved: Answer) -> None:
        self.by_id = {values[0]: State(CustomerRow.load(values), exists=True) for values in locked}
        for scheme, value, customer_id, origin_id in resolved:
            if customer_id not in self.by_id:
                raise LostRace
            self.states[scheme, value] = self.by_id[customer_id]
            if origin_id is not None:
                self.vias[scheme, value] = origin_id

    def _put(self, parts: list[Part], answers: list[Answer]) -> None:
        for part, rows in zip(parts, answers, strict=True):
            for values in rows:
                state = self.shared if part.shared else self.by_id.get(values[0])
                if state:
                    part.put(state, values)

    def _to_create(self, refs: list[Ref], program: Program) -> list[Ref]:
        """The unknown identities whose customers these events may create."""
        unknown = [ref for ref in refs if ref not in self.states and ref[0] in program.schemes]
        unknown = [ref for ref in unknown if not _unfit(ref, program)]
        wanted = {(e.scheme, e.customer) for e in self.events if not e.guest and self._creates(e, program)}
        return [ref for ref in unknown if ref in wanted] if unknown else []

    def _claim_identities(self, refs: list[Ref], program: Program) -> None:
        """Claim those of customers to be created, and what the events want for their customers, all in one order."""
        claims = self._create(refs) if refs else {}
        created, wanted = set(claims), self._wanted(program)
        for ref, state in wanted.items():
            claims.setdefault(ref, state.customer.id)
        if not claims:
            return
        named = [[scheme for scheme, _ in claims], [value for _, value in claims]]
        claimed, found, buried = self.session.run(
            Statement(CLAIM_IDENTITIES, [*named, list(claims.values())]),
            Statement(RESOLVE, named),
            Statement(BURIED, named),
        )
        self.buried = {(scheme, value): banned for scheme, value, banned in buried}
        ours = {(scheme, value) for scheme, value in claimed}
        known = {(row.scheme, row.value): row for row in map(IdentityRow.load, found)}
        known |= {ref: IdentityRow(*ref, claims[ref]) for ref in ours}
        # Lost: somebody has created the customer, or has given back the identity in between.
        if len(known) < len(claims) or not created <= ours:
            raise LostRace
        of_events = [ref for ref in claims if ref in wanted or ref[0] != "id"]
        self.shared.parts[IDENTITIES] = {ref: known[ref] for ref in of_events}
        self.shared.parts[FREE_IDENTITIES] = {ref: ref for ref in of_events if ref in ours}

    def _create(self, refs: list[Ref]) -> dict[Ref, int]:
        """Customers who exist once an event of theirs is accepted; one without an ID of the brand gets a random one."""
        [drawn] = self.session.run(Statement(DRAW_IDS, [CUSTOMER.sequence, len(refs)]))
        claims: dict[Ref, int] = {}
        for ref, (id,) in zip(refs, drawn, strict=True):
            public_id = ref[1] if ref[0] == "id" else str(uuid4())
            state = State(CustomerRow.new(id, public_id, self.at), exists=False)
            state.named = None if ref[0] == "id" else ref
            self.states[ref] = self.by_id[id] = state
            claims |= {ref: id, ("id", public_id): id}
        return claims

    def _claim_named_keys(self, events: Sequence[Incoming], program: Program) -> None:
        """Claim the keys about the customers whom the events name; what no event uses is given back."""
        found = {
            key
            for event in events
            for keys_of in self.composition.plan(event.action).named_keys
            for key in keys_of(self._named((event.scheme, event.customer)), self._second(event, program))
        }
        if not (wanted := sorted(found - self.keys_asked)):
            return
        [claimed] = self.session.run(Statement(CLAIM_KEYS, [self.at, wanted]))
        self.keys_asked.update(wanted)
        self.erased_keys.update(key for key, is_erased in claimed if is_erased)
        self.shared.part(FREE_KEYS).update({key: key for key, is_erased in claimed if not is_erased})

    def _wanted(self, program: Program) -> dict[Ref, State]:
        """By identity, the first customer that an event wants it for."""
        found: dict[Ref, State] = {}
        anybody = next(iter(self.by_id.values()), None)
        for event in self.events:
            for claims_of in self.composition.plan(event.action).claims:
                # An earlier event of the batch may make the unknown external ID somebody's.
                if state := self.states.get((event.scheme, event.customer), anybody):
                    found |= {ref: state for ref in claims_of(event, program) if ref not in found}
        return found

    def _creates(self, event: Incoming, program: Program) -> bool:
        if event.target or self.by.is_page:
            return False
        if program.auto_subscribe == "any" or (program.auto_subscribe == "checkout" and event.action == "checkout"):
            return True
        return self.composition.plan(event.action).enrols

    def _may_create(self, event: Incoming, program: Program) -> bool:
        """Whoever was erased comes back by their own word only: not by what arrives late, nor by an old file."""
        banned = self.buried.get((event.scheme, event.customer))
        if banned is None:
            return self._creates(event, program)
        return not banned and event.action == "opt_in" and self.by.source != "import"

    # Reduce

    def _reduce(self, batch: Batch, event: Incoming, keys: list[Key]) -> Outcome:
        taken = next((key for key in keys if key.value not in self.free_keys), None)
        state = self._guest(event) if event.guest else self._named((event.scheme, event.customer))
        if state and not state.exists and not self._may_create(event, batch.program):
            # Claimed for a later event of the batch.
            state = None
        batch.target = self._second(event, batch.program)
        batch.via_id = self.vias.get((event.scheme, event.customer))
        # Most are claimed by now: not those of whom an earlier event of the batch has given an external ID to.
        self._claim_named_keys([event], batch.program)
        if taken is not None:
            return Outcome(batch.program, [], state if state and state.exists else None, taken.taken())
        outcome = reduce(batch, self.composition, event, state)
        if outcome.error is None:
            self.free_keys.difference_update(key.value for key in keys)
        elif isinstance(outcome.error, UnknownCustomer) and state is None and self._may_create(event, batch.program):
            outcome.error = _unfit((event.scheme, event.customer), batch.program) or outcome.error
        return outcome

    def _second(self, event: Incoming, program: Program) -> State | None:
        """The second customer: the operation's, else the first of the identities that the event's attributes may mean."""
        if event.target:
            return self.states.get(event.target)
        for second_of in self.composition.plan(event.action).seconds:
            for ref in second_of(event):
                if ref[0] in program.schemes:
                    state = self._named(ref)
                    return state if state and state.exists else None
        return None

    def _named(self, ref: Ref) -> State | None:
        """Whom it means by now: earlier events of the batch may have given the external ID to somebody else."""
        row = None if ref[0] == "id" else self.shared.part(IDENTITIES).get(ref)
        if row is None:
            return self.states.get(ref)
        state = self.by_id.get(row.customer_id)
        is_free = ref in self.shared.part(FREE_IDENTITIES)
        return state if not (is_free and (state is None or state.exists)) else None

    def _guest(self, event: Incoming) -> State:
        """Nobody: what an event does to them is checked and forgotten."""
        return State(CustomerRow.new(0, event.customer, self.at), exists=True)

    def _new_id(self, sequence: str) -> int:
        found = next(self.ids[sequence], None)
        if found is not None:
            return found
        [drawn] = self.session.run(Statement(DRAW_IDS, [sequence, 100]))
        self.ids[sequence] = iter([id for (id,) in drawn])
        return next(self.ids[sequence])

    # Write

    def _write(self, batch: Batch) -> None:
        self.is_writing = True
        self.session.write([step for step in self._writes(batch) if step is not None])

    def _writes(self, batch: Batch) -> Iterator[Statement | Copy | None]:
        never = [("id", state.customer.public_id) for state in self.states.values() if not state.exists]
        never += self.shared.part(FREE_IDENTITIES)
        if never:
            yield Statement(RETURN_IDENTITIES, [[scheme for scheme, _ in never], [value for _, value in never]])
        if unused := self.free_keys | self.erased_keys | self.shared.part(FREE_KEYS).keys():
            yield Statement(RETURN_KEYS, [sorted(unused)])
        yield from self._rows(batch)
        yield from self._erasures(batch)
        yield self.session.commit

    def _erasures(self, batch: Batch) -> Iterator[Statement]:
        """Of those who have left in this batch: what was written of them before and just now."""
        touched = (*batch.edited, *batch.added.get(CUSTOMER, ()))
        gone = sorted({row.id for row in touched if row.TABLE is CUSTOMER and row.status in ERASED})
        for function in self.composition.erasures if gone else ():
            yield Statement(ERASE.format(function), [gone, self.at])
        if gone and self.composition.fan_out:
            yield Statement(LEAVE_OPEN, [gone, list(self.composition.fan_out)])

    def _rows(self, batch: Batch) -> Iterator[Statement | Copy | None]:
        """What is removed goes first, the rows that name others before those; then each table's new and changed rows."""
        fresh = {row for rows in batch.added.values() for row in rows}
        gone = batch.removed
        for table in reversed(self.composition.tables) if gone else ():
            yield delete(table, [row for row in gone if row.TABLE is table and row not in fresh])
        for table in self.composition.tables:
            added = batch.added.get(table)
            if added and gone:
                added = [row for row in added if row not in gone]
            if added:
                yield insert(table, added)
            yield update(
                table,
                {
                    row: image
                    for row, image in batch.edited.items()
                    if row.TABLE is table and row not in fresh and row not in gone
                },
            )


def _unfit(ref: Ref, program: Program) -> Refused | None:
    """Why no customer can be created under this identity."""
    fault = fault_of_id(ref[1], program.refused_names)
    return Refused(0, f"'{'customer' if ref[0] == 'id' else ref[0]}' {fault}") if fault else None


def _replayed() -> Refused:
    return Refused(101031, "This was processed before")
