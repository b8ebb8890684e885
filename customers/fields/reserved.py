"""Names that an event's attributes may have, by what becomes of them. Pure."""

from dataclasses import dataclass
from functools import cache

from loyalty.contributions import contributed

# Built-in fields that hold a text, and its most characters.
TEXTS = {
    "first_name": 200,
    "last_name": 200,
    "nickname": 200,
    "handler": 200,
    "email": 254,
    "mobile_phone": 64,
    "gender": 20,
    "language": 20,
    "image_url": 1_000,
    "src": 100,
    "referrer": 128,
}
# Attributes that speak of the event, not of the customer.
ABOUT_THE_EVENT = frozenset({"effective_timestamp", "transaction_id", "reason", "points"})
# What means something of its own in an event, a file or the customer object, or is to.
_OF_ALL_ROOMS = frozenset(
    "id _id public_id customer customer_id status level properties account created_at updated_at optin_at optout_at "
    "last_login_at purchase purchases purchase_total purchase_count purchase_item_count purchase_first_date "
    "purchase_last_date last_earn_date last_spend_date external_id external_ids source source_detail transaction "
    "action data guest staff_id api_key_id auto_subscribed labels tags groups group_id campaigns challenges "
    "activities rewards coupons clubs referrals consents".split()
)
# Taken out of the event before it is written, and stored encrypted.
SECRETS = frozenset({"facebook_access_token"})


@dataclass(frozen=True)
class ReservedNames:
    """What a room adds to the customer object, by the names that it has there."""

    names: frozenset[str]


@dataclass(frozen=True)
class ReadElsewhere:
    """Attributes of profile events that are no fields of the customer: the rules of the contributing room read them."""

    names: frozenset[str]


@cache
def read_elsewhere() -> frozenset[str]:
    return frozenset().union(*(room.names for room in contributed(ReadElsewhere)))


@cache
def read_only() -> frozenset[str]:
    """What no event sets, and no custom attribute may be called."""
    return _OF_ALL_ROOMS.union(*(room.names for room in contributed(ReservedNames)))
