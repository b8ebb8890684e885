"""The customer of the Read API, for the description of the interface."""

from typing import Any

from loyalty.api.docs.describe import Example, Schema
from loyalty.api.docs.shapes import later, shape
from loyalty.api.wire import fields_of, optional_in
from loyalty.contributions import contributed

from .objects import ReadCustomerObject, ReadCustomerPart


def _customer() -> Schema:
    parts = {name: schema for part in contributed(ReadCustomerPart) for name, schema in part.schema.items()}
    own = ReadCustomerObject
    return shape("ReadCustomer", {**fields_of(own), **parts}, optional={*optional_in(own), *parts})


CUSTOMER = later(_customer)

_ANN = {
    "_id": "0519001",
    "external_ids": {"loyalty_barcode": "1234"},
    "email": "ann@example.com",
    "first_name": "Ann",
    "last_name": "Example",
    "language": "en",
    "currency": "EUR",
    "birth_date": "1980-01-16",
    "status": "active",
    "properties": {"loyalty_barcode": "1234"},
    "purchase_total": 250,
    "purchase_count": 1,
    "purchase_item_count": 2,
    "purchase_first_date": "2026-10-02",
    "purchase_last_date": "2026-10-02",
    "last_earn_date": "2026-10-02",
    "created_at": "2026-01-15T09:30:00+00:00",
    "updated_at": "2026-01-15T09:30:00+00:00",
    "optin_at": "2026-01-15T09:30:00+00:00",
}


def _ann() -> dict[str, Any]:
    """Her profile, and what rooms say of her."""
    told = [part.example("0519001") for part in contributed(ReadCustomerPart)]
    return {**_ANN, **{name: value for part in told for name, value in part.items()}}


_NOBODY = Example(
    "Nobody",
    None,
    {"error": {"message": "Customer not found", "code": 160212, "resendable": False}},
    path={"customer_id": "0519009"},
    status=404,
)


def examples() -> list[Example]:
    return [Example("Ann", None, {"status": "success", "metadata": {}, "payload": _ann()}), _NOBODY]


_NEXT = (
    "/v1/customers?filter%5Bcreated_at%5D%5Blt%5D=2026-02-01&sort%5B0%5D%5Bfield%5D=status"
    "&sort%5B0%5D%5Bdirection%5D=asc&limit=1&offset=1"
)
_NO_DAY = Example(
    "A day that no calendar has",
    None,
    {
        "error": {
            "message": "'filter[created_at][lt]' must be a day (2026-05-14) or a time (2026-05-14T08:30:00Z) that the"
            " calendar has",
            "code": 300122,
            "resendable": False,
        }
    },
    query={"filter[created_at][lt]": "2026-02-31"},
    status=422,
)


def list_examples() -> list[Example]:
    pagination = {"next": _NEXT, "previous": None}
    answer = {"status": "success", "metadata": {"pagination": pagination}, "payload": {"customers": [_ann()]}}
    sort = {"sort[0][field]": "status", "sort[0][direction]": "asc"}
    query = {"filter[created_at][lt]": "2026-02-01", **sort, "limit": "1"}
    return [Example("Enrolled in January, by status", None, answer, query=query), _NO_DAY]
