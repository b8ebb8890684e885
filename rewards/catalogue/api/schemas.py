"""Rewards in the description of the interface, and its examples."""

from typing import Any

from loyalty.api.docs.describe import Schema
from loyalty.api.docs.shapes import (
    FLAG,
    MOMENT,
    TEXT,
    WHOLE,
    described,
    list_of,
    map_of,
    nullable,
    one_of,
    request_body,
    shape,
)
from rewards.catalogue.enums import SHOWN, LockKind, RewardType, TransferDate

_TEXTS: Schema = {**map_of(TEXT), "title": "TextsByLanguage"}
_MAYBE, _NUMBER, _MOMENT = nullable(TEXT), nullable(WHOLE), nullable(MOMENT)
_POINTS: Schema = {**map_of(WHOLE), "title": "PointsByCurrency"}
_INTERVAL = described(_MAYBE, "A number and a unit, such as `1 week`; at most ten years.")
_SHARED: dict[str, Schema] = {
    "type": one_of(*RewardType.values),
    "image_url": _MAYBE,
    "gallery": list_of(TEXT),
    "download_url": _MAYBE,
    "message": _MAYBE,
    "max_price": _NUMBER,
    "price_step": _NUMBER,
    "display_coming_soon": FLAG,
    "countdown_until_start": FLAG,
    "countdown_until_end": FLAG,
    "hidden": FLAG,
    "hide_restricted": FLAG,
    "visibility": _MAYBE,
    "stock": described(_NUMBER, "How many are left; null: without end."),
    "max_claims": described(_NUMBER, "How often one customer can claim it."),
    "limit": described(_NUMBER, "The same as `max_claims`."),
    "repeat_interval": _INTERVAL,
    "lock": one_of(*LockKind.values),
    "lock_seconds": WHOLE,
    "transferable": FLAG,
    "transferrable": FLAG,
    "transfer_points": _NUMBER,
    "transfer_limit": _NUMBER,
    "transfer_coupon_expiration": one_of(*TransferDate.values),
    "transfer_coupon_expires_in": _INTERVAL,
    "notifications": FLAG,
    "user_notification": FLAG,
    "user_notifications": FLAG,
    "coupon_pool": _MAYBE,
    "coupon_pools": described(list_of(TEXT), "Of a bundle several."),
    "stores": list_of(TEXT),
    "audience": described({"type": "object"}, "Groups that are admitted (`any`) and kept out (`not`)."),
    "custom_data": {"type": "object"},
    "order": WHOLE,
}
_NAMES = (
    "name", "description", "redeem_instructions", "terms", "claim_button_label", "restricted_message", "content",
)  # fmt: skip
_GROUP = shape("RewardSegment", {"id": TEXT, "name": TEXT, "status": TEXT})
_OF_ID = shape("RewardCategory", {"id": TEXT})
REWARD: Schema = {
    **shape(
        "Reward",
        {
            "id": TEXT,
            "status": one_of(*SHOWN),
            **dict.fromkeys(_NAMES, _TEXTS),
            **_SHARED,
            "price": _POINTS,
            "cost": described(_MAYBE, "What it costs the brand."),
            "starts_at": _MOMENT,
            "ends_at": described(_MOMENT, "The instant at which it is over."),
            "account": nullable(shape("RewardAccount", {"id": TEXT, "name": TEXT})),
            "category": nullable(_OF_ID),
            "segments": list_of(_GROUP),
            "webhook_data": map_of(TEXT),
        },
        description="With the brand's own fields, whose names begin with `cf_`, beside the others.",
    ),
    "additionalProperties": True,
}
_ANY: Schema = {}
_WRITTEN: dict[str, Schema] = {
    **dict.fromkeys(_NAMES, described({"type": ["string", "object", "null"]}, "A text, or texts by language.")),
    **dict.fromkeys(_SHARED, _ANY),
    "price": described(
        {"type": ["number", "string", "object", "null"]}, "In the programme's currency, or by currency."
    ),
    "cost": {"type": ["number", "string", "null"]},
    "starts_at": described(_ANY, "A day, or an ISO time; without an offset in the programme's time zone."),
    "ends_at": described(_ANY, "The same; a day is included."),
    "category": {"type": ["string", "object", "null"]},
    "segments": described(
        {"type": ["array", "null"], "items": {"type": ["string", "object"]}}, "IDs, or objects with one."
    ),
    "webhook_data": {"type": ["object", "array", "null"], "items": _ANY},
}
NEW_REWARD = request_body(
    "NewReward", {"id": nullable(TEXT), **_WRITTEN, "type": _SHARED["type"]}, required=["name", "type"]
)
CHANGED_REWARD = request_body(
    "ChangedReward", {**{name: one for name, one in _WRITTEN.items() if name != "type"}, "status": one_of(*SHOWN)}
)
CREATED: Schema = shape(
    "CreatedReward",
    {
        "id": TEXT,
        "status": TEXT,
        "type": TEXT,
        **{name: {"type": ["string", "object", "null"]} for name in ("name", "description", "claim_button_label")},
        "price": {"type": ["integer", "object"]},
        "hide_restricted": FLAG,
        "notifications": FLAG,
        "user_notification": FLAG,
        "transferable": FLAG,
    },
    description="Texts and price as they were sent.",
)

LATTE: dict[str, Any] = {
    "id": "latte",
    "type": "coupon",
    "status": "inactive",
    "name": {"en": "Free latte", "de": "Gratis-Latte"},
    "description": {"en": "One latte of your choice."},
    "redeem_instructions": {"en": "Show the code at the till."},
    "terms": {"en": "Not with other offers."},
    "claim_button_label": {"en": "Claim"},
    "restricted_message": {},
    "content": {},
    "message": None,
    "image_url": "https://shop.example.com/images/latte.jpg",
    "gallery": [],
    "download_url": None,
    "max_price": None,
    "price_step": None,
    "cost": "1.5",
    "starts_at": "2026-01-01T00:00:00+00:00",
    "ends_at": None,
    "display_coming_soon": False,
    "countdown_until_start": False,
    "countdown_until_end": False,
    "hidden": False,
    "hide_restricted": False,
    "visibility": None,
    "max_claims": 2,
    "lock": "none",
    "lock_seconds": 60,
    "transferable": False,
    "transfer_points": None,
    "transfer_limit": None,
    "notifications": False,
    "user_notifications": False,
    "webhook_data": {},
    "custom_data": {"cf_color": "brown"},
    "stores": [],
    "audience": {},
    "price": {"EUR": 100},
    "limit": 2,
    "stock": 42,
    "account": None,
    "category": None,
    "segments": [],
    "repeat_interval": "1 week",
    "coupon_pool": None,
    "coupon_pools": [],
    "transferrable": False,
    "transfer_coupon_expiration": "remain",
    "transfer_coupon_expires_in": None,
    "user_notification": False,
    "order": 0,
    "cf_color": "brown",
}
