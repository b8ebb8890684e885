"""Rows of customers: what of a row is new, said as an event."""

from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any

from customers.fields.reserved import read_elsewhere
from customers.fields.rules import CustomersConfig, is_built_in, plain, read_attribute
from customers.models import Customer
from loyalty.engine.events import Incoming
from loyalty.transfer.reading.plans import JOINED


def changes_of(known: Customer, data: Mapping[str, Any], config: CustomersConfig) -> dict[str, Any]:
    """What of the attributes the customer holds otherwise. Raises Refused for a value that no field can hold."""
    names = differing(known, data, config)
    return {name: value for name, value in data.items() if name in names}


def differing(known: Customer, data: Mapping[str, Any], config: CustomersConfig) -> set[str]:
    """The attributes that the customer holds otherwise. Raises Refused for a value that no field can hold."""
    return {name for name in data if name != JOINED and _differs(known, name, data, config)}


def empty_of(known: Customer, names: Iterable[str]) -> set[str]:
    """The attributes that the customer holds nothing of."""
    held = {name: getattr(known, name) if is_built_in(name) else known.properties.get(name) for name in names}
    return {name for name, value in held.items() if value in (None, "", [])}


def profile_event(scheme: str, customer: str, data: Mapping[str, Any]) -> Incoming:
    return Incoming(customer, "profile", dict(data), scheme=scheme)


def _differs(known: Customer, name: str, data: Mapping[str, Any], config: CustomersConfig) -> bool:
    if is_built_in(name):
        held = getattr(known, name)
        return bool(data[name] != held) and bool(read_attribute(data, name) not in (None, held))
    if name in config.fields:
        return plain(config.read(name, data[name])) not in (None, known.properties.get(name))
    if name in read_elsewhere():
        # Only the rules that read it know what the customer has of it.
        return True
    return name not in known.properties or _as_cell(known.properties[name]) != data[name]


def _as_cell(value: Any) -> Any:
    """A custom attribute as a file would write it; lists and objects never equal a cell."""
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value) if isinstance(value, str | int | float | Decimal) else None
