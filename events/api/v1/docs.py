"""The event and the transaction of the Read API, for the description of the interface."""

from loyalty.api.docs.describe import Example
from loyalty.api.docs.shapes import (
    DAY,
    FLAG,
    MOMENT,
    NUMBER,
    TEXT,
    UNIX,
    WHOLE,
    described,
    list_of,
    map_of,
    one_of,
    shape,
)

_ALWAYS = {
    "_id": TEXT,
    "timestamp": described(MOMENT, "When it took effect."),
    "unix_timestamp": UNIX,
    "process_timestamp": described(MOMENT, "When it was recorded."),
    "date": described(DAY, "The day of `timestamp`, in UTC."),
    "customer": described(TEXT, "The brand's ID of the customer."),
    "action": TEXT,
    "points": described(WHOLE, "By how much what can be spent changed."),
    "properties": described({"type": "object"}, "The attributes."),
    "admin": described(FLAG, "Whether staff recorded it in the back office."),
    "source": described(TEXT, "How it came in."),
    "cid": described(
        TEXT, "The ID of the event that all of the same operation followed from; its own where it was the first."
    ),
    "snapshot": described(
        shape("ReadSnapshot", dict.fromkeys(("score", "spent", "pending", "expired"), WHOLE)),
        "The figures of the default account right after it was recorded.",
    ),
}
_SOMETIMES = {
    "ip_address": TEXT,
    "user_agent": TEXT,
    "parent": described(TEXT, "The ID of the event that caused it."),
    "change": described(
        shape(
            "ReadChange",
            {"id": TEXT, "at": MOMENT, "by": described(TEXT, "The ID of the member of staff.")},
            optional=["by"],
        ),
        "The last change of the day on which its points expire.",
    ),
    "hash": described(TEXT, "Of a checkout, a claim or an item: what may come once."),
    "user_id": described(WHOLE, "The ID of the member of staff who recorded it."),
    "account": described(TEXT, "The ID of the points account that it concerns."),
    "original": described(TEXT, "The ID of the merged-away profile whose event it was."),
    "expdate": described(DAY, "The last day on which the points that it earned are valid."),
    "usages": map_of(WHOLE, "By event, how many of the points it used; fewer than none if it gave some back."),
    "used_points": described(WHOLE, "All of these."),
    "expired": described(FLAG, "Of what earned points: whether none of them is left."),
}
EVENT = shape("ReadEvent", {**_ALWAYS, **_SOMETIMES}, optional=_SOMETIMES)

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

_LINE = {
    "transaction_id": TEXT,
    "quantity": described(NUMBER, "Pieces, or by weight; below 0 where the line lowers the order."),
    "points_rewarded": described(WHOLE, "The points that the line earns by itself, pending ones included."),
    "subtotal": described(NUMBER, "What it costs, less its discount."),
    "total_quantity": described(NUMBER, "Of all lines that do not lower the order."),
}
_LINE_BESIDES = {
    "line_id": described(TEXT, "The sender's ID of the line."),
    "total": described(NUMBER, "What it costs without the discount."),
    "price": described(NUMBER, "Of one."),
    "discount": described(NUMBER, "Of the whole line."),
    "product_id": TEXT,
    "product_name": TEXT,
    "product_url": TEXT,
    "currency": TEXT,
}
_ORDER = {
    "_id": described(TEXT, "The brand's ID of the order."),
    "created_at": described(MOMENT, "When it was first heard of."),
    "updated_at": MOMENT,
    "customer": described(TEXT, "The brand's ID of the customer."),
    "status": one_of("draft", "pending", "accepted", "rejected", "refunded"),
    "items": list_of(shape("ReadItem", {**_LINE, **_LINE_BESIDES}, optional=_LINE_BESIDES)),
    "total": NUMBER,
    "earned": described(WHOLE, "The points that the customer was credited with."),
    "burned": described(WHOLE, "The points that paid a part of it."),
    "events": list_of(shape("ReadReference", {"_id": TEXT, "action": TEXT, "points": WHOLE})),
    "points_rewarded": described(WHOLE, "The points that it earns, pending ones included."),
}
_ORDER_BESIDES = {
    "event": described(TEXT, "The ID of its checkout; a draft has none."),
    "currency": TEXT,
    "account": described(TEXT, "The ID of its points account."),
    "auto_accept": described(DAY, "The day on which it is accepted by itself, while it waits for that."),
}
TRANSACTION = shape("ReadTransaction", {**_ORDER, **_ORDER_BESIDES}, optional=_ORDER_BESIDES)

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
