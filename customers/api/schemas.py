"""The customer object, and what `/customers` takes and answers, for the description of the interface."""

from django.utils.functional import lazy

from customers.enums import BanReason
from loyalty.api.docs.describe import Parameter, Schema
from loyalty.api.docs.shapes import (
    DAY_OR_EMPTY,
    FLAG,
    MOMENT,
    TEXT,
    WHOLE,
    described,
    later,
    list_of,
    map_of,
    nullable,
    one_of,
    shape,
)
from loyalty.api.wire import fields_of
from loyalty.contributions import contributed

from .objects import CustomerAnswer, CustomerPart
from .serializers import CustomerObject

_MAYBE = nullable(TEXT)
# As in events: a number is read as the text that it is written as.
_SENT: Schema = {"type": ["string", "number", "null"]}
NAME: Schema = {"type": "string", "minLength": 1, "maxLength": 400}
WHO = Parameter(
    "customer_id",
    "The customer's ID, or `field:value` of an external-ID field, such as `loyalty_barcode:1234`.",
    NAME,
    example="0519001",
    place="path",
)


def _fields() -> str:
    described = ", and ".join(", ".join(part.fields) for part in reversed(contributed(CustomerPart)) if part.fields)
    return f"What to add, separated by commas: {described}. What is unknown is left out."


FIELDS = Parameter("fields", lazy(_fields, str)(), example="purchases.mtd,expiring_points")


def _parts() -> dict[str, Schema]:
    return {name: schema for part in contributed(CustomerPart) for name, schema in part.schema.items()}


def _customer() -> Schema:
    answers = {name: schema for answer in contributed(CustomerAnswer) for name, schema in answer.schema.items()}
    optional = {name for part in contributed(CustomerPart) for name in part.optional}
    found = {**fields_of(CustomerObject), **_parts(), **answers}
    return shape("Customer", found, optional={*optional, *answers})


def _brief() -> Schema:
    found = {**fields_of(CustomerObject), **_parts()}
    described = "The ID, and what `fields` asks for."
    return shape("CustomerFound", found, optional=set(found) - {"id"}, description=described)


STATUS = fields_of(CustomerObject)["status"]
CUSTOMER = later(_customer)
BRIEF = later(_brief)
LINK = described(_MAYBE, "Path and query of the next or previous page; null where there is none.")
FOUND: Schema = {
    "oneOf": [shape("CustomersFound", {"data": list_of(BRIEF), "next": LINK, "previous": LINK}), BRIEF],
    "description": "One match is an object, several are a list, nobody is an empty list.",
}
PROFILE: Schema = {
    "title": "Profile",
    "type": "object",
    "properties": {
        **dict.fromkeys(
            "first_name last_name nickname handler email mobile_phone gender language country currency image_url".split(),
            _SENT,
        ),
        "birth_date": nullable(DAY_OR_EMPTY),
    },
    "description": "Built-in fields, and your own by their names; null or an empty text clears one.",
}
RECEIPT = shape(
    "Receipt",
    {
        "reference": described(TEXT, "Names the erasure for good.", format="uuid"),
        "requested_at": MOMENT,
        "completed_at": described(nullable(MOMENT), "Null while a place is open."),
        "banned": FLAG,
        "reason": {"oneOf": [one_of(*BanReason.values), {"type": "null"}]},
        "places": list_of(
            shape(
                "ErasedPlace",
                {
                    "place": TEXT,
                    "erased": described(nullable(WHOLE), "How many rows or files."),
                    "done_at": nullable(MOMENT),
                },
            )
        ),
    },
    description="What was erased, where and when. It holds nothing of the person.",
)
EVERYTHING = shape(
    "PersonalData",
    {
        "id": TEXT,
        "data": map_of({"type": "array", "items": {"type": "object"}}, "The rows of each table, by its name."),
    },
)
