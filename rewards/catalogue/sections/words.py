"""Words of the schemas of rewards, and texts by language as the file keeps them."""

from collections.abc import Mapping
from typing import Any

from loyalty.program.section import Schema, by_name, choice, fields, several, whole
from rewards.catalogue.enums import IntervalUnit
from rewards.catalogue.models import LONGEST_URL
from rewards.catalogue.schedule import INSTANT, MAX_INTERVAL

LOCALE = r"^[a-z]{2,3}(-[A-Za-z0-9]{2,8}){0,3}$"
FIELD_NAME = r"^[A-Za-z][A-Za-z0-9_-]*$"
MOST_LANGUAGES = 40
ID: Schema = {
    "type": "string",
    "pattern": "^[A-Za-z0-9][A-Za-z0-9_-]*$",
    "maxLength": 64,
    "title": "1 to 64 letters, digits, underscores and hyphens",
}
LANGUAGE: Schema = {"pattern": LOCALE, "title": "a language tag such as en or pt-BR"}
COST: Schema = {
    "type": "string",
    "pattern": r"^(0|[1-9][0-9]{0,9})(\.[0-9]{1,4})?$",
    "title": "an amount such as 12.50",
}
AN_INSTANT: Schema = {
    "type": "string",
    "pattern": INSTANT,
    "title": "an instant such as 2026-01-31T12:00:00+01:00, or a day",
}
URL: Schema = {
    "type": "string",
    "pattern": r"^(https?://[^\s<>\"']+)?$",
    "maxLength": LONGEST_URL,
    "title": f"an address that begins with http:// or https://, of at most {LONGEST_URL} characters",
}
INTERVAL: Schema = fields({"after": whole(1, MAX_INTERVAL), "unit": choice(IntervalUnit.values)}, "after", "unit")
_GROUPS: Schema = several(
    {**by_name(ID, {"type": "string", "minLength": 1, "maxLength": 128}), "minProperties": 1, "maxProperties": 1},
    maxItems=50,
)
AUDIENCE: Schema = {
    **fields({"any": _GROUPS, "not": _GROUPS}),
    "default": {},
    "description": 'Who it is for: {"any": [{"segment": "buyers"}], "not": [{"label": "staff"}]}.',
}
SCALAR: Schema = {
    "type": ["string", "number", "boolean", "null"],
    "maxLength": 2_000,
    "title": "a text of at most 2000 characters, a number, true, false or null",
}


def texts(longest: int, **more: Any) -> Schema:
    """By language."""
    one = {"type": "string", "maxLength": longest, "title": f"a text of at most {longest} characters"}
    return by_name(LANGUAGE, one, maxProperties=MOST_LANGUAGES, **more)


def pairs(values: Schema, description: str) -> Schema:
    names = {
        "pattern": FIELD_NAME,
        "maxLength": 64,
        "title": "letters, digits, underscores and hyphens, a letter first",
    }
    return by_name(names, values, maxProperties=100, default={}, description=description)


def told(found: Mapping[str, str]) -> dict[str, str]:
    """Those languages that say something."""
    return {language: text.strip() for language, text in found.items() if text.strip()}
