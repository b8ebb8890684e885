"""Who: enrolment, profile and identities."""

import json
from collections.abc import Iterable, Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any

from loyalty.engine import values
from loyalty.engine.batch import Batch
from loyalty.engine.events import Incoming, Ref
from loyalty.engine.mechanism import EVERY_ACTION, Mechanism, Refused
from loyalty.engine.program import Program
from loyalty.engine.rows import FREE_IDENTITIES, IDENTITIES, CustomerRow, EventRow, IdentityRow, to_json
from loyalty.engine.state import Part, Row, State, Table
from loyalty.engine.status import Status
from loyalty.identifiers import fault_of_id, folded, normal
from loyalty.sealing import Purpose, seal

from . import leaving, life
from .fields import (
    ABOUT_THE_EVENT,
    EMAIL_SCHEME,
    READ_ONLY,
    SECRETS,
    CustomersConfig,
    config,
    is_built_in,
    lowered,
    read_attribute,
)

MAX_PROPERTIES = 200


# Profile


def update_profile(event: EventRow, state: State, batch: Batch) -> None:
    """Take over the attributes of the event: built-in fields, custom ones by their definitions, others as they are."""
    _take_over(event.data, event, state, batch)


def _take_over(data: Mapping[str, Any], event: EventRow, state: State, batch: Batch) -> None:
    customer: CustomerRow = batch.edit(state.customer)
    rules, custom = config(batch.program), {}
    for name, value in data.items():
        if is_built_in(name):
            found = read_attribute(data, name)
            if name == "referrer":
                _check_referrer(found, batch.program)
            if name == "email" and rules.unique_emails:
                _take_identity(state, batch, name, EMAIL_SCHEME, lowered(found), lowered(customer.email))
            setattr(customer, name, found)
        elif name in READ_ONLY:
            raise Refused(
                0, f"'{name}' cannot be set by an event: leave it out, or give an attribute of yours another name"
            )
        elif name not in ABOUT_THE_EVENT:
            custom[name] = _custom(event, rules, name, value)
    if custom:
        _merge(custom, state, batch)
    customer.updated_at = event.recorded_at


def _check_referrer(name: str | None, program: Program) -> None:
    """Whoever fills in the same word for nobody would be brought by the same customer."""
    if name and folded(name) in program.refused_names:
        raise Refused(0, f"'referrer' {fault_of_id(name, program.refused_names)}")


def _custom(event: EventRow, rules: CustomersConfig, name: str, value: Any) -> Any:
    rule = rules.fields.get(name)
    if rule and rule.read_only and event.depth == 0:
        raise Refused(0, f"'{name}' is read-only: leave it out")
    if meant := rules.meant_by(name):
        raise Refused(0, _twin(name, meant))
    return rules.read(name, value)


def _twin(name: str, meant: str) -> str:
    """Kept as it was sent, it would stand beside the field, which stays as it is."""
    if meant in READ_ONLY:
        return f"'{name[:64]}' is '{meant}' but for its spelling, and cannot be set by an event: leave it out"
    return f"'{name[:64]}' is no field of the customer: did you mean '{meant}'? Call it so, or leave it out"


def _merge(custom: dict[str, Any], state: State, batch: Batch) -> None:
    customer, rules = state.customer, config(batch.program)
    held = json.loads(customer.properties, parse_float=Decimal)
    for name in rules.external_ids & custom.keys():
        _take_identity(state, batch, name, name, custom[name], _as_identity(held.get(name)))
    merged = {**held, **custom}
    for name in rules.fields.keys() & custom.keys():
        if custom[name] is None:
            del merged[name]
    if len(merged) > MAX_PROPERTIES:
        raise Refused(0, f"A customer has at most {MAX_PROPERTIES} custom attributes")
    customer.properties = to_json(merged)


def _as_identity(held: Any) -> str | None:
    """What the database makes of a value from before its field was an external ID."""
    return None if held is None else str(held)


# Identities


def claims(incoming: Incoming, program: Program) -> Iterable[Ref]:
    """The identities that the event wants for its customer; a wrong value wants none, and is refused later."""
    return _claims_in(incoming.data, program)


def _claims_in(data: Mapping[str, Any], program: Program) -> Iterable[Ref]:
    rules = config(program)
    try:
        found = [(name, rules.read(name, data[name])) for name in rules.external_ids & data.keys()]
        if rules.unique_emails and "email" in data:
            found.append((EMAIL_SCHEME, lowered(read_attribute(data, "email"))))
    except Refused:
        return []
    return [(scheme, value) for scheme, value in found if value is not None]


def _take_identity(state: State, batch: Batch, name: str, scheme: str, value: str | None, held: str | None) -> None:
    """The customer's identity in the scheme becomes `value`; the one that it held is free again."""
    if value == held:
        return
    if value is not None:
        _claim(state, batch, name, (scheme, value))
    if held is not None:
        _release(state, batch, (scheme, held))


def _claim(state: State, batch: Batch, name: str, ref: Ref) -> None:
    if ref[0] != EMAIL_SCHEME and (fault := fault_of_id(ref[1], batch.program.refused_names)):
        raise Refused(0, f"'{name}' {fault}")
    row: IdentityRow = batch.shared.part(IDENTITIES)[ref]
    free = batch.shared.part(FREE_IDENTITIES)
    if ref in free:
        batch.unfile(free, ref)
        row = batch.edit(row)
        row.customer_id, row.origin_id = state.customer.id, None
    elif row.customer_id != state.customer.id:
        raise Refused(0, f"'{name}' belongs to another customer")


def _release(state: State, batch: Batch, ref: Ref) -> None:
    known, customer_id = batch.shared.part(IDENTITIES), state.customer.id
    if ref not in known:
        batch.file(known, ref, IdentityRow(*ref, customer_id))
    if known[ref].customer_id == customer_id:
        batch.file(batch.shared.part(FREE_IDENTITIES), ref, ref)


def welcome(state: State, batch: Batch) -> None:
    """A new customer's custom fields: the defaults, and the external ID that made it."""
    first = dict(config(batch.program).defaults)
    if state.named:
        scheme, value = state.named
        _claim(state, batch, scheme, state.named)
        first[scheme] = value
    if first:
        state.customer.properties = to_json({**first, **json.loads(state.customer.properties)})


# Secrets


class SecretRow(Row):
    """`plain` never leaves the row but encrypted; unknown of a row that was read."""

    __slots__ = ("customer_id", "name", "plain")
    TABLE = Table(
        name="customers_secret",
        columns={"customer_id": "bigint", "name": "text", "sealed": "bytea"},
        key=("customer_id", "name"),
    )

    def __init__(self, customer_id: int, name: str, plain: str = "") -> None:
        self.customer_id, self.name, self.plain = customer_id, name, plain

    @property
    def sealed(self) -> bytes:
        return seal(self.plain, Purpose.CUSTOMERS)


def _put_secret(state: State, row: Any) -> None:
    state.part("secrets")[row[1]] = SecretRow(*row)


_SECRETS = Part(
    "secrets", "SELECT customer_id, name FROM customers_secret WHERE customer_id IN ({customers})", _put_secret
)


def _secret_parts(incoming: Incoming) -> Iterable[Part]:
    return () if SECRETS.isdisjoint(incoming.data) else (_SECRETS,)


def keep_secrets(event: EventRow, state: State, batch: Batch) -> None:
    """Out of the event before it is written, whatever its action."""
    if SECRETS.isdisjoint(event.data):
        return
    for name in SECRETS & event.data.keys():
        plain, held = values.text(event.data, name), state.part("secrets")
        if name in held:
            batch.remove(held[name])
            batch.unfile(held, name)
        if plain is not None:
            batch.file(held, name, batch.add(SecretRow(event.customer_id, name, plain)))
    event.data = {name: value for name, value in event.data.items() if name not in SECRETS}


# Profiling

ANSWER = "profiling_answer"
MAX_ATTRIBUTE = 64
# What was answered before, by question: read only where the type says that a question is answered once.
ANSWERED = Part(
    "answered",
    "SELECT family.survivor, coalesce(nullif(btrim(e.data ->> 'question'), ''), btrim(e.data ->> 'attribute')) FROM {family} family"
    f" JOIN events_event e ON e.customer_id = family.id WHERE e.action = '{ANSWER}'",
    lambda state, row: state.part("answered").update({row[1]: row[1]}),
)


def profiling_answer(event: EventRow, state: State, batch: Batch) -> None:
    """The answer becomes the customer's attribute, as a profile event would say it; once a question if the type says so."""
    question = _question(event.data)
    if batch.program.event_rules[ANSWER].one_time:
        if question in state.part("answered"):
            raise Refused(10001, "This action cannot be repeated: 'question' was answered before")
        batch.file(state.part("answered"), question, question)
    answer = _answer(event.data)
    _take_over(answer, event, state, batch)
    if isinstance(named := answer.get("referrer"), str):
        # In the one form, by which an erasure finds what others say of a person.
        event.data = {**event.data, "answer": normal(named)}


def _question(data: Mapping[str, Any]) -> str:
    found = values.text(data, "question", limit=MAX_ATTRIBUTE) or values.text(data, "attribute", limit=MAX_ATTRIBUTE)
    if found is None:
        raise values.required("attribute")
    return found


def _answer(data: Mapping[str, Any]) -> dict[str, Any]:
    """{attribute: answer}; without an attribute the question is one."""
    name = values.text(data, "attribute", limit=MAX_ATTRIBUTE) or _question(data)
    if name in ABOUT_THE_EVENT | SECRETS:
        raise Refused(0, "'attribute' must be a field of the customer")
    if "answer" not in data:
        raise values.required("answer")
    return {name: data["answer"]}


def claims_of_answer(incoming: Incoming, program: Program) -> Iterable[Ref]:
    try:
        return _claims_in(_answer(incoming.data), program)
    except Refused:
        return []


def _answers_before(incoming: Incoming, program: Program, at: datetime) -> Iterable[Part]:
    return (ANSWERED,) if program.event_rules[ANSWER].one_time else ()


# Life


def subscribe(event: EventRow, state: State, batch: Batch) -> None:
    if state.created_by != event.id:
        raise Refused(0, "Customer already exists")
    update_profile(event, state, batch)


def opt_in(event: EventRow, state: State, batch: Batch) -> None:
    if state.customer.status != Status.INACTIVE:
        raise Refused(112101, "Customer already opted in")
    update_profile(event, state, batch)
    state.customer.status = Status.ACTIVE.value
    state.customer.optin_at = event.occurred_at


OPENING = (Mechanism(frozenset({EVERY_ACTION}), keep_secrets, parts=_secret_parts),)
MECHANISMS = (
    Mechanism(frozenset({"subscribe"}), subscribe, enrols=True, claims=claims),
    Mechanism(frozenset({"opt_in"}), opt_in, enrols=True, claims=claims),
    Mechanism(frozenset({"profile"}), update_profile, claims=claims),
    Mechanism(frozenset({ANSWER}), profiling_answer, claims=claims_of_answer, later=_answers_before),
    *life.MECHANISMS,
    Mechanism(frozenset({"opt_out"}), leaving.opt_out, parts=leaving.traces),
    Mechanism(frozenset({"ban"}), leaving.ban, parts=leaving.traces),
)
