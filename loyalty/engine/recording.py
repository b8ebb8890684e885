"""One attempt at recording a batch of events: lock and read, reduce, write."""

from collections.abc import Sequence
from datetime import datetime

from django.db import connection

from .batch import Batch
from .events import Actor, Incoming, Key
from .mechanism import Outcome
from .programs import programs
from .reduce import UnknownCustomer, reduce
from .storage.claims import Claims, unfit
from .storage.people import People
from .storage.reading import Reading
from .storage.store import Session
from .storage.writing import Writing


class Recording:
    """Raises ValueError if an event that moves a customer's holdings shares its batch with others."""

    def __init__(self, events: Sequence[Incoming], *, by: Actor, at: datetime) -> None:
        self.events, self.by, self.at = events, by, at
        self.composition = programs.composition
        self.session = Session()
        self.people = People(self.composition, events, by, at)
        self.claims = Claims(self.people, self.session)
        self.reading = Reading(self.people, self.claims, self.session)
        self.writing = Writing(self.composition, self.claims, self.session)
        if len(events) > 1 and any(event.target for event in events):
            # Later events of the batch would not have read what it moves.
            raise ValueError("An event that moves what a customer has is a batch of its own")

    def found_nobody(self) -> bool:
        """Whether the kept connection was broken before anything was written: a new one may work."""
        broken = self.session.wire.raw.closed and not self.writing.has_begun and not connection.in_atomic_block
        if broken:
            connection.close()
        return broken

    def run(self) -> list[Outcome]:
        """Raises LostRace; database errors with nothing written."""
        with connection.wrap_database_errors:
            try:
                program = self.reading.lock_and_read()
                batch = Batch(program=program, by=self.by, at=self.at, new_id=self.reading.new_id)
                batch.shared = self.people.shared
                outcomes = [self.reduce(batch, *pair) for pair in zip(self.events, self.claims.keys, strict=True)]
                self.writing.write(batch)
            except BaseException:
                self.session.roll_back()
                programs.rolled_back()
                raise
        programs.used(program)
        return outcomes

    def reduce(self, batch: Batch, event: Incoming, keys: Sequence[Key]) -> Outcome:
        people, program = self.people, batch.program
        taken = next((key for key in keys if key.value not in self.claims.free_keys), None)
        state = people.customer(event, program)
        batch.target = people.second(event, program)
        batch.via_id = people.vias.get((event.scheme, event.customer))
        # Most keys are claimed by now, except those of a customer whom an earlier event of the batch gave an external ID.
        self.claims.claim_named_keys([event], program)
        if taken is not None:
            return Outcome(program, [], state if state and state.exists else None, taken.taken())
        outcome = reduce(batch, self.composition, event, state)
        if outcome.error is None:
            self.claims.free_keys.difference_update(key.value for key in keys)
        elif isinstance(outcome.error, UnknownCustomer) and state is None and people.may_create(event, program):
            outcome.error = unfit((event.scheme, event.customer), program) or outcome.error
        return outcome
