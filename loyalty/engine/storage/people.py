"""Whom the events of a batch name: the customers that are locked, and those whom the batch may create."""

from collections.abc import Iterable, Sequence
from datetime import datetime

from loyalty.engine.events import Actor, Incoming, Ref
from loyalty.engine.mechanism import Composition
from loyalty.engine.program import Program
from loyalty.engine.rows import FREE_IDENTITIES, IDENTITIES, CustomerRow
from loyalty.engine.state import State

from .wire import Answer


class LostRace(Exception):
    """Another transaction created a customer that this one was about to create, or merged one away: start again."""


class People:
    """By identity and by id, the states of the customers; `shared` holds what belongs to nobody."""

    def __init__(self, composition: Composition, events: Sequence[Incoming], by: Actor, at: datetime) -> None:
        self.composition, self.events, self.by, self.at = composition, events, by, at
        self.states: dict[Ref, State] = {}
        self.by_id: dict[int, State] = {}
        # The merged-away profiles by whose identities events come in.
        self.vias: dict[Ref, int] = {}
        self.shared = State(None, exists=True)
        # Unknown identities that were erased, and whether they were banned.
        self.buried: dict[Ref, bool] = {}

    def load(self, locked: Answer, resolved: Answer) -> None:
        """Raises LostRace if one was merged away between being named and being locked."""
        self.by_id = {values[0]: State(CustomerRow.load(values), exists=True) for values in locked}
        for scheme, value, customer_id, origin_id in resolved:
            if customer_id not in self.by_id:
                raise LostRace
            self.states[scheme, value] = self.by_id[customer_id]
            if origin_id is not None:
                self.vias[scheme, value] = origin_id

    def refs(self) -> list[Ref]:
        """All identities that the events name, each once; a guest is nobody."""
        return list(dict.fromkeys(ref for event in self.events if not event.guest for ref in self._refs(event)))

    def _refs(self, event: Incoming) -> Iterable[Ref]:
        """The event's customer's, and what may be a second customer's."""
        second = [event.target] if event.target else []
        names = self.composition.plan(event.action).seconds
        return [(event.scheme, event.customer), *second, *(ref for second_of in names for ref in second_of(event))]

    def named(self, ref: Ref) -> State | None:
        """Whom it means by now: earlier events of the batch may have given the external ID to somebody else."""
        row = None if ref[0] == "id" else self.shared.part(IDENTITIES).get(ref)
        if row is None:
            return self.states.get(ref)
        state = self.by_id.get(row.customer_id)
        is_free = ref in self.shared.part(FREE_IDENTITIES)
        return state if not (is_free and (state is None or state.exists)) else None

    def may_move(self, event: Incoming) -> bool:
        """Whether an event of the batch may give the external ID to somebody else."""
        return event.scheme != "id" and (event.scheme, event.customer) in self.shared.part(IDENTITIES)

    def customer(self, event: Incoming, program: Program) -> State | None:
        """The event's customer; None for nobody, or whom the event may not create."""
        if event.guest:
            # Nobody: what an event does to them is checked and forgotten.
            return State(CustomerRow.new(0, event.customer, self.at), exists=True)
        state = self.named((event.scheme, event.customer))
        if state and not state.exists and not self.may_create(event, program):
            # Claimed for a later event of the batch.
            return None
        return state

    def second(self, event: Incoming, program: Program) -> State | None:
        """The second customer: the operation's, else the first of the identities that the event's attributes may mean."""
        if event.target:
            return self.states.get(event.target)
        for second_of in self.composition.plan(event.action).seconds:
            for ref in second_of(event):
                if ref[0] in program.schemes:
                    state = self.named(ref)
                    return state if state and state.exists else None
        return None

    def creates(self, event: Incoming, program: Program) -> bool:
        if event.target or event.must_exist or self.by.is_page:
            return False
        if program.auto_subscribe == "any" or (program.auto_subscribe == "checkout" and event.action == "checkout"):
            return True
        return self.composition.plan(event.action).enrols

    def may_create(self, event: Incoming, program: Program) -> bool:
        """Whoever was erased comes back by their own word only: not by what arrives late, nor by an old file."""
        banned = self.buried.get((event.scheme, event.customer))
        if banned is None:
            return self.creates(event, program)
        return not banned and event.action == "opt_in" and self.by.source != "import"
