"""What customers say of user groups on the wire: `fields=groups` of the Customer API, `group_id` of the Read API."""

from collections.abc import Mapping, Sequence
from typing import Any

from customers.api.objects import CustomerPart
from customers.api.v1.objects import ReadCustomerPart
from customers.models import Customer
from loyalty.api.docs.describe import Schema
from loyalty.staff.models import UserGroup

from .queries import groups_of

FIELD = "groups"


def _parts(customers: Sequence[Customer], fields: frozenset[str]) -> dict[int, dict[str, Any]]:
    """One query if it is asked for, else none."""
    if FIELD not in fields:
        return {}
    return {id: {FIELD: [_object(one) for one in found]} for id, found in groups_of(customers).items()}


def _object(group: UserGroup) -> dict[str, Any]:
    found = {"id": group.pk, "name": group.name}
    return found | {"external_id": group.external_id} if group.external_id else found


_SCHEMA: Schema = {
    "type": "array",
    "description": "The user groups of the back office that the customer is in, in the order of their numbers.",
    "items": {
        "type": "object",
        "properties": {
            "id": {"type": "integer", "description": "The number of the group."},
            "name": {"type": "string"},
            "external_id": {"type": "string", "description": "What other systems call it; left out if it has none."},
        },
        "required": ["id", "name"],
        "additionalProperties": False,
    },
}
SCHEMA: Mapping[str, Schema] = {FIELD: _SCHEMA}
CUSTOMER = CustomerPart(_parts, SCHEMA, optional=(FIELD,), fields=("`groups`",))


# The Read API: their numbers as texts, and nothing where there is none.
NUMBERS = "group_id"


def _numbers(customers: Sequence[Customer]) -> dict[int, dict[str, Any]]:
    return {id: {NUMBERS: [str(one.pk) for one in found]} for id, found in groups_of(customers).items() if found}


_NUMBERS_SCHEMA: Schema = {
    "type": "array",
    "description": "The numbers of the user groups that the customer is in, in their order; left out without any.",
    "items": {"type": "string"},
}
READ_CUSTOMER = ReadCustomerPart(_numbers, {NUMBERS: _NUMBERS_SCHEMA})
