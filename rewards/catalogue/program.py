"""The program file's `reward_categories`, `reward_messages` and `rewards`: what rewards there are. Who has claimed them is no part of it."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from django.utils import timezone

from loyalty.program.section import (
    Schema,
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

from .enums import (
    OF_CHOSEN_POINTS,
    OF_CONTENT,
    OF_POOLS,
    CategoryStatus,
    IntervalUnit,
    LockKind,
    ReasonCode,
    RewardStatus,
    RewardType,
    TransferDate,
)
from .faults import LONGEST_CONTENT, check_rewards
from .html import safe_html
from .models import LONGEST_PLACE, LONGEST_URL, Reward, RewardCategory, RewardMessage
from .schedule import INSTANT, MAX_INTERVAL, tidy_instant

MOST = 2_000_000_000
MAX_POINTS = 1_000_000_000
MAX_LOCK = 86_400
LOCALE = r"^[a-z]{2,3}(-[A-Za-z0-9]{2,8}){0,3}$"
FIELD_NAME = r"^[A-Za-z][A-Za-z0-9_-]*$"
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
_ID: Schema = {
    "type": "string",
    "pattern": "^[A-Za-z0-9][A-Za-z0-9_-]*$",
    "maxLength": 64,
    "title": "1 to 64 letters, digits, underscores and hyphens",
}
_LANGUAGE: Schema = {"pattern": LOCALE, "title": "a language tag such as en or pt-BR"}
_COST: Schema = {
    "type": "string",
    "pattern": r"^(0|[1-9][0-9]{0,9})(\.[0-9]{1,4})?$",
    "title": "an amount such as 12.50",
}
_INSTANT: Schema = {
    "type": "string",
    "pattern": INSTANT,
    "title": "an instant such as 2026-01-31T12:00:00+01:00, or a day",
}
_URL: Schema = {
    "type": "string",
    "pattern": r"^(https?://[^\s<>\"']+)?$",
    "maxLength": LONGEST_URL,
    "title": f"an address that begins with http:// or https://, of at most {LONGEST_URL} characters",
}
_INTERVAL: Schema = fields({"after": whole(1, MAX_INTERVAL), "unit": choice(IntervalUnit.values)}, "after", "unit")
_GROUPS: Schema = several(
    {**by_name(_ID, {"type": "string", "minLength": 1, "maxLength": 128}), "minProperties": 1, "maxProperties": 1},
    maxItems=50,
)
_AUDIENCE: Schema = {
    **fields({"any": _GROUPS, "not": _GROUPS}),
    "default": {},
    "description": 'Whom it is for: {"any": [{"segment": "buyers"}], "not": [{"label": "staff"}]}.',
}
_SCALAR: Schema = {
    "type": ["string", "number", "boolean", "null"],
    "maxLength": 2_000,
    "title": "a text of at most 2000 characters, a number, true, false or null",
}


def texts(longest: int, **more: Any) -> Schema:
    """By language."""
    one = {"type": "string", "maxLength": longest, "title": f"a text of at most {longest} characters"}
    return by_name(_LANGUAGE, one, maxProperties=40, **more)


def _pairs(values: Schema, description: str) -> Schema:
    names = {
        "pattern": FIELD_NAME,
        "maxLength": 64,
        "title": "letters, digits, underscores and hyphens, a letter first",
    }
    return by_name(names, values, maxProperties=100, default={}, description=description)


# Categories


def read_categories() -> list[dict[str, Any]]:
    rows = RewardCategory.objects.values_list("slug", "name", "status", "position")
    found = [{"id": id, "name": name, "status": status, "position": position} for id, name, status, position in rows]
    return sorted(found, key=lambda item: item["id"])


def write_categories(wanted: list[dict[str, Any]], current: list[dict[str, Any]]) -> None:
    for item in changed(wanted, current):
        columns = {name: item[name] for name in ("name", "status", "position")}
        RewardCategory.objects.update_or_create(slug=item["id"], defaults=columns)


def tidy_category(item: dict[str, Any]) -> dict[str, Any]:
    return {**item, "name": _told(item["name"])}


# Messages


def read_messages() -> list[dict[str, Any]]:
    found = RewardMessage.objects.order_by("code").values_list("code", "texts")
    return [{"id": code, "texts": texts} for code, texts in found]


def write_messages(wanted: list[dict[str, Any]], current: list[dict[str, Any]]) -> None:
    for item in changed(wanted, current):
        RewardMessage.objects.update_or_create(code=item["id"], defaults={"texts": item["texts"]})


def tidy_message(item: dict[str, Any]) -> dict[str, Any]:
    return {**item, "texts": _told(item["texts"])}


# Rewards


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
    found = {**item, **{name: _told(item[name]) for name in TEXTS}}
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


def _told(texts: Mapping[str, str]) -> dict[str, str]:
    """Those languages that say something."""
    return {language: text.strip() for language, text in texts.items() if text.strip()}


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


REWARD_CATEGORIES = Section(
    name="reward_categories",
    key="id",
    schema=fields(
        {
            "id": _ID,
            "name": texts(100),
            "status": choice(CategoryStatus.values, default=CategoryStatus.ACTIVE.value),
            "position": {**whole(0, 1_000_000), "default": 0},
        },
        "id",
    ),
    read=read_categories,
    write=write_categories,
    tidy=tidy_category,
)
REWARD_MESSAGES = Section(
    name="reward_messages",
    key="id",
    schema=fields(
        {
            "id": choice(ReasonCode.values, description="Why somebody cannot claim a reward."),
            "texts": texts(500, description="Numbers of the reason by their names in braces, such as {missing}."),
        },
        "id",
        "texts",
    ),
    read=read_messages,
    write=write_messages,
    tidy=tidy_message,
)
REWARDS = Section(
    name="rewards",
    key="id",
    schema=fields(
        {
            "id": _ID,
            "type": choice(RewardType.values),
            "status": choice(RewardStatus.values, default=RewardStatus.INACTIVE.value),
            "position": {**whole(0, 1_000_000, description="The order in which rewards are shown."), "default": 0},
            "category": {**optional(_ID), "description": "The ID of a reward category."},
            "name": texts(TEXTS["name"], description="By language, as all texts are."),
            **{name: texts(longest, default={}) for name, longest in TEXTS.items() if name != "name"},
            "message": text(Reward, "message", default=""),
            "image_url": {**_URL, "default": ""},
            "gallery": several(_URL, default=[], maxItems=50),
            "download_url": {**_URL, "default": ""},
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
            "cost": optional(_COST),
            "pools": several(
                _ID, default=[], maxItems=20, description="Of a bundle several, each of which gives a code."
            ),
            "audience": _AUDIENCE,
            "stores": several(
                {"type": "string", "minLength": 1, "maxLength": LONGEST_PLACE}, default=[], maxItems=1_000
            ),
            "starts_at": {**optional(_INSTANT), "description": "The first instant; a day: its beginning."},
            "ends_at": {**optional(_INSTANT), "description": "The instant at which it is over; a day: its end."},
            "display_coming_soon": flag(default=False, description="Shown before it can be claimed."),
            "countdown_until_start": flag(default=False),
            "countdown_until_end": flag(default=False),
            "hidden": flag(default=False, description="Not listed; workflows and staff can claim it."),
            "hide_restricted": flag(default=False, description="Not shown to customers who are not in the audience."),
            "visibility": text(Reward, "visibility", default=""),
            "stock": optional(whole(0, MOST, description="How many were ever offered.")),
            "max_claims": optional(whole(1, MOST, description="How often one customer can claim it.")),
            "repeat_interval": optional(_INTERVAL),
            "lock": choice(LockKind.values, default=LockKind.NONE.value),
            "lock_seconds": {**whole(1, MAX_LOCK), "default": 60},
            "transferable": flag(default=False),
            "transfer_points": optional(whole(0, MAX_POINTS)),
            "transfer_limit": optional(whole(1, MOST)),
            "transfer_date": choice(TransferDate.values, default=TransferDate.REMAIN.value),
            "transfer_expires": optional(_INTERVAL),
            "notifications": flag(default=False),
            "user_notifications": flag(default=False),
            "webhook_data": _pairs({"type": "string", "maxLength": 2_000}, "Kept for the messages about claims."),
            "custom_data": _pairs(
                _SCALAR, "The brand's own fields; those that begin with cf_ stand beside the others."
            ),
        },
        "id",
        "type",
        "name",
    ),
    read=read_rewards,
    facts=reward_facts,
    write=write_rewards,
    check=check_rewards,
    tidy=tidy,
)
