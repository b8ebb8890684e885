"""Who: enrolment and profile."""

import json
from collections.abc import Callable
from decimal import Decimal
from typing import Any

from loyalty.engine import values
from loyalty.engine.rows import CustomerRow, EventRow, to_json
from loyalty.engine.types import Batch, Mechanism, Refused, State

from . import life
from .enums import Status

TEXTS = {
    "first_name": 200,
    "last_name": 200,
    "nickname": 200,
    "handler": 200,
    "email": 254,
    "mobile_phone": 64,
    "gender": 20,
    "language": 20,
    "image_url": 1_000,
    "src": 100,
    "referrer": 128,
}
# Attributes that speak of the event, not of the customer.
ABOUT_THE_EVENT = frozenset({"effective_timestamp", "transaction_id", "reason", "points"})
# What the customer object shows under a name of its own: no custom attribute may take it.
READ_ONLY = frozenset(
    "id public_id customer status score spent reserved expired spendable pending properties accounts "
    "created_at updated_at optin_at last_login_at purchase_total purchase_count purchase_last_date".split()
)
MAX_PROPERTIES = 200


def _code(length: int, example: str) -> Callable[[Any, str], str | None]:
    def read(data: Any, name: str) -> str | None:
        found = values.text(data, name)
        if found is not None and not (len(found) == length and found.isascii() and found.isalpha()):
            raise Refused(0, f"'{name}' must be a code such as {example}")
        return found.upper() if found else None

    return read


def _email(data: Any, name: str) -> str | None:
    found = values.text(data, name, limit=TEXTS["email"])
    if found is not None and (found.count("@") != 1 or found.startswith("@") or found.endswith("@") or " " in found):
        raise Refused(0, f"'{name}' must be an address such as name@example.com")
    return found


SPECIAL: dict[str, Callable[[Any, str], Any]] = {
    "email": _email,
    "birth_date": values.day,
    "country": _code(2, "HU"),
    "currency": _code(3, "EUR"),
}


def read_attribute(data: dict[str, Any], name: str) -> Any:
    """The value of a built-in field as the customer holds it; raises Refused naming the field."""
    special = SPECIAL.get(name)
    return special(data, name) if special else values.text(data, name, limit=TEXTS[name])


def is_built_in(name: str) -> bool:
    return name in TEXTS or name in SPECIAL


def update_profile(event: EventRow, state: State, batch: Batch) -> None:
    """Take over the attributes of the event: built-in fields, and custom attributes of any name."""
    customer: CustomerRow = batch.edit(state.customer)
    custom: dict[str, Any] = {}
    for name, value in event.data.items():
        if is_built_in(name):
            setattr(customer, name, read_attribute(event.data, name))
        elif name in READ_ONLY:
            raise Refused(0, f"'{name}' cannot be set by an event")
        elif name not in ABOUT_THE_EVENT:
            custom[name] = value
    if custom:
        customer.properties = _merged(customer.properties, custom)
    customer.updated_at = event.recorded_at


def _merged(properties: str, custom: dict[str, Any]) -> str:
    merged = {**json.loads(properties, parse_float=Decimal), **custom}
    if len(merged) > MAX_PROPERTIES:
        raise Refused(0, f"A customer has at most {MAX_PROPERTIES} custom attributes")
    return to_json(merged)


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


MECHANISMS = (
    Mechanism(frozenset({"subscribe"}), subscribe, enrols=True),
    Mechanism(frozenset({"opt_in"}), opt_in, enrols=True),
    Mechanism(frozenset({"profile"}), update_profile),
    *life.MECHANISMS,
)
