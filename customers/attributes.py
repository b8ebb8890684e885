"""What a profile's attributes become by an event: built-in and custom ones, merged, checked, claimed. Pure."""

from collections.abc import Iterable, Mapping
from typing import Any

from customers.fields.reserved import ABOUT_THE_EVENT, read_elsewhere, read_only
from customers.fields.rules import EMAIL_SCHEME, CustomersConfig, config, is_built_in, lowered, read_attribute
from loyalty.engine.batch import Batch
from loyalty.engine.events import Incoming, Ref
from loyalty.engine.program import Program
from loyalty.engine.rows import CustomerRow, EventRow, from_json, to_json
from loyalty.engine.state import State
from loyalty.identifiers import fault_of_id, folded
from loyalty.refusals import UNKNOWN_ATTRIBUTE, Refused, WrongField

from .identities import _as_identity, _take_identity

MAX_PROPERTIES, MAX_PROPERTIES_LENGTH = 200, 65_536


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
        elif name in read_elsewhere():
            continue
        elif name in read_only():
            predicate = "cannot be set by an event: leave it out, or give an attribute of yours another name"
            raise WrongField(name, predicate, UNKNOWN_ATTRIBUTE)
        elif name not in ABOUT_THE_EVENT:
            custom[name] = _custom(event, rules, name, value)
    if custom:
        _merge(custom, state, batch)
    customer.updated_at = event.recorded_at


def _check_referrer(name: str | None, program: Program) -> None:
    """Whoever fills in the same word for nobody would be brought by the same customer."""
    if name and folded(name) in program.refused_names:
        raise WrongField("referrer", fault_of_id(name, program.refused_names))


def _custom(event: EventRow, rules: CustomersConfig, name: str, value: Any) -> Any:
    rule = rules.fields.get(name)
    if rule and rule.read_only and event.depth == 0:
        raise WrongField(name, "is read-only: leave it out", UNKNOWN_ATTRIBUTE)
    if meant := rules.meant_by(name):
        raise WrongField(name[:64], _twin(meant), UNKNOWN_ATTRIBUTE)
    return rules.read(name, value)


def _twin(meant: str) -> str:
    """Kept as it was sent, it would stand beside the field, which stays as it is."""
    if meant in read_only():
        return f"is '{meant}' but for its spelling, and cannot be set by an event: leave it out"
    return f"is no field of the customer: did you mean '{meant}'? Call it so, or leave it out"


def _merge(custom: dict[str, Any], state: State, batch: Batch) -> None:
    customer, rules = state.customer, config(batch.program)
    held = from_json(customer.properties)
    for name in rules.external_ids & custom.keys():
        _take_identity(state, batch, name, name, custom[name], _as_identity(held.get(name)))
    merged = {**held, **custom}
    for name in rules.fields.keys() & custom.keys():
        if custom[name] is None:
            del merged[name]
    if len(merged) > MAX_PROPERTIES:
        raise Refused(0, f"A customer has at most {MAX_PROPERTIES} custom attributes")
    written = to_json(merged)
    # Each event of the customer reads all of it. Whoever has more from before may still change it, and lessen it.
    if len(written) > max(MAX_PROPERTIES_LENGTH, len(customer.properties)):
        raise Refused(
            0, f"All custom attributes of a customer have at most {MAX_PROPERTIES_LENGTH:,} characters as JSON"
        )
    customer.properties = written


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
