"""`fields=segments`: what the customer object says of segments."""

from collections.abc import Sequence
from typing import Any

from customers.api.objects import CustomerPart
from customers.models import Customer
from loyalty.api.access.dates import iso_date
from segments.queries import segments_of

from .schemas import OF_CUSTOMER

FIELD = "segments"


def _parts(customers: Sequence[Customer], fields: frozenset[str]) -> dict[int, dict[str, Any]]:
    if FIELD not in fields:
        return {}
    return {
        id: {
            FIELD: [
                {"id": one.id, "name": one.name, "status": one.status, "since": iso_date(one.since)} for one in found
            ]
        }
        for id, found in segments_of(customers).items()
    }


CUSTOMER = CustomerPart(_parts, OF_CUSTOMER, optional=(FIELD,), fields=("`segments`",))
