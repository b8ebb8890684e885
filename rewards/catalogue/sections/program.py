"""The program file's `rewards`: what rewards there are. Who has claimed them is no part of it."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from django.utils import timezone

from loyalty.program.section import (
    Section,
    by_name,
    changed,
    choice,
    fields,
    flag,
    optional,
    several,
    text,
    whole,
)
from rewards.catalogue.enums import (
    OF_CHOSEN_POINTS,
    OF_CONTENT,
    OF_POOLS,
    LockKind,
    RewardStatus,
    RewardType,
    TransferDate,
)
from rewards.catalogue.models import LONGEST_PLACE, Reward, RewardCategory
from rewards.catalogue.schedule import tidy_instant

from .faults import LONGEST_CONTENT, check_rewards
from .html import safe_html
from .words import AN_INSTANT, AUDIENCE, COST, ID, INTERVAL, SCALAR, URL, pairs, texts, told

MOST = 2_000_000_000
MAX_POINTS = 1_000_000_000
MAX_LOCK = 86_400
# Texts by language, and how long each may be.
TEXTS: Mapping[str, int] = {
    "name": 200,
    "description": 4_000,
    "redeem_instructions": 4_000,
    "terms": 20_000,
    "claim_button_label": 80,
    "restricted_message": 500,
    "content": LONGEST_CONTENT,
}
PLAIN = (
    "type", "status", "position", *TEXTS, "message", "image_url", "gallery", "download_url", "prices", "max_price",
    "price_step", "account", "pools", "audience", "stores", "display_coming_soon", "countdown_until_start",
    "countdown_until_end", "hidden", "hide_restricted", "visibility", "stock", "max_claims", "lock", "lock_seconds",
    "transferable", "transfer_points", "transfer_limit", "transfer_date", "notifications", "user_notifications",
    "webhook_data", "custom_data",
)  # fmt: skip
# Each is two columns.
INTERVALS = {
    "repeat_interval": ("repeat_after", "repeat_unit"),
    "transfer_expires": ("transfer_after", "transfer_unit"),
}


def read_rewards() -> list[dict[str, Any]]:
    rows = Reward.objects.select_related("category")
    return sorted((read_reward(row) for row in rows), key=lambda item: item["id"])


def read_reward(row: Reward) -> dict[str, Any]:
    item = {name: getattr(row, name) for name in PLAIN}
    instants = {name: found.isoformat() if (found := getattr(row, name)) else None for name in ("starts_at", "ends_at")}
    return tidy(
        {
            "id": row.slug,
            **item,
            **instants,
            **{name: _interval(row, *columns) for name, columns in INTERVALS.items()},
            "category": row.category.slug if row.category else None,
            "cost": None if row.cost is None else plain_cost(row.cost),
        }
    )


def _interval(row: Reward, after: str, unit: str) -> dict[str, Any] | None:
    number = getattr(row, after)
    return {"after": number, "unit": getattr(row, unit)} if number else None


def plain_cost(value: Decimal | str) -> str:
    """Without zeros at its end."""
    found = f"{Decimal(value):f}"
    return found.rstrip("0").rstrip(".") if "." in found else found


def tidy(item: dict[str, Any]) -> dict[str, Any]:
    """One way of writing texts, instants and lists; HTML is made safe; what the type does not ask for is not kept."""
    zone, type = timezone.get_default_timezone(), item["type"]
    found = {**item, **{name: told(item[name]) for name in TEXTS}}
    found["content"] = {name: safe_html(text) for name, text in found["content"].items() if type in OF_CONTENT}
    return {
        **found,
        "starts_at": tidy_instant(item["starts_at"], zone),
        "ends_at": tidy_instant(item["ends_at"], zone, is_end=True),
        "cost": None if item["cost"] is None else plain_cost(item["cost"]),
        "stores": sorted(set(item["stores"])),
        "audience": {name: groups for name, groups in item["audience"].items() if groups},
        "pools": item["pools"] if type in OF_POOLS else [],
        "download_url": item["download_url"] if type == RewardType.DOWNLOAD else "",
        **{name: item[name] if type in OF_CHOSEN_POINTS else None for name in ("max_price", "price_step")},
        "transfer_expires": None if item["transfer_date"] == TransferDate.REMAIN else item["transfer_expires"],
    }


def reward_facts() -> dict[str, Any]:
    return {slug: {"id": id} for slug, id in Reward.objects.values_list("slug", "id")}


def write_rewards(wanted: list[dict[str, Any]], current: list[dict[str, Any]]) -> None:
    """New and changed ones; none is deleted. What was claimed stays as it is."""
    categories = dict(RewardCategory.objects.values_list("slug", "id"))
    for item in changed(wanted, current):
        columns = {name: item[name] for name in (*PLAIN, "starts_at", "ends_at", "cost")}
        for name, (after, unit) in INTERVALS.items():
            interval = item[name] or {"after": None, "unit": ""}
            columns |= {after: interval["after"], unit: interval["unit"]}
        columns["category_id"] = categories[item["category"]] if item["category"] else None
        Reward.objects.update_or_create(slug=item["id"], defaults=columns)


REWARDS = Section(
    name="rewards",
    key="id",
    schema=fields(
        {
            "id": ID,
            "type": choice(RewardType.values),
            "status": choice(RewardStatus.values, default=RewardStatus.INACTIVE.value),
            "position": {**whole(0, 1_000_000, description="The order in which rewards are shown."), "default": 0},
            "category": {**optional(ID), "description": "The ID of a reward category."},
            "name": texts(TEXTS["name"], description="By language, as all texts are."),
            **{name: texts(longest, default={}) for name, longest in TEXTS.items() if name != "name"},
            "message": text(Reward, "message", default=""),
            "image_url": {**URL, "default": ""},
            "gallery": several(URL, default=[], maxItems=50),
            "download_url": {**URL, "default": ""},
            "prices": by_name(
                {"pattern": "^([A-Z]{3})?$", "title": "an ISO 4217 code such as EUR, or nothing"},
                whole(0, MAX_POINTS),
                default={},
                maxProperties=200,
                description="Points by the customer's currency; under “” of whoever has none.",
            ),
            "max_price": optional(whole(1, MAX_POINTS)),
            "price_step": optional(whole(1, MAX_POINTS)),
            "account": {
                **text(Reward, "account", default=""),
                "description": "The account that pays; empty: the default one.",
            },
            "cost": optional(COST),
            "pools": several(
                ID, default=[], maxItems=20, description="Of a bundle several, each of which gives a code."
            ),
            "audience": AUDIENCE,
            "stores": several(
                {"type": "string", "minLength": 1, "maxLength": LONGEST_PLACE}, default=[], maxItems=1_000
            ),
            "starts_at": {**optional(AN_INSTANT), "description": "The first instant; a day: its beginning."},
            "ends_at": {**optional(AN_INSTANT), "description": "The instant at which it is over; a day: its end."},
            "display_coming_soon": flag(default=False, description="Shown before it can be claimed."),
            "countdown_until_start": flag(default=False),
            "countdown_until_end": flag(default=False),
            "hidden": flag(default=False, description="Not listed; workflows and staff can claim it."),
            "hide_restricted": flag(default=False, description="Not shown to customers who are not in the audience."),
            "visibility": text(Reward, "visibility", default=""),
            "stock": optional(whole(0, MOST, description="How many were ever offered.")),
            "max_claims": optional(whole(1, MOST, description="How often one customer can claim it.")),
            "repeat_interval": optional(INTERVAL),
            "lock": choice(LockKind.values, default=LockKind.NONE.value),
            "lock_seconds": {**whole(1, MAX_LOCK), "default": 60},
            "transferable": flag(default=False),
            "transfer_points": optional(whole(0, MAX_POINTS)),
            "transfer_limit": optional(whole(1, MOST)),
            "transfer_date": choice(TransferDate.values, default=TransferDate.REMAIN.value),
            "transfer_expires": optional(INTERVAL),
            "notifications": flag(default=False),
            "user_notifications": flag(default=False),
            "webhook_data": pairs({"type": "string", "maxLength": 2_000}, "Kept for the messages about claims."),
            "custom_data": pairs(SCALAR, "The brand's own fields; those that begin with cf_ stand beside the others."),
        },
        "id",
    ),
    read=read_rewards,
    facts=reward_facts,
    write=write_rewards,
    check=check_rewards,
    tidy=tidy,
)
