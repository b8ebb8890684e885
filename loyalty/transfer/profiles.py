"""Rows of customers: what of a row is new, said as an event."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from customers.fields import ABOUT_THE_EVENT, READ_ONLY, CustomersConfig, is_built_in, plain, read_attribute
from customers.models import Customer
from loyalty.engine.types import Incoming

from .columns import Plan, customer_column
from .reader import Line, UnreadableFile

# When the customer joined: says something of new customers only.
JOINED = "effective_timestamp"
NOT_OF_CUSTOMERS = (READ_ONLY | ABOUT_THE_EVENT | {"action", "account"}) - {JOINED}


def plan_customers(names: Sequence[str], config: CustomersConfig) -> Plan:
    """Every column but the ID is a field or a custom attribute of that very name. Raises UnreadableFile."""
    customer, scheme = customer_column(names, config)
    for name in names:
        if name in config.fields and config.fields[name].read_only:
            raise UnreadableFile(f"The column “{name}” is a read-only field: remove it.")
        if name in NOT_OF_CUSTOMERS and name != names[customer]:
            raise UnreadableFile(f"The column “{name}” is no field of a customer: remove it, or import events.")
    attributes = {name: number for number, name in enumerate(names) if number != customer}
    return Plan(names, customer, scheme, attributes=attributes, written={name: name for name in attributes})


def profile_event(
    plan: Plan, line: Line, customer: str, known: Customer | None, config: CustomersConfig
) -> Incoming | None:
    """An enrolment, or the fields that differ; None if none does. Raises Refused for a value that no field can hold."""
    data = plan.data(line.cells)
    if known is None:
        return Incoming(customer, "opt_in", data, scheme=plan.scheme)
    changes = {name: value for name, value in data.items() if name != JOINED and _differs(known, name, data, config)}
    return Incoming(customer, "profile", changes, scheme=plan.scheme) if changes else None


def _differs(known: Customer, name: str, data: dict[str, Any], config: CustomersConfig) -> bool:
    if is_built_in(name):
        held = getattr(known, name)
        return bool(data[name] != held) and bool(read_attribute(data, name) not in (None, held))
    if name in config.fields:
        return plain(config.read(name, data[name])) not in (None, known.properties.get(name))
    return name not in known.properties or _as_cell(known.properties[name]) != data[name]


def _as_cell(value: Any) -> Any:
    """A custom attribute as a file would write it; lists and objects never equal a cell."""
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value) if isinstance(value, str | int | float | Decimal) else None
