"""What the customer objects of the APIs say of tiers, while the module is on."""

from collections.abc import Sequence
from typing import Any

from customers.api.objects import CustomerPart
from customers.api.v1.objects import ReadCustomerPart
from customers.models import Customer
from loyalty.api.wire import fields_of
from loyalty.program.queries import general_settings
from loyalty.tiers.enums import TIERS_MODULE
from loyalty.tiers.queries import tiers_of

from .examples import OF_ANN, READ_OF_ANN
from .objects import ReadTiersObject, TiersObject, customer_tiers, language_of, read_tiers


def _parts(customers: Sequence[Customer], fields: frozenset[str]) -> dict[int, dict[str, Any]]:
    """A list of the levels, in the order of their structures' IDs: empty for whoever has none."""
    if TIERS_MODULE not in general_settings().modules:
        return {}
    found = tiers_of(customers)
    return {one.id: customer_tiers(found[one.id], language_of(one)).written() for one in customers}


def _read_parts(customers: Sequence[Customer]) -> dict[int, dict[str, Any]]:
    """By the structures' IDs; left out of whoever has no level."""
    found = tiers_of(customers)
    return {one.id: read_tiers(tiers, language_of(one)).written() for one in customers if (tiers := found[one.id])}


def _example(id: str, fields: frozenset[str]) -> dict[str, Any]:
    return {"tiers": OF_ANN if id == "0519001" else []}


def _read_example(id: str) -> dict[str, Any]:
    return {"tiers": READ_OF_ANN} if id == "0519001" else {}


CUSTOMER = CustomerPart(_parts, fields_of(TiersObject), optional=("tiers",), example=_example)
READ_CUSTOMER = ReadCustomerPart(_read_parts, fields_of(ReadTiersObject), _read_example)
