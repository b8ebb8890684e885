"""Products and stores on the wire, with the examples of the description."""

from typing import Any

from loyalty.api.docs.describe import Schema
from loyalty.api.docs.shapes import NUMBER, TEXT, described, nullable, one_of, request_body, shape
from loyalty.catalogue.enums import SHOWN

_STATUS = one_of(*SHOWN)
_MAYBE = nullable(TEXT)
_POSITION = shape("Position", {"latitude": NUMBER, "longitude": NUMBER}, description="In degrees.")
_PRODUCT: dict[str, Schema] = {
    "name": TEXT,
    "category": described(_MAYBE, "In any case; one that is new is made."),
    "price": described(nullable(NUMBER), "For show; at most four decimals."),
    "url": described(_MAYBE, "Of its page, with http or https."),
    "image": described(_MAYBE, "Of its picture."),
    "status": _STATUS,
}
_STORE: dict[str, Schema] = {
    "name": TEXT,
    "address": _MAYBE,
    "position": nullable(_POSITION),
    "status": _STATUS,
}
_ID = {"id": described(TEXT, "As orders name it.")}
PRODUCT = shape("Product", {**_ID, **_PRODUCT})
STORE = shape("Store", {"id": TEXT, **_STORE})
NEW_PRODUCT = request_body("NewProduct", {**_ID, **_PRODUCT}, required=["name"])
CHANGED_PRODUCT = request_body("ChangedProduct", _PRODUCT)
NEW_STORE = request_body("NewStore", {"id": TEXT, **_STORE}, required=["name"])
CHANGED_STORE = request_body("ChangedStore", _STORE)

MUG: dict[str, Any] = {
    "id": "MUG-BLUE",
    "name": "Blue mug",
    "category": "mugs",
    "price": 12.5,
    "url": "https://shop.example.com/mugs/blue",
    "image": None,
    "status": "active",
}
VIENNA: dict[str, Any] = {
    "id": "vienna",
    "name": "Vienna, Graben",
    "address": "Graben 1, 1010 Wien",
    "position": {"latitude": 48.20886, "longitude": 16.36889},
    "status": "active",
}
