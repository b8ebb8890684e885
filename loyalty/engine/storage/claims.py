"""What the events of a batch claim before they run: business keys, and the identities of customers."""

from collections.abc import Iterable, Sequence
from uuid import uuid4

from loyalty.engine.events import Incoming, Key, Ref
from loyalty.engine.program import Program
from loyalty.engine.rows import CUSTOMER, FREE_IDENTITIES, FREE_KEYS, IDENTITIES, CustomerRow, IdentityRow
from loyalty.engine.state import State
from loyalty.identifiers import fault_of_id
from loyalty.refusals import Refused, WrongField

from . import statements
from .people import LostRace, People
from .store import Session
from .wire import Answer, Statement


class Claims:
    """`keys` are the business keys of each event, in the events' order."""

    def __init__(self, people: People, session: Session) -> None:
        self.people, self.session = people, session
        self.keys = [self._keys(event) for event in people.events]
        # Keys that are ours to use; a key is taken out by the event that uses it.
        self.free_keys: set[str] = set()
        # Keys of erased people's orders: used, and not ours.
        self.erased_keys: set[str] = set()
        # Keys about whom the events name: those that were asked for. The free ones are in a shared part.
        self._asked: set[str] = set()

    def _keys(self, event: Incoming) -> list[Key]:
        keys = [key for keys_of in self.people.composition.plan(event.action).keys for key in keys_of(event)]
        if event.nonce and not keys:
            keys.append(Key(f"request:{event.nonce}", _replayed))
        return keys

    def key_values(self) -> list[str]:
        return sorted({key.value for keys in self.keys for key in keys})

    def claimed(self, answer: Answer) -> None:
        self.free_keys = {key for key, is_erased in answer if not is_erased}
        self.erased_keys = {key for key, is_erased in answer if is_erased}

    def unused_keys(self) -> list[str]:
        return sorted(self.free_keys | self.erased_keys | self.people.shared.part(FREE_KEYS).keys())

    def unused_identities(self) -> list[Ref]:
        never = [("id", state.customer.public_id) for state in self.people.states.values() if not state.exists]
        return [*never, *self.people.shared.part(FREE_IDENTITIES)]

    def claim_identities(self, refs: Sequence[Ref], program: Program) -> None:
        """Claim those of customers to be created, and what the events want for their customers, all in one order.

        Raises LostRace if somebody has created such a customer, or has given back such an identity, in between.
        """
        created = self._create(self._to_create(refs, program))
        wanted = self._wanted(program)
        claims = {**{ref: state.customer.id for ref, state in wanted.items()}, **created}
        claims = {ref: claims[ref] for ref in (*created, *wanted)}
        if not claims:
            return
        named = [[scheme for scheme, _ in claims], [value for _, value in claims]]
        claimed, found, buried = self.session.run(
            Statement(statements.CLAIM_IDENTITIES, [*named, list(claims.values())]),
            Statement(statements.RESOLVE, named),
            Statement(statements.BURIED, named),
        )
        self.people.buried = {(scheme, value): banned for scheme, value, banned in buried}
        ours = {(scheme, value) for scheme, value in claimed}
        known = {(row.scheme, row.value): row for row in map(IdentityRow.load, found)}
        known |= {ref: IdentityRow(*ref, claims[ref]) for ref in ours}
        if len(known) < len(claims) or not created.keys() <= ours:
            raise LostRace
        of_events = [ref for ref in claims if ref in wanted or ref[0] != "id"]
        self.people.shared.parts[IDENTITIES] = {ref: known[ref] for ref in of_events}
        self.people.shared.parts[FREE_IDENTITIES] = {ref: ref for ref in of_events if ref in ours}

    def _to_create(self, refs: Sequence[Ref], program: Program) -> list[Ref]:
        """The unknown identities whose customers these events may create."""
        people = self.people
        unknown = [ref for ref in refs if ref not in people.states and ref[0] in program.schemes]
        unknown = [ref for ref in unknown if not unfit(ref, program)]
        if not unknown:
            return []
        events = (event for event in people.events if not event.guest and people.creates(event, program))
        wanted = {(event.scheme, event.customer) for event in events}
        return [ref for ref in unknown if ref in wanted]

    def _create(self, refs: Sequence[Ref]) -> dict[Ref, int]:
        """Customers who exist once an event of theirs is accepted; one without an ID of the brand gets a random one."""
        if not refs:
            return {}
        [drawn] = self.session.run(Statement(statements.DRAW_IDS, [CUSTOMER.sequence, len(refs)]))
        claims: dict[Ref, int] = {}
        for ref, (id,) in zip(refs, drawn, strict=True):
            public_id = ref[1] if ref[0] == "id" else str(uuid4())
            state = State(CustomerRow.new(id, public_id, self.people.at), exists=False)
            state.named = None if ref[0] == "id" else ref
            self.people.states[ref] = self.people.by_id[id] = state
            claims |= {ref: id, ("id", public_id): id}
        return claims

    def _wanted(self, program: Program) -> dict[Ref, State]:
        """By identity, the first customer that an event wants it for."""
        found: dict[Ref, State] = {}
        people = self.people
        anybody = next(iter(people.by_id.values()), None)
        for event in people.events:
            for claims_of in people.composition.plan(event.action).claims:
                # An earlier event of the batch may make the unknown external ID somebody's.
                if state := people.states.get((event.scheme, event.customer), anybody):
                    found |= {ref: state for ref in claims_of(event, program) if ref not in found}
        return found

    def claim_named_keys(self, events: Iterable[Incoming], program: Program) -> None:
        """Claim the keys about the customers whom the events name; what no event uses is given back."""
        people = self.people
        found = {
            key
            for event in events
            for keys_of in people.composition.plan(event.action).named_keys
            for key in keys_of(people.named((event.scheme, event.customer)), people.second(event, program))
        }
        if not (wanted := sorted(found - self._asked)):
            return
        [claimed] = self.session.run(Statement(statements.CLAIM_KEYS, [people.at, wanted]))
        self._asked.update(wanted)
        self.erased_keys.update(key for key, is_erased in claimed if is_erased)
        people.shared.part(FREE_KEYS).update({key: key for key, is_erased in claimed if not is_erased})


def unfit(ref: Ref, program: Program) -> Refused | None:
    """Why no customer can be created under this identity."""
    fault = fault_of_id(ref[1], program.refused_names)
    if not fault:
        return None
    return WrongField("customer" if ref[0] == "id" else ref[0], fault, field="customer")


def _replayed() -> Refused:
    return Refused(101031, "This was processed before")
