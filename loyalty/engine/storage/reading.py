"""Locks the customers whom a batch of events names, and reads what its mechanisms ask for."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from decimal import Decimal
from typing import Any

from loyalty.engine.events import Incoming
from loyalty.engine.mechanism import Circumstances
from loyalty.engine.program import Program
from loyalty.engine.programs import programs
from loyalty.engine.rows import CUSTOMER
from loyalty.engine.state import Part

from . import statements
from .claims import Claims
from .people import People
from .store import Session
from .wire import Answer, Statement

FEWEST_IDS, MOST_IDS = 100, 1_600


class Reading:
    """The first conversations of an attempt: begin, lock, read, claim. `new_id` draws the ids of new rows afterwards."""

    def __init__(self, people: People, claims: Claims, session: Session) -> None:
        self.people, self.claims, self.session = people, claims, session
        self._ids: dict[str, Iterator[int]] = {}
        self._drawn: dict[str, int] = {}

    def lock_and_read(self) -> Program:
        """The programme that the events run under. Raises LostRace."""
        refs, keys, wanted = self.people.refs(), self.claims.key_values(), self._parts()
        named = [[scheme for scheme, _ in refs], [value for _, value in refs]]
        parts = [part for part in wanted if part.when is None]
        claims = [Statement(statements.CLAIM_KEYS, [self.people.at, keys])] if keys else []
        turn = [Statement(statements.TAKE_TURN, [])] if self._takes_turns() else []
        locked, resolved, [(version, _kept, *drawn)], *answers = self.session.open(
            [*refs, *keys],
            *turn,
            Statement(statements.LOCK, named),
            Statement(statements.RESOLVE, named),
            Statement(self._version_and_ids(), [*named, self._expected()]),
            *claims,
            *map(self._reading, parts),
        )[len(turn) :]
        self.claims.claimed(answers.pop(0) if claims else [])
        self.people.load(locked, resolved)
        self._put(parts, answers)
        self._ids = {name: iter(ids) for name, ids in zip(self._sequences(), drawn, strict=True)}
        program = programs.current(version)
        self.claims.claim_identities(refs, program)
        self.claims.claim_named_keys(self.people.events, program)
        # Last of all: it may lock what many customers share.
        if later := self._later(wanted, program):
            self._put(later, self.session.run(*map(self._reading, later)))
        return program

    def _takes_turns(self) -> bool:
        return any(self.people.composition.plan(event.action).takes_turns for event in self.people.events)

    def new_id(self, sequence: str) -> int:
        found = next(self._ids.get(sequence, iter(())), None)
        if found is not None:
            return found
        # The more rows there are, the more are drawn at once.
        self._drawn[sequence] = min(2 * self._drawn.get(sequence, FEWEST_IDS // 2), MOST_IDS)
        [drawn] = self.session.run(Statement(statements.DRAW_IDS, [sequence, self._drawn[sequence]]))
        self._ids[sequence] = iter([id for (id,) in drawn])
        return next(self._ids[sequence])

    def _parts(self) -> list[Part]:
        composition = self.people.composition
        asked = (
            part
            for event in self.people.events
            for parts_of in composition.plan(event.action).parts
            for part in parts_of(event)
        )
        return _in_order([*composition.parts, *asked])

    def _later(self, wanted: Sequence[Part], program: Program) -> list[Part]:
        """What the programme, or what is known of the customers by now, asks for; each name once."""
        states = self.people.by_id.values()
        conditional = (part for part in wanted if part.when and any(map(part.when, states)))
        found: dict[str, Part] = {}
        for part in (*conditional, *self._asked_later(program)):
            found[part.name] = found[part.name].joined(part) if part.name in found else part
        return [found[name] for name in sorted(found)]

    def _asked_later(self, program: Program) -> Iterator[Part]:
        people = self.people
        asking = [
            (event, laters) for event in people.events if (laters := people.composition.plan(event.action).laters)
        ]
        named = Counter(map(_order_of, people.events)) if len(people.events) > 1 else Counter[str]()
        for event, laters in asking:
            state = None if event.guest else people.named((event.scheme, event.customer))
            is_certain = named[_order_of(event)] < 2 and (not named or not people.may_move(event))
            known = Circumstances(program, people.at, state, is_certain)
            for later in laters:
                yield from later(event, known)

    def _reading(self, part: Part) -> Statement:
        sql, params = statements.of_kept(part.sql), list[list[Any]]()
        if "{transactions}" in sql:
            params.append(self._transactions())
            sql = sql.replace("{transactions}", f"${len(params)}::text[]")
        if "{rows}" in sql:
            params.append(sorted(part.rows))
            sql = sql.replace("{rows}", f"${len(params)}::bigint[]")
        if "{names}" in sql:
            params.append(list(part.names))
            sql = sql.replace("{names}", f"${len(params)}::text[]")
        return Statement(sql, params)

    def _transactions(self) -> list[str]:
        """What the events name; a malformed one names none, and is refused for it."""
        return sorted(set(map(_order_of, self.people.events)) - {""})

    def _sequences(self) -> list[str]:
        tables = self.people.composition.tables
        return [table.sequence for table in tables if table.sequence and table is not CUSTOMER]

    def _version_and_ids(self) -> str:
        blocks = (
            f", ARRAY(SELECT nextval('{name}') FROM generate_series(1, $3::bigint))" for name in self._sequences()
        )
        return f"SELECT version, {statements.KEEP_NAMED}{''.join(blocks)} FROM staff_programversion"

    def _expected(self) -> int:
        """About how many rows of a table the batch will make."""
        plan = self.people.composition.plan
        return sum(
            max((fan_out(event) for fan_out in plan(event.action).fan_outs), default=1) for event in self.people.events
        )

    def _put(self, parts: Sequence[Part], answers: Sequence[Answer]) -> None:
        for part, rows in zip(parts, answers, strict=True):
            for values in rows:
                state = self.people.shared if part.shared else self.people.by_id.get(values[0])
                if state:
                    part.put(state, values)


def _in_order(parts: Iterable[Part]) -> list[Part]:
    """By name, each statement once: several may fill one part of the state."""
    found: dict[tuple[str, str], Part] = {}
    for part in parts:
        key = (part.name, part.sql)
        found[key] = found[key].joined(part) if key in found else part
    return sorted(found.values(), key=lambda part: part.name)


def _order_of(event: Incoming) -> str:
    """The order that it names; empty if it names none, or a malformed one."""
    name = event.order or event.data.get("transaction_id")
    return str(name).strip() if isinstance(name, str | int | Decimal) else ""
