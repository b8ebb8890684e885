"""What `/events` takes and answers, for the description of the interface."""

from functools import partial

from loyalty.api.docs.describe import Example, Operation, Schema
from loyalty.api.docs.shapes import TEXT, WHOLE, described, later, list_of, one_of, shape
from loyalty.api.wire import fields_of, schema_of
from loyalty.contributions import contributed

from .schemas import bulk_schema, event_schema
from .serializers import ChangeObject, OutcomePart, SummaryObject

MAX_BULK = 500


def _effect() -> Schema:
    parts = [part.event_schema for part in contributed(OutcomePart)]
    return shape(
        "Effect", {name: schema for part in (fields_of(ChangeObject), *parts) for name, schema in part.items()}
    )


def _member() -> Schema:
    parts = [part.customer_schema for part in contributed(OutcomePart)]
    found = {name: schema for part in (fields_of(SummaryObject), *parts) for name, schema in part.items()}
    events = list_of(EFFECT, description="What changed the spendable points; empty if nothing did.")
    return shape("Summary", {**found, "events": events}, description=SummaryObject.__doc__)


EFFECT = later(_effect)
_DEPARTED = shape(
    "SummaryOfDeparted",
    {"id": TEXT, "status": one_of("opted_out", "banned"), "events": list_of(EFFECT, maxItems=0)},
    description="Of somebody who has just left.",
)
_NOBODY = shape(
    "SummaryOfNobody",
    {"events": list_of(EFFECT)},
    description="A guest is no customer, and a page that sends unsigned is told nothing of one.",
)
SUMMARY = {"title": "EventAnswer", "oneOf": [later(_member), _DEPARTED, _NOBODY]}
PROBLEM = shape("Problem", {"type": TEXT, "code": WHOLE, "message": TEXT})
RESULT = shape(
    "Result",
    {"events": list_of(schema_of(ChangeObject)), "error": PROBLEM},
    optional=["events", "error"],
    description="Either `events` or `error`.",
    minProperties=1,
    maxProperties=1,
)

_ANN = {
    "id": "0519001",
    "created_at": "2026-01-15T09:30:00Z",
    "handler": None,
    "status": "active",
    "score": 250,
    "spent": 0,
    "pending": 0,
    "expired": 0,
    "spendable": 250,
    "language": "en",
    "currency": "EUR",
    "first_name": "Ann",
    "last_name": "Example",
    "email": "ann@example.com",
    "mobile_phone": None,
    "image_url": None,
}
_MUG = {
    "product_id": "MUG-BLUE",
    "product_name": "Blue mug",
    "product_category": "mugs",
    "quantity": 2,
    "price": 12.5,
    "subtotal": 25,
}
_CHECKOUT = {
    "customer": "0519001",
    "action": "checkout",
    "data": {"transaction_id": "R-1001", "total": 25, "items": [_MUG]},
}
_MAIN = {"id": "main", "name": "Main account"}
_UNKNOWN = {"type": "NotFoundException", "code": 160212, "message": "Customer not found"}

RECORD = Operation(
    "Record an event",
    SUMMARY,
    "The door for everything that happens to a customer: orders, points, profiles. It answers the customer after it. An order"
    " pays once: its transaction ID a second time is refused with 5003 and changes nothing.",
    body=event_schema,
    refusals={
        400: "A rule refuses the event: `code` says which, and the message names the attribute.",
        404: "160212: there is no such customer, and the action may not create one.",
    },
    examples=[
        Example(
            "A purchase of two mugs",
            _CHECKOUT,
            {**_ANN, "score": 275, "spendable": 275, "events": [{"id": "17", "action": "checkout", "points": 25, "expdate": None, "account": _MAIN}]},
        ),
        Example(
            "Points by hand, valid until the end of the year",
            {"customer": "0519001", "action": "point_add", "data": {"points": 50, "reason": "Sorry for the delay", "expdate": "2026-12-31"}},
            {**_ANN, "score": 300, "spendable": 300, "events": [{"id": "17", "action": "point_add", "points": 50, "expdate": "2026-12-31", "account": _MAIN}]},
        ),
        Example(
            "By the number of the customer's card",
            {"customer": "1234", "external_id": "loyalty_barcode", "action": "point_spend", "data": {"points": 100}},
            {**_ANN, "spent": 100, "spendable": 150, "events": [{"id": "17", "action": "point_spend", "points": -100, "expdate": None, "account": _MAIN}]},
        ),
        Example(
            "A receipt that was sent before",
            {"customer": "0519001", "action": "checkout", "data": {"transaction_id": "R-1000", "total": 250}},
            {"error": {"type": "BadRequestException", "code": 5003, "message": "Transaction ID already used"}},
            status=400,
        ),
        Example(
            "An unknown customer",
            {"customer": "0519999", "action": "point_add", "data": {"points": 50}},
            {"error": _UNKNOWN},
            status=404,
        ),
    ],
)  # fmt: skip

RECORD_BULK = Operation(
    "Record up to 500 events",
    shape(
        "Results",
        {
            "results": list_of(RESULT, description="One for each event, in their order."),
            "total": described(WHOLE, "How many events there were."),
            "errors": described(WHOLE, "How many of them were refused."),
        },
    ),
    "Each event by itself, in their order: one that is refused does not stop the others, and the answer is 200 all the same."
    " Guest checkouts are not taken here.",
    body=partial(bulk_schema, MAX_BULK),
    examples=[
        Example(
            "Two of three are recorded",
            {
                "events": [
                    {"customer": "0519001", "action": "point_add", "data": {"points": 325}},
                    {"customer": "0519999", "action": "point_add", "data": {"points": 10}},
                    {"customer": "0519002", "action": "point_sub", "data": {"points": 35}},
                ]
            },
            {
                "results": [
                    {"events": [{"id": "17", "action": "point_add", "points": 325}]},
                    {"error": _UNKNOWN},
                    {"events": [{"id": "18", "action": "point_sub", "points": -35}]},
                ],
                "total": 3,
                "errors": 1,
            },
        )
    ],
)
