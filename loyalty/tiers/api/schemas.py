"""What the APIs say of tiers, for the description of the interface. Its examples are of `tests/api/example_world.py`."""

from typing import Any

from loyalty.api.docs.describe import Schema
from loyalty.api.docs.shapes import DAY, FLAG, MOMENT, NUMBER, TEXT, described, list_of, map_of, nullable, one_of, shape
from loyalty.tiers.enums import Expiration, StructureStatus, StructureType

_ID = described(TEXT, "The ID of the level.")
_NAME = described(TEXT, "In the customer's language, else in the brand's, else in English.")
_POINTS = {
    "threshold": described(NUMBER, "The status points that reach the level."),
    "points": described(NUMBER, "The status points that count now; spending and expiry of points do not touch them."),
    "points_after_expiration": described(NUMBER, "What is left of them at the next boundary, if nothing else happens."),
}
_NEXT = {
    "id": TEXT,
    "name": TEXT,
    "points": described(NUMBER, "How many status points are still missing."),
}
_TIER = shape(
    "CustomerTier",
    {
        "id": _ID,
        "name": _NAME,
        "since": described(MOMENT, "When the customer got it, with the programme's offset."),
        **_POINTS,
        "expdate": described(MOMENT, "The local midnight at which it is computed anew: it is valid through the day before."),
        "structure": shape("TierStructureName", {"id": TEXT, "name": TEXT}),
        "next": shape("NextTier", _NEXT, description="The level above; left out on the top."),
    },
    optional=("expdate", "next"),
)  # fmt: skip
OF_CUSTOMER: dict[str, Schema] = {
    "tiers": list_of(
        _TIER,
        description="The customer's level in each tier structure, while the module Tiers is on; empty without a level.",
    )
}
_READ_TIER = shape(
    "ReadTier",
    {
        "_id": _ID,
        "name": _NAME,
        "since": described(MOMENT, "When the customer got it, in UTC."),
        **_POINTS,
        "expdate": described(DAY, "The day as which it is computed anew: it is valid through the day before."),
        "manual": described(FLAG, "Whether it was set by hand."),
        "event": described(TEXT, "The ID of the event that set it."),
        "history": map_of(NUMBER, "The status points of each day that has any."),
        "next": shape(
            "ReadNextTier", _NEXT, optional=_NEXT, description="The level above; an empty object on the top."
        ),
    },
    optional=("expdate", "event"),
)
OF_READ_CUSTOMER: dict[str, Schema] = {
    "tiers": map_of(_READ_TIER, "By the structure's ID, while the module Tiers is on.")
}
_LEVEL = shape(
    "TierLevel",
    {
        "id": TEXT,
        "name": map_of(TEXT, "By language."),
        "threshold": described(NUMBER, "The status points that reach it."),
    },
)
STRUCTURE = shape(
    "TierStructure",
    {
        "id": described(TEXT, "The ID of the structure."),
        "name": TEXT,
        "status": one_of(*StructureStatus.values),
        "account": shape(
            "TierAccount", {"id": TEXT, "name": TEXT}, description="Whose points count, or are multiplied."
        ),
        "type": one_of(*StructureType.values),
        "expiration_type": one_of(*Expiration.values),
        "rolling_months": described(nullable(TEXT), "How many months count, as a text; null unless `rolling`."),
        "calendar_expirations": list_of(TEXT, description="The dates on which a period begins, as `01-31`."),
        "tiers": list_of(_LEVEL, description="The levels, from the lowest."),
    },
)

_GOLD = {"id": "gold", "name": "Gold", "points": 750}
_OF_ANN: dict[str, Any] = {
    "name": "Silver",
    "since": "2026-10-02T16:05:00+00:00",
    "threshold": 250,
    "points": 250,
    "points_after_expiration": 0,
    "next": _GOLD,
}
OF_ANN = [
    {
        "id": "silver",
        **_OF_ANN,
        "expdate": "2027-10-02T00:00:00+00:00",
        "structure": {"id": "status", "name": "Status"},
    }
]
READ_OF_ANN = {
    "status": {
        "_id": "silver",
        **_OF_ANN,
        "expdate": "2027-10-02",
        "manual": False,
        "event": "17",
        "history": {"2026-10-02": 250},
    }
}
STATUS = {
    "id": "status",
    "name": "Status",
    "status": "active",
    "account": {"id": "main", "name": "Main account"},
    "type": "point_based",
    "expiration_type": "rolling",
    "rolling_months": "12",
    "calendar_expirations": [],
    "tiers": [
        {"id": "bronze", "name": {"en": "Bronze"}, "threshold": 150},
        {"id": "silver", "name": {"en": "Silver"}, "threshold": 250},
        {"id": "gold", "name": {"en": "Gold"}, "threshold": 1000},
    ],
}
