"""What the description of the interface shows of tiers. Its examples are of `tests/api/example_world.py`."""

from typing import Any

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
