"""A reward as its form has it: out of the program file's words, and back."""

import datetime as dt
import hashlib
import json
import re
from collections.abc import Mapping, Sequence
from typing import Any

from rewards.catalogue.enums import IntervalUnit, LockKind
from rewards.catalogue.sections.program import TEXTS
from rewards.catalogue.texts import PLAIN_LANGUAGE

FLAGS = (
    "display_coming_soon", "countdown_until_start", "countdown_until_end", "hidden", "hide_restricted", "transferable",
    "notifications", "user_notifications",
)  # fmt: skip
# As they stand in the form and in the file alike.
ALIKE = (
    "message", "image_url", "gallery", "download_url", "max_price", "price_step", "account", "pools", "stores", "visibility",
    "max_claims", "lock", "lock_seconds", "transfer_points", "transfer_limit", "transfer_date", *FLAGS,
)  # fmt: skip
_PLACES = {
    "prices": "price", "audience": "admitted", "repeat_interval": "repeat_after", "transfer_expires": "transfer_after",
    "name": f"name.{PLAIN_LANGUAGE}",
}  # fmt: skip


def place_of(path: str) -> str:
    """`rewards[0].name.en` as the form calls it."""
    found = re.sub(r"^rewards(\[[^\]]*\])?\.", "", path)
    name, _dot, language = found.partition(".")
    if name in TEXTS and language:
        return found
    name = name.partition("[")[0]
    return _PLACES.get(name, name)


def digest(item: Mapping[str, Any]) -> str:
    return hashlib.sha256(json.dumps(item, sort_keys=True).encode()).hexdigest()[:16]


def audience_from(admitted: Sequence[str], kept_out: Sequence[str]) -> dict[str, Any]:
    """Of `kind:id` as the form has them."""
    said = {"any": admitted, "not": kept_out}
    return {
        name: [{one.partition(":")[0]: one.partition(":")[2]} for one in chosen]
        for name, chosen in said.items()
        if chosen
    }


def initial_of(before: Mapping[str, Any] | None, left: int | None, currency: str) -> dict[str, Any]:
    if before is None:
        return {"lock": LockKind.NONE.value, "lock_seconds": 60, "admitted": [], "kept_out": [], "was_left": ""}
    others = {name: points for name, points in before["prices"].items() if name != currency}
    audience = {
        name: [f"{kind}:{id}" for one in before["audience"].get(name, ()) for kind, id in one.items()]
        for name in ("any", "not")
    }
    repeat, transfer = (before[name] or {} for name in ("repeat_interval", "transfer_expires"))
    return {
        **before,
        "price": before["prices"].get(currency),
        "prices": others,
        "admitted": audience["any"],
        "kept_out": audience["not"],
        **{
            name: dt.datetime.fromisoformat(before[name]) if before[name] else None for name in ("starts_at", "ends_at")
        },
        "stock": left,
        "was_left": "" if left is None else str(left),
        "repeat_after": repeat.get("after"),
        "repeat_unit": repeat.get("unit", IntervalUnit.DAYS.value),
        "transfer_after": transfer.get("after"),
        "transfer_unit": transfer.get("unit", IntervalUnit.DAYS.value),
        "custom_data": {name: value for name, value in before["custom_data"].items() if _is_plain(value)},
        "seen": digest(before),
    }


def item_from(given: Mapping[str, Any], before: Mapping[str, Any], currency: str) -> dict[str, Any]:
    """`given`: the form's values. Without texts, ID and stock."""
    prices = {currency: given["price"]} if given["price"] is not None else {}
    held = before.get("custom_data", {})
    return {
        **{name: given[name] for name in ALIKE},
        "type": given["type"],
        "position": given["position"] or 0,
        "category": given["category"] or None,
        "prices": {**given["prices"], **prices},
        "cost": None if given["cost"] is None else f"{given['cost']:f}",
        "audience": audience_from(given["admitted"], given["kept_out"]),
        "starts_at": _instant(given["starts_at"]),
        "ends_at": _instant(given["ends_at"]),
        "repeat_interval": _interval(given["repeat_after"], given["repeat_unit"]),
        "transfer_expires": _interval(given["transfer_after"], given["transfer_unit"]),
        "webhook_data": given["webhook_data"],
        "custom_data": {**_unreadable(held), **_typed(given["custom_data"], held)},
    }


def _instant(at: dt.datetime | None) -> str | None:
    return at.astimezone(dt.UTC).isoformat() if at else None


def _interval(number: int | None, unit: str) -> dict[str, Any] | None:
    return {"after": number, "unit": unit} if number else None


def _unreadable(held: Mapping[str, Any]) -> dict[str, Any]:
    """Values of custom fields that a line cannot hold."""
    return {name: value for name, value in held.items() if not _is_plain(value)}


def _is_plain(value: Any) -> bool:
    return value is not None and "\n" not in str(value) and str(value) == str(value).strip()


def _typed(pairs: Mapping[str, str], before: Mapping[str, Any]) -> dict[str, Any]:
    """Numbers, true and false are what they look like; what only stands in the form is what it was."""
    return {name: before[name] if str(before.get(name)) == text else _value(text) for name, text in pairs.items()}


def _value(text: str) -> Any:
    if text in ("True", "true", "False", "false"):
        return text.lower() == "true"
    return int(text) if re.fullmatch(r"-?(0|[1-9][0-9]{0,14})", text) else text
