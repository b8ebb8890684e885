"""What the APIs say of segments. Examples are of `tests/api/example_world.py`."""

from typing import Any

from loyalty.api.docs.describe import Schema
from loyalty.api.docs.shapes import FLAG, MOMENT, TEXT, WHOLE, described, list_of, nullable, one_of, shape
from segments.enums import SegmentStatus

_MEMBERSHIP = shape(
    "SegmentMembership",
    {
        "id": described(TEXT, "The ID of the segment."),
        "name": TEXT,
        "status": one_of(*SegmentStatus.values),
        "since": described(MOMENT, "Since when the customer has been in it, in UTC."),
    },
)
OF_CUSTOMER: dict[str, Schema] = {
    "segments": list_of(
        _MEMBERSHIP,
        description="The segments that the customer is in, as they were last computed; by `fields=segments`.",
    )
}
SEGMENT = shape(
    "Segment",
    {
        "id": described(TEXT, "The ID of the segment."),
        "name": TEXT,
        "description": TEXT,
        "status": one_of(*SegmentStatus.values),
        "sentence": described(TEXT, "The rule in words; empty if it asks for what is not there any more."),
        "rule": described({"type": "object"}, "The rule, as the program file has it."),
        "announces": described(FLAG, "Whether events tell of entering and leaving."),
        "members": described(WHOLE, "How many customers are in it, as last computed."),
        "computed_at": described(nullable(MOMENT), "When that was, in UTC; null until the first complete computation."),
    },
)
BUYERS: dict[str, Any] = {
    "id": "buyers",
    "name": "Buyers",
    "description": "",
    "status": "active",
    "sentence": "bought",
    "rule": {"fact": "purchases.any"},
    "announces": False,
    "members": 1,
    "computed_at": "2026-10-03T10:00:00+00:00",
}
