"""The shapes of rewards and claims on the wire, and the reward of the examples."""

from collections.abc import Mapping
from typing import Any

from coupons.api.docs import OWN_COUPON, POOL_ID
from loyalty.api.docs.describe import Parameter, Schema
from loyalty.api.docs.shapes import FLAG, MOMENT, NUMBER, TEXT, WHOLE, described, list_of, one_of, shape
from rewards.catalogue.enums import RewardType, TransferDate

REWARD_ID = "ten-off"
# In the world of the examples (`tests/api/example_world.py`): a coupon of the pool Spring, as the program file has it.
TEN_OFF: Mapping[str, Any] = {
    "id": REWARD_ID,
    "type": "coupon",
    "status": "active",
    "name": {"en": "Ten euros off"},
    "description": {"en": "On anything in spring."},
    "terms": {"en": "One per purchase."},
    "prices": {"EUR": 100, "": 100},
    "pools": [POOL_ID],
    "stock": 5,
    "max_claims": 3,
}
REWARD = Parameter("reward_id", "The ID of the reward.", {**TEXT, "maxLength": 64}, REWARD_ID, place="path")
IMAGE = shape("RewardImage", dict.fromkeys(("small", "medium", "large"), TEXT))
CATEGORY = shape("CategoryOfReward", {"id": TEXT, "name": TEXT})
ACTION = shape("ClaimAction", {"method": one_of("POST"), "url": described(TEXT, "Path, to be sent as it is.")})
ACTIONS = shape("RewardActions", {"complete": ACTION}, description="Only while the customer can claim it.")
REASON: Schema = {
    "title": "WhyNot",
    "type": "object",
    "properties": {
        "code": described(WHOLE, "A code of the table of refusals."),
        "reason": described(TEXT, "The same as a word, such as `points` or `not_started`."),
        "message": described(TEXT, "What the brand tells the customer, in their language."),
    },
    "required": ["code", "reason"],
    "additionalProperties": {"type": ["integer", "string", "array"], "items": {}},
    "description": "Why it cannot be claimed now, with numbers such as `required`, `available` and `missing`.",
}
REASONS = list_of(REASON, description="All of them, in the order in which a claim is refused for them.")
BID = shape("HighestBid", {"own": FLAG, "points": WHOLE}, optional=["points"])
CLAIMED_COUPON: Schema = {
    **OWN_COUPON,
    "title": "ClaimedCoupon",
    "properties": {**OWN_COUPON["properties"], "customer": shape("", {"id": TEXT})},
}
COUPONS = list_of(CLAIMED_COUPON)
_STATUS = one_of("active", "scheduled", "expired", "inactive")
COMMON: dict[str, Schema] = {
    "id": TEXT,
    "title": described(TEXT, "In the customer's language, or the brand's."),
    "description": TEXT,
    "status": _STATUS,
    "type": one_of(*RewardType.values),
    "image": IMAGE,
    "points": described(WHOLE, "The price in the customer's currency; left out where there is none."),
    "starts_at": MOMENT,
    "ends_at": described(MOMENT, "The first instant at which it cannot be claimed."),
    "coupon_pool": described(TEXT, "The ID of the pool; of a bundle, of its first one."),
    "transferable": FLAG,
    "transfer_points": WHOLE,
    "transfer_limit": WHOLE,
    "transfer_coupon_expiration": one_of(*TransferDate.values),
    "transfer_coupon_expires_in": described(TEXT, "Such as `2 weeks`."),
}
STOCK = described(WHOLE, "How many are left; left out without end.")
CLAIM_EVENT = shape("ClaimEvent", {"id": TEXT, "claimed_at": MOMENT, "spent": WHOLE})
CLAIMS = shape(
    "RewardClaims",
    {
        "claims": WHOLE,
        "spent": WHOLE,
        "created_at": MOMENT,
        "first_claimed_at": MOMENT,
        "last_claimed_at": MOMENT,
        "coupons": COUPONS,
    },
    optional=["created_at", "first_claimed_at", "last_claimed_at"],
    description="The claims that stand.",
)
_CUSTOM = described({"type": "object"}, "The brand's own fields.")
ASKED: dict[str, Schema] = {
    "claims": CLAIMS,
    "custom_data": _CUSTOM,
    "events": list_of(CLAIM_EVENT, description="The claims that stand: their IDs revoke them."),
    "gallery": list_of(IMAGE),
    "instructions": TEXT,
    "terms": TEXT,
}
NOW: dict[str, Schema] = {
    "bid_step": WHOLE,
    "highest_bid": BID,
    "_actions": ACTIONS,
    "reasons": REASONS,
    "restricted_message": described(TEXT, "For whoever is not in the audience."),
}
DETAILED: dict[str, Schema] = {
    "category": CATEGORY,
    "max_claims": WHOLE,
    "max_price": WHOLE,
    "price_step": WHOLE,
    "claim_button_label": TEXT,
    "stores": list_of(shape("RewardStore", {"id": TEXT, "name": TEXT})),
}
_ALWAYS = ("id", "title", "status", "type", "transferable")
# The brand's own attributes, by their names.
_CF: Any = {"patternProperties": {"^cf_": {}}}


def reward_shape(title: str, fields: dict[str, Schema], *always: str) -> Schema:
    needed = {*_ALWAYS, *always}
    return {**shape(title, fields, optional=[name for name in fields if name not in needed]), **_CF}


AVAILABLE = reward_shape("AvailableReward", {**COMMON, "stock": STOCK, **ASKED, **NOW})
ACTIVITY = reward_shape(
    "RewardActivity", {**COMMON, "activity_type": one_of("reward"), "stock": STOCK, **ASKED, **NOW}, "activity_type"
)
DETAIL = reward_shape("RewardOfCustomer", {**COMMON, "stock": STOCK, **ASKED, **DETAILED, **NOW})
CLAIMED = reward_shape(
    "ClaimedReward",
    {
        **COMMON,
        "claims": described(WHOLE, "How often, without what was revoked."),
        "spent": WHOLE,
        "first_claimed_at": MOMENT,
        "last_claimed_at": MOMENT,
        "coupons": COUPONS,
        "content": described(TEXT, "HTML, of rewards that show something to whoever has claimed them."),
        "download_url": TEXT,
        "category": CATEGORY,
        "stock": STOCK,
        **{name: ASKED[name] for name in ("custom_data", "gallery", "instructions", "terms")},
        "_actions": ACTIONS,
    },
    "claims",
    "spent",
    "coupons",
)
BIDDING = reward_shape(
    "Bidding",
    {**COMMON, "stock": STOCK, "category": CATEGORY, "instructions": TEXT, "terms": TEXT, **NOW},
    "highest_bid",
)
LEGACY = shape(
    "LegacyReward",
    {
        "id": TEXT,
        "name": TEXT,
        "category": described(TEXT, "Its name."),
        "price": described(NUMBER, "In the customer's currency, or the programme's."),
        "image_url": TEXT,
        "description": TEXT,
    },
    optional=["category", "price", "image_url", "description"],
)
