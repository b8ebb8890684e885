"""`labels` of a customer in the Read API: their names, and nothing where there is none."""

from collections.abc import Mapping, Sequence
from typing import Any

from customers.api.v1.objects import ReadCustomerPart
from customers.models import Customer
from loyalty.api.docs.describe import Schema

from .queries import labels_of

FIELD = "labels"


def _names(customers: Sequence[Customer]) -> Mapping[int, Mapping[str, Any]]:
    return {id: {FIELD: [one.name for one in found]} for id, found in labels_of(customers).items() if found}


_SCHEMA: Schema = {
    "type": "array",
    "description": "The names of the customer's labels, in their order; left out without any.",
    "items": {"type": "string"},
}
READ_CUSTOMER = ReadCustomerPart(_names, {FIELD: _SCHEMA})
