"""The customer of the Read API, for the description of the interface."""

from typing import Any

from loyalty.api.docs.describe import Example, Schema
from loyalty.api.docs.shapes import DAY, MOMENT, NUMBER, TEXT, WHOLE, described, later, list_of, map_of, one_of, shape
from loyalty.contributions import contributed

from .objects import ReadCustomerPart

_ALWAYS = {
    "_id": described(TEXT, "The brand's ID."),
    "status": one_of("active", "inactive", "merged", "suspended"),
    "created_at": MOMENT,
    "updated_at": MOMENT,
}
_SOMETIMES = {
    "external_ids": map_of(TEXT, "By external-ID field; left out if there is none."),
    **dict.fromkeys(("email", "first_name", "last_name"), TEXT),
    "handler": described(TEXT, "The nickname that is shown."),
    **dict.fromkeys(("gender", "language", "image_url", "currency", "mobile_phone", "country"), TEXT),
    "membership_id": list_of(TEXT, description="What the custom field membership_id holds."),
    "src": described(TEXT, "Where the customer came from; `import:<id>` if an import brought the customer."),
    "referrer": described(TEXT, "The ID of the customer who referred this one."),
    "purchase_total": NUMBER,
    "purchase_count": WHOLE,
    "purchase_item_count": described(NUMBER, "Pieces, or by weight."),
    **dict.fromkeys(("last_login_at", "optin_at"), MOMENT),
    **dict.fromkeys(
        ("birth_date", "purchase_first_date", "purchase_last_date", "last_earn_date", "last_spend_date"), DAY
    ),
    "properties": described({"type": "object"}, "Custom attributes by their IDs."),
}


def _customer() -> Schema:
    parts = {name: schema for part in contributed(ReadCustomerPart) for name, schema in part.schema.items()}
    return shape("ReadCustomer", {**_ALWAYS, **_SOMETIMES, **parts}, optional={*_SOMETIMES, *parts})


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
