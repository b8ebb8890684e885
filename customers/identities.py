"""What names a customer: claimed, given back, taken over. Pure."""

from typing import Any

from customers.fields.rules import (
    EMAIL_SCHEME,
    config,
)
from loyalty.engine.batch import Batch
from loyalty.engine.events import Ref
from loyalty.engine.rows import FREE_IDENTITIES, IDENTITIES, IdentityRow, from_json, to_json
from loyalty.engine.state import State
from loyalty.identifiers import fault_of_id
from loyalty.refusals import WrongField


def _as_identity(held: Any) -> str | None:
    """What the database makes of a value from before its field was an external ID."""
    return None if held is None else str(held)


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
        raise WrongField(name, fault)
    row: IdentityRow = batch.shared.part(IDENTITIES)[ref]
    free = batch.shared.part(FREE_IDENTITIES)
    if ref in free:
        batch.pop(free, ref)
        row = batch.edit(row)
        row.customer_id, row.origin_id = state.customer.id, None
    elif row.customer_id != state.customer.id:
        raise WrongField(name, "belongs to another customer", 112102)


def _release(state: State, batch: Batch, ref: Ref) -> None:
    known, customer_id = batch.shared.part(IDENTITIES), state.customer.id
    if ref not in known:
        batch.put(known, ref, IdentityRow(*ref, customer_id))
    if known[ref].customer_id == customer_id:
        batch.put(batch.shared.part(FREE_IDENTITIES), ref, ref)


def welcome(state: State, batch: Batch) -> None:
    """A new customer's custom fields: the defaults, and the external ID that made it."""
    first = dict(config(batch.program).defaults)
    if state.named:
        scheme, value = state.named
        _claim(state, batch, scheme, state.named)
        first[scheme] = value
    if first:
        state.customer.properties = to_json({**first, **from_json(state.customer.properties)})
