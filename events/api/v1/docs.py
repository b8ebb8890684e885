"""The event and the transaction of the Read API, for the description of the interface."""

from loyalty.api.docs.describe import Example, Schema
from loyalty.api.docs.shapes import later, shape
from loyalty.api.wire import fields_of, optional_in, schema_of
from loyalty.contributions import contributed

from .objects import ReadEventObject, ReadEventPart
from .orders import ReadTransactionObject


def _event() -> Schema:
    parts = contributed(ReadEventPart)
    found = {name: schema for part in parts for name, schema in part.schema.items()}
    optional = {name for part in parts for name in part.optional}
    return shape(
        "ReadEvent", {**fields_of(ReadEventObject), **found}, optional={*optional_in(ReadEventObject), *optional}
    )


EVENT = later(_event)
TRANSACTION = schema_of(ReadTransactionObject)

_BEN_EVENT = {
    "_id": "13",
    "timestamp": "2026-10-02T16:05:00+00:00",
    "unix_timestamp": 1790957100,
    "process_timestamp": "2026-10-02T16:05:00+00:00",
    "date": "2026-10-02",
    "customer": "0519002",
    "action": "point_add",
    "points": 100,
    "properties": {"points": 100},
    "admin": False,
    "source": "Events API",
    "account": "main",
    "cid": "13",
    "snapshot": {"score": 100, "spent": 0, "pending": 0, "expired": 0},
    "expired": False,
}
EVENT_EXAMPLES = (
    Example(
        "What brought Ben points",
        None,
        {
            "status": "success",
            "metadata": {"pagination": {"next": None, "previous": None}},
            "payload": {"events": [_BEN_EVENT]},
        },
        path={"customer_id": "0519002"},
        query={"filter[points][gt]": "0", "sort[0][field]": "date", "sort[0][direction]": "asc"},
    ),
)

TRANSACTION_EXAMPLES = (
    Example(
        "What Ann bought",
        None,
        {
            "status": "success",
            "metadata": {"pagination": {"next": None, "previous": None}},
            "payload": {
                "transactions": [
                    {
                        "_id": "R-1000",
                        "created_at": "2026-10-02T16:05:00+00:00",
                        "updated_at": "2026-10-02T16:05:00+00:00",
                        "customer": "0519001",
                        "status": "accepted",
                        "event": "14",
                        "items": [
                            {
                                "transaction_id": "R-1000",
                                "total": 250,
                                "price": 125,
                                "product_id": "JUG-RED",
                                "product_name": "Red jug",
                                "quantity": 2,
                                "points_rewarded": 0,
                                "subtotal": 250,
                                "currency": "EUR",
                                "total_quantity": 2,
                            }
                        ],
                        "total": 250,
                        "earned": 250,
                        "burned": 0,
                        "events": [
                            {"_id": "14", "action": "checkout", "points": 250},
                            {"_id": "15", "action": "checkout_item", "points": 0},
                        ],
                        "currency": "EUR",
                        "points_rewarded": 250,
                        "account": "main",
                    }
                ]
            },
        },
        query={"filter[status][eq]": "accepted", "filter[checkout_date][gte]": "2026-10-01"},
    ),
)
