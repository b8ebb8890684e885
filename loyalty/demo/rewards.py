"""Rewards of the demo: a coupon, a mug, a badge, a bundle that has yet to start, and one that is still being written."""

import datetime as dt
from typing import Any

from loyalty.program.operations import apply_program
from loyalty.staff.sender import Sender

CATEGORIES = (
    {"id": "discounts", "name": {"en": "Discounts", "de": "Rabatte"}, "position": 1},
    {"id": "things", "name": {"en": "Things", "de": "Dinge"}, "position": 2},
)
REWARDS: tuple[dict[str, Any], ...] = (
    {
        "id": "spring-coupon", "type": "coupon", "status": "active", "position": 1, "category": "discounts",
        "name": {"en": "5 off in spring", "de": "5 Euro Frühlingsrabatt"},
        "description": {"en": "5 off your next purchase from 25.", "de": "5 Euro auf den nächsten Einkauf ab 25 Euro."},
        "claim_button_label": {"en": "Get the code", "de": "Code holen"},
        "prices": {"EUR": 250}, "pools": ["spring"], "max_claims": 2, "cost": "5",
    },
    {
        "id": "mug", "type": "physical", "status": "active", "position": 2, "category": "things",
        "name": {"en": "Enamel mug", "de": "Emaillebecher"}, "description": {"en": "For the garden and for the desk."},
        "redeem_instructions": {"en": "Pick it up in any store."}, "terms": {"en": "While stocks last."},
        "prices": {"EUR": 400}, "stock": 25, "max_claims": 1, "cost": "3.2",
    },
    {
        "id": "gardener", "type": "virtual", "status": "active", "position": 3, "name": {"en": "Gardener’s badge"},
        "prices": {"EUR": 0}, "max_claims": 1, "repeat_interval": {"after": 1, "unit": "years"},
    },
    {
        "id": "starter-set", "type": "bundle", "status": "active", "position": 4, "category": "discounts",
        "name": {"en": "Starter set"}, "description": {"en": "Two codes for one price."}, "prices": {"EUR": 600},
        "pools": ["welcome", "spring"], "display_coming_soon": True, "countdown_until_start": True,
    },
    {
        "id": "workshop", "type": "promotion", "position": 5, "name": {"en": "Pottery workshop"}, "prices": {"EUR": 1500},
        "stock": 12,
    },
)  # fmt: skip


def offer(end: dt.datetime) -> None:
    """The bundle begins three weeks after the end."""
    starts = (end + dt.timedelta(days=21)).date().isoformat()
    rewards = [{**one, "starts_at": starts} if one["type"] == "bundle" else one for one in REWARDS]
    by = Sender(None, end - dt.timedelta(days=45))
    apply_program({"reward_categories": list(CATEGORIES), "rewards": rewards}, by=by)
