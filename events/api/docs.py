"""What `/events` takes and answers, for the description of the interface."""

from customers.api.schemas import STATUS
from loyalty.api.docs.describe import Example, Operation, Schema
from loyalty.api.docs.shapes import DAY, MOMENT, TEXT, WHOLE, asked, list_of, maybe, one_of, shape, told

MAX_BULK = 500
_ID: Schema = {"type": ["string", "integer"], "minLength": 1, "maxLength": 128}
_AMOUNT: Schema = {"type": ["number", "string"], "minimum": 0}
# Below 0 on a line that lowers the order.
_SIGNED: Schema = {"type": ["number", "string"]}
_COUNT: Schema = {"type": ["integer", "string"], "minimum": 1}

ITEM = asked(
    "Item",
    {
        "line_id": told(
            {"type": ["string", "integer"]}, "Your ID of the line, by which later events find it.", maxLength=128
        ),
        "product_id": told(TEXT, "Your ID of the product."),
        "product_name": TEXT,
        "product_category": TEXT,
        "quantity": told(
            _SIGNED, "How many, or how much with up to three decimals; 1 if absent. Below 0 for what is given back."
        ),
        "price": told(_SIGNED, "Of one."),
        "discount": told(_SIGNED, "Of the whole line."),
        "subtotal": told(
            _SIGNED, "price × quantity − discount, unless it is given. Below 0 the line lowers the order."
        ),
        "points_rewarded": told(WHOLE, "What the line earns instead of the rules, for keys that may fix points."),
    },
)
DATA = asked(
    "EventData",
    {
        "transaction_id": told(
            {"type": ["string", "integer"]}, "Your ID of the order. It pays once, whoever sends it.", maxLength=128
        ),
        "total": told(_AMOUNT, "Of a checkout: what was paid."),
        "currency": told(TEXT, "ISO 4217; the programme's if absent."),
        "items": list_of(ITEM, description="The lines of a checkout."),
        "points_burned": told(_COUNT, "Points that pay a part of the order; they are spent before it earns."),
        "points_rewarded": told(WHOLE, "What the order earns instead of the rules, for keys that may fix points."),
        "points": told({"type": ["integer", "string"]}, "Of the actions that move points by hand."),
        "reason": told(TEXT, "Why, for the history."),
        "expdate": told(DAY, "The last day on which added points are valid."),
        "amount": told(_AMOUNT, "Of `partial_refund`: how much money is given back."),
        "effective_timestamp": told(
            {"type": ["integer", "number", "string"]},
            "When it happened, if not now: unix seconds or an ISO 8601 time, from 2000-01-01 on and not in the future;"
            " up to 300 seconds ahead are taken as now.",
        ),
    },
    description="The attributes of the action; those of a profile, of your own fields and of your own actions beside these.",
)
_FIELDS = {
    "customer": told(_ID, "The customer's ID, or the value of the field that `external_id` names."),
    "action": told(
        {"type": "string", "minLength": 1, "maxLength": 128},
        "What happened, such as `checkout`, `opt_in`, `point_add`, or an action of your own.",
    ),
    "data": DATA,
    "external_id": told(TEXT, "The name of the external-ID field whose value `customer` is."),
    "account": told(TEXT, "The ID of the points account; the default one if absent."),
}
EVENT = asked(
    "Event",
    {
        **_FIELDS,
        "guest": told(
            one_of("true", "false"),
            "`true`: a checkout of somebody who is no customer, kept until a `checkout_claim` names its transaction.",
        ),
    },
    required=["customer", "action"],
)
BULK = asked(
    "Events",
    {"events": list_of(asked("BulkEvent", _FIELDS, required=["customer", "action"]), minItems=1, maxItems=MAX_BULK)},
    required=["events"],
)

ACCOUNT = shape("AccountName", {"id": TEXT, "name": TEXT})
_CHANGE = {
    "id": told(TEXT, "The ID of the event."),
    "action": TEXT,
    "points": told(WHOLE, "How many, negative if they went."),
}
EFFECT = shape(
    "Effect",
    {
        **_CHANGE,
        "expdate": told(maybe(DAY), "The last day on which they are valid; null: for ever."),
        "account": ACCOUNT,
    },
)
_MAYBE = maybe(TEXT)
SUMMARY = shape(
    "Summary",
    {
        "id": told(TEXT, "The customer's ID."),
        "created_at": MOMENT,
        "handler": _MAYBE,
        "status": STATUS,
        "score": told(WHOLE, "All points ever earned."),
        "spent": WHOLE,
        "pending": told(WHOLE, "Points that wait for the acceptance of their order."),
        "expired": WHOLE,
        "spendable": told(WHOLE, "Points that can be spent now."),
        **dict.fromkeys(
            ["language", "currency", "first_name", "last_name", "email", "mobile_phone", "image_url"], _MAYBE
        ),
        "events": list_of(EFFECT, description="What changed the spendable points; empty if nothing did."),
    },
    description="The customer after the event. A guest is no customer: there is nothing but an empty `events`. Of somebody"
    " who has just opted out, there is `id`, `status` and an empty `events`.",
)
SUMMARY = {**SUMMARY, "required": ["events"]}
PROBLEM = shape("Problem", {"type": TEXT, "code": WHOLE, "message": TEXT})
RESULT = shape(
    "Result",
    {"events": list_of(shape("Change", _CHANGE)), "error": PROBLEM},
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
    body=EVENT,
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
            "total": told(WHOLE, "How many events there were."),
            "errors": told(WHOLE, "How many of them were refused."),
        },
    ),
    "Each event by itself, in their order: one that is refused does not stop the others, and the answer is 200 all the same."
    " Guest checkouts are not taken here.",
    body=BULK,
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
