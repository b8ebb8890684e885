"""The event and the transaction of the Read API, for the description of the interface."""

from loyalty.api.describe import Example
from loyalty.api.shapes import DAY, FLAG, MOMENT, TEXT, UNIX, WHOLE, map_of, shape, told

_ALWAYS = {
    "_id": TEXT,
    "timestamp": told(MOMENT, "When it took effect."),
    "unix_timestamp": UNIX,
    "process_timestamp": told(MOMENT, "When it was recorded."),
    "date": told(DAY, "The day of `timestamp`, in UTC."),
    "customer": told(TEXT, "The brand's ID of the customer."),
    "action": TEXT,
    "points": told(WHOLE, "By how much what can be spent changed."),
    "properties": told({"type": "object"}, "The attributes."),
    "admin": told(FLAG, "Whether staff recorded it in the back office."),
    "source": told(TEXT, "How it came in."),
    "cid": told(
        TEXT, "The ID of the event that all of the same operation followed from; its own where it was the first."
    ),
    "snapshot": told(
        shape("ReadSnapshot", dict.fromkeys(("score", "spent", "pending", "expired"), WHOLE)),
        "The figures of the default account right after it was recorded.",
    ),
}
_SOMETIMES = {
    "ip_address": TEXT,
    "user_agent": TEXT,
    "parent": told(TEXT, "The ID of the event that caused it."),
    "change": told(
        shape(
            "ReadChange",
            {"id": TEXT, "at": MOMENT, "by": told(TEXT, "The ID of the member of staff.")},
            optional=["by"],
        ),
        "The last change of the day on which its points expire.",
    ),
    "hash": told(TEXT, "Of a checkout, a claim or an item: what may come once."),
    "user_id": told(WHOLE, "The ID of the member of staff who recorded it."),
    "account": told(TEXT, "The ID of the points account that it concerns."),
    "original": told(TEXT, "The ID of the merged-away profile whose event it was."),
    "expdate": told(DAY, "The last day on which the points that it earned are valid."),
    "usages": map_of(WHOLE, "By event, how many of the points it used; fewer than none if it gave some back."),
    "used_points": told(WHOLE, "All of these."),
    "expired": told(FLAG, "Of what earned points: whether none of them is left."),
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
