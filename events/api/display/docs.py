"""What the Display API's lists of events and orders take and answer, with examples that a test sends."""

from typing import Any

from customers.api.schemas import NAME, WHO
from events.orders.enums import TransactionStatus
from loyalty.api.docs.describe import Example, Operation, Parameter, Schema
from loyalty.api.docs.shapes import (
    TEXT,
    WHOLE,
    described,
    later,
    list_of,
    one_of,
    or_empty,
    request_body,
    shape,
)
from loyalty.api.lists.docs import AFTER
from loyalty.api.lists.paging import MAX_LIMIT, MAX_OFFSET
from loyalty.api.lists.parameters import parameters_of
from loyalty.api.wire import fields_of, optional_in, schema_of
from loyalty.contributions import contributed

from .filters import EventFilters, EverybodysEventFilters, TransactionFilters
from .objects import AnybodysEventObject, EventPart, HistoryEventObject, TransactionObject


def _with_parts(title: str, declared: type[HistoryEventObject]) -> Schema:
    parts = {name: schema for part in contributed(EventPart) for name, schema in part.schema.items()}
    return shape(title, {**fields_of(declared), **parts}, optional={*optional_in(declared), *parts})


HISTORY_EVENT = later(lambda: _with_parts("HistoryEvent", HistoryEventObject))
ANYBODYS_EVENT = later(lambda: _with_parts("AnybodysEvent", AnybodysEventObject))
_PAGES = {
    "prev": described(TEXT, "Path and query of the page before, if there is one and `limit` was given."),
    "next": described(TEXT, "Path and query of the page after, if there is one and `limit` was given."),
}
HISTORY = shape("History", {"data": list_of(HISTORY_EVENT), **_PAGES}, optional=_PAGES)
EVERYBODYS = shape(
    "EverybodysHistory",
    {"total": described(WHOLE, "Exact up to 10,000, an estimate beyond."), "data": list_of(ANYBODYS_EVENT), **_PAGES},
    optional=_PAGES,
)

TRANSACTION = schema_of(TransactionObject)
FOUND = shape("Transactions", {"data": list_of(TRANSACTION), **_PAGES}, optional=_PAGES)
DETAILED = shape(
    "TransactionWithEvents",
    {
        **fields_of(TransactionObject),
        "events": list_of(HISTORY_EVENT, description="With `fields=events`: its last events, 100 at most."),
    },
    optional={*optional_in(TransactionObject), "events"},
)

ORDER_ID = Parameter("transaction_id", "Your ID of the order.", NAME, example="R-1000", place="path")
LIMIT = {**WHOLE, "minimum": 1, "maximum": MAX_LIMIT, "default": MAX_LIMIT}
OFFSET = {**WHOLE, "minimum": 0, "maximum": MAX_OFFSET, "default": 0}
PAGE = [
    Parameter("limit", "How many at most.", or_empty(LIMIT)),
    Parameter("offset", "How many to leave out.", or_empty(OFFSET)),
]
ORDER = Parameter(
    "order",
    "`desc`: the last that happened first. `asc`: in the order of recording.",
    {**one_of("asc", "desc", ""), "default": "desc"},
)
EVENT_FILTERS = parameters_of(EventFilters)
REFERENCES = Parameter(
    "references",
    "`true`: names of challenges and rewards; it adds nothing before there are such.",
    {**TEXT, "pattern": "^(true|false|1|0)?$"},
)
REFUSALS = {
    400: "300121, 300123: `offset` or `limit`. 300122: a parameter that is none of these, which is never ignored; or the"
    " list takes more than three seconds."
}
UNKNOWN = {**REFUSALS, 404: "160212: there is no such customer."}
NOT_THEIRS = {**REFUSALS, 404: "160212: there is no such customer. 0: the customer has no such order."}

_OCTOBER = "2026-10-02T16:05:00.000Z"
_BOUGHT: dict[str, Any] = {
    "id": "17",
    "action": "checkout",
    "label": "Checkout",
    "points": 250,
    "timestamp": _OCTOBER,
    "properties": [
        {"name": "transaction_id", "label": "Transaction ID", "value": "R-1000"},
        {"name": "total", "label": "Total", "value": 250},
        {"name": "currency", "label": "Currency", "value": "EUR"},
    ],
}
_GIVEN: dict[str, Any] = {
    "id": "17",
    "action": "point_add",
    "label": "Point add",
    "Customer": {"id": "0519002"},
    "points": 100,
    "timestamp": _OCTOBER,
    "properties": [{"name": "points", "label": "Points", "value": 100}],
}
JUGS: dict[str, Any] = {
    "id": "R-1000",
    "status": "accepted",
    "event": "17",
    "created_at": _OCTOBER,
    "updated_at": _OCTOBER,
    "total": 250,
    "items": [{"product_id": "JUG-RED", "quantity": 2, "subtotal": 250}],
    "earned": 250,
}


def _error(code: int, message: str, kind: str = "BadRequestException") -> dict[str, Any]:
    return {"error": {"type": kind, "code": code, "message": message}}


_NO_CUSTOMER = Example(
    "An unknown customer",
    None,
    _error(160212, "Customer not found", "NotFoundException"),
    path={"customer_id": "0519999"},
    status=404,
)
_NO_ORDER = Example(
    "Somebody else's order",
    None,
    _error(112210, "Transaction not found", "NotFoundException"),
    path={"customer_id": "0519002"},
    status=404,
)
EVENTS_OF_CUSTOMER = Operation(
    "List a customer's events",
    HISTORY,
    "What happened, the last first; of a customer into whom others were merged, their events too. Only actions that are"
    " exposed in the Display API come.",
    parameters=[WHO, *EVENT_FILTERS, REFERENCES, ORDER, *PAGE],
    refusals=UNKNOWN,
    examples=[
        Example("Purchases", None, {"data": [_BOUGHT]}, query={"action.in": "checkout,refund"}),
        Example(
            "What moved points, by the number of the card",
            None,
            {"data": [_BOUGHT]},
            path={"customer_id": "loyalty_barcode:1234"},
            query={"points_only": "true"},
        ),
        _NO_CUSTOMER,
    ],
)
EVENTS_OF_EVERYBODY = Operation(
    "List everybody's events",
    EVERYBODYS,
    "What happened to whomever, the last first. Events of a merged profile are those of the customer into whom it was"
    " merged; those of customers who left do not come.",
    parameters=[
        *parameters_of(EverybodysEventFilters),
        Parameter("order", "`desc`: the last that happened first. `asc`: the first.", ORDER.schema),
        *PAGE,
        AFTER,
    ],
    refusals=REFUSALS,
    examples=[
        Example(
            "What happened in the autumn",
            None,
            {"total": 5, "data": [_GIVEN], "next": "/customers/-/events?timestamp.gt=2026-09-01&limit=1&offset=2", "prev": "/customers/-/events?timestamp.gt=2026-09-01&limit=1&offset=0"},
            query={"timestamp.gt": "2026-09-01", "limit": "1", "offset": "1"},
        )
    ],
)  # fmt: skip
EVENTS_OF_TRANSACTION = Operation(
    "List the events of an order",
    HISTORY,
    "Every event of the customer that names the order's ID.",
    parameters=[WHO, ORDER_ID, *EVENT_FILTERS, REFERENCES, ORDER, *PAGE],
    refusals=NOT_THEIRS,
    examples=[
        Example("The checkout of an order", None, {"data": [_BOUGHT]}, query={"action": "checkout"}),
        _NO_ORDER,
    ],
)
SHOW_TRANSACTION = Operation(
    "Show an order",
    shape("OneTransaction", {"data": list_of(DETAILED, minItems=1, maxItems=1)}),
    "A list of one.",
    parameters=[WHO, ORDER_ID, Parameter("fields", "`events`: its events too.", example="events")],
    refusals=NOT_THEIRS,
    examples=[Example("An order that was accepted", None, {"data": [JUGS]}), _NO_ORDER],
)
_ORDER_FILTERS = parameters_of(TransactionFilters)
LIST_TRANSACTIONS = Operation(
    "List a customer's orders",
    FOUND,
    "The last recorded first; those that came with merged profiles too. The order of a guest is nobody's until it is claimed.",
    parameters=[WHO, *_ORDER_FILTERS, *PAGE],
    refusals=UNKNOWN,
    examples=[Example("One order", None, {"data": [JUGS]}, query={"limit": "1"}), _NO_CUSTOMER],
)
SEARCH_TRANSACTIONS = Operation(
    "Search a customer's orders",
    FOUND,
    "The same as the list.",
    parameters=[WHO, *_ORDER_FILTERS, *PAGE],
    refusals=UNKNOWN,
    examples=[Example("Orders of these IDs", None, {"data": [JUGS]}, query={"id.in": "R-1000,R-2000"}), _NO_CUSTOMER],
)
# Of any type: what can be no ID finds nothing.
_IDS: Schema = {"description": "A list of texts, or texts separated by commas."}
SEARCH_MANY_TRANSACTIONS = Operation(
    "Search a customer's orders by a body",
    FOUND,
    "As by GET, with the filters in the body: room for thousands of IDs. A read: nothing changes.",
    parameters=[WHO],
    body=request_body(
        "TransactionSearch",
        {
            "id": described({}, "Of this ID: a text."),
            "id.in": _IDS,
            "status": described({}, f"One of {', '.join(TransactionStatus.values)}."),
            "status.in": _IDS,
            "limit": {**LIMIT, "type": ["integer", "string", "null"]},
            "offset": {**OFFSET, "type": ["integer", "string", "null"]},
        },
        description="Filters; times as in the query. A value that cannot be finds nothing, another name is refused.",
    ),
    refusals=UNKNOWN,
    examples=[
        Example("Accepted orders of these IDs", {"id.in": ["R-1000", "R-2000"], "status": "accepted"}, {"data": [JUGS]}),
        Example("None of these IDs", {"id.in": "R-2000,R-3000"}, {"data": []}),
    ],
)  # fmt: skip
