"""What a timer does to many customers at once, without an event that asks for it: lock, read, apply, write.

The rules are the same pure functions that events run through, and what they emit goes the same way as any event. Only the
finding of customers by identities and business keys is left out, since nothing comes from outside.
"""

from collections.abc import Callable, Collection, Sequence
from datetime import datetime

from django.db import connection

from loyalty.engine.storage import statements
from loyalty.engine.storage.claims import Claims
from loyalty.engine.storage.memory import uncollected
from loyalty.engine.storage.people import People
from loyalty.engine.storage.reading import Reading
from loyalty.engine.storage.store import Session
from loyalty.engine.storage.wire import Answer, Statement
from loyalty.engine.storage.writing import Writing

from .batch import Batch
from .events import Actor
from .programs import programs
from .reduce import cascade
from .rows import CustomerRow
from .state import Part, State
from .status import DEPARTED

_LOCK = statements.LOCK.replace(f"IN ({statements.NAMED})", "= ANY($1::bigint[])")
_VERSION = f"SELECT version, {statements.KEEP.format('$1::bigint[]')} FROM staff_programversion"


class Sweep:
    """`customers` by internal id. Raises database errors, with nothing written."""

    def __init__(self, customers: Collection[int], parts: Sequence[Part], *, by: Actor, at: datetime) -> None:
        self.customers, self.parts, self.at, self.by = sorted(customers), parts, at, by
        self.composition, self.session = programs.composition, Session()
        self.people = People(self.composition, [], by, at)
        self.claims = Claims(self.people, self.session)
        self.reading = Reading(self.people, self.claims, self.session)
        self.writing = Writing(self.composition, self.claims, self.session)

    def run(self, apply: Callable[[State, Batch], None]) -> int:
        """Call `apply` for each of them who is still there; how many events came of it."""
        with connection.wrap_database_errors, uncollected():
            try:
                batch = self._open()
                recorded = sum(self._reduce(batch, state, apply) for state in self.people.by_id.values())
                self.writing.write(batch)
            except BaseException:
                self.session.roll_back()
                programs.rolled_back()
                raise
        programs.used(batch.program)
        return recorded

    def _open(self) -> Batch:
        """Lock and read."""
        parts = [*self.parts, *(part for part in self.composition.parts if part.shared)]
        version, *answers = self._locked([Statement(statements.of_kept(part.sql), []) for part in parts])
        for part, rows in zip(parts, answers, strict=True):
            for values in rows:
                part.put(self.people.shared if part.shared else self.people.by_id[values[0]], values)
        batch = Batch(program=programs.current(version[0][0]), by=self.by, at=self.at, new_id=self.reading.new_id)
        batch.shared = self.people.shared
        return batch

    def _locked(self, asked: Sequence[Statement]) -> Sequence[Answer]:
        lock = Statement(_LOCK, [self.customers])
        version = Statement(_VERSION, [self.customers])
        locked, *answers = self.session.open(self.customers, lock, version, *asked)
        self.people.by_id = {values[0]: State(CustomerRow.load(values), exists=True) for values in locked}
        return answers

    def _reduce(self, batch: Batch, state: State, apply: Callable[[State, Batch], None]) -> int:
        if state.customer.status in DEPARTED:
            return 0
        batch.begin()
        apply(state, batch)
        events, batch.emitted = batch.emitted, []
        found = cascade(batch, self.composition, events, state)
        batch.keep()
        return len(found)
