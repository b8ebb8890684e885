"""The program file's `tiers`: structures with their levels, in the shape of the published entity plus our settings."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Any

from django.utils import timezone

from loyalty.accounts.models import Account
from loyalty.accounts.program import plain
from loyalty.facts.moved import tell_of_moved
from loyalty.program.section import (
    CURRENCY,
    IS_AN_ADDRESS,
    NAME,
    Document,
    Key,
    Problem,
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

from .enums import TIER_FACTS, Expiration, Method, StructureStatus, StructureType, Validity
from .models import MAX_DAYS, MAX_MONTHS, OWN_ADDRESSES, Level, Recalculation, Structure

# Their names in the file, and those of the columns.
SETTINGS = {
    "name": "name",
    "status": "status",
    "type": "type",
    "actions": "actions",
    "currency": "currency",
    "expiration_type": "expiration",
    "rolling_months": "rolling_months",
    "calendar_expirations": "dates",
    "initialise_at_opt_in": "initialise_at_opt_in",
    "downgrade": "downgrade",
    "method": "method",
    "points_grace_days": "points_grace_days",
    "level_grace_days": "level_grace_days",
    "notice_days": "notice_days",
}
# What was counted was counted so: another rule is another structure.
FIXED = ("account", "type", "currency", "actions")
MAX_THRESHOLD = 10**12
MAX_LEVELS = 50
MAX_KEY, MAX_VALUE = 100, 500


# Read


def read_tiers() -> list[dict[str, Any]]:
    rows = Structure.objects.select_related("account").prefetch_related("levels")
    return sorted((_read(row) for row in rows), key=lambda item: item["id"])


def _read(row: Structure) -> dict[str, Any]:
    levels = sorted((level for level in row.levels.all() if level.position is not None), key=_position)
    until = {"until": row.validity, **({"months": row.validity_months} if row.validity == Validity.MONTHS else {})}
    return tidy(
        {
            "id": row.slug,
            "account": row.account.slug,
            **{name: getattr(row, column) for name, column in SETTINGS.items()},
            "validity": until if row.validity else None,
            "tiers": [_read_level(level) for level in levels],
        }
    )


def _position(level: Level) -> int:
    return level.position or 0


def _read_level(level: Level) -> dict[str, Any]:
    return {
        "id": level.slug,
        "name": level.names,
        "threshold": int(level.threshold),
        "multiplier": None if level.multiplier is None else str(level.multiplier),
        **{name: getattr(level, name) for name in ("kept", "tags", "values")},
    }


_LEVEL_DEFAULTS: dict[str, Any] = {"threshold": 0, "multiplier": None, "kept": False, "tags": [], "values": {}}


def tidy(item: dict[str, Any]) -> dict[str, Any]:
    """What the expiration does not ask for is not kept; levels have all their fields."""
    rolls, dated = item["expiration_type"] == Expiration.ROLLING, item["expiration_type"] == Expiration.CALENDAR
    return {
        **item,
        "currency": item["currency"] or None if item["type"] == StructureType.SPEND_BASED else None,
        "actions": sorted(set(item["actions"])) if item["type"] == StructureType.POINT_BASED else [],
        "rolling_months": item["rolling_months"] if rolls else None,
        "calendar_expirations": sorted(set(item["calendar_expirations"])) if dated else [],
        "tiers": [_tidy_level(level) for level in item["tiers"]],
    }


def _tidy_level(level: Mapping[str, Any]) -> dict[str, Any]:
    found = {**_LEVEL_DEFAULTS, **level}
    return {**found, "multiplier": None if found["multiplier"] is None else plain(found["multiplier"])}


def tier_facts() -> dict[str, Any]:
    """By structure its internal id, and those of all its levels: the removed ones, too."""
    found: dict[str, Any] = {
        slug: {"id": id, "levels": {}, "thresholds": {}} for slug, id in Structure.objects.values_list("slug", "id")
    }
    for structure, slug, id, threshold in Level.objects.order_by("id").values_list(
        "structure__slug", "slug", "id", "threshold"
    ):
        found[structure]["levels"][slug] = id
        found[structure]["thresholds"][slug] = plain(threshold)
    return found


# Write


def write_tiers(wanted: list[dict[str, Any]], current: list[dict[str, Any]]) -> None:
    """New and changed ones; none is deleted, and of levels only their place on the ladder: events name them.

    What it makes of those who are there is left to a recalculation, which rises whom it can unless its way is changed."""
    accounts = dict(Account.objects.values_list("slug", "id"))
    before = {item["id"]: item for item in current}
    for item in changed(wanted, current):
        columns = {column: item[name] for name, column in SETTINGS.items()}
        columns |= {"account_id": accounts[item["account"]], "currency": item["currency"] or "", **_validity(item)}
        structure, _ = Structure.objects.update_or_create(slug=item["id"], defaults=columns)
        _write_levels(structure, item["tiers"])
        _plan(structure, item, before.get(item["id"]))


def _plan(structure: Structure, item: Mapping[str, Any], before: Mapping[str, Any] | None) -> None:
    """One of which nobody has counted since it was switched on, or at all, is counted from the ledger first."""
    if before and before["status"] != item["status"]:
        # Everybody's levels count, or none of them.
        tell_of_moved(TIER_FACTS)
    if item["status"] != StructureStatus.ACTIVE or (before and _ruling(item) == _ruling(before)):
        return
    recounts = before is None or before["status"] != StructureStatus.ACTIVE
    Recalculation.objects.create(structure=structure, recounts=recounts, created_at=timezone.now())


def _ruling(item: Mapping[str, Any]) -> dict[str, Any]:
    """What decides about levels: not what they are called, nor what they give."""
    levels = [(level["id"], level["threshold"], level["kept"]) for level in item["tiers"]]
    days = dict.fromkeys(("points_grace_days", "level_grace_days", "notice_days"))
    return {**item, "name": None, "tiers": levels, **days}


def _validity(item: Mapping[str, Any]) -> dict[str, Any]:
    validity = item["validity"] or {}
    return {"validity": validity.get("until", ""), "validity_months": validity.get("months")}


def _write_levels(structure: Structure, levels: Sequence[Mapping[str, Any]]) -> None:
    structure.levels.exclude(slug__in=[level["id"] for level in levels]).update(position=None)
    for position, level in enumerate(levels):
        multiplier = None if level["multiplier"] is None else Decimal(level["multiplier"])
        columns = {name: level[name] for name in ("threshold", "kept", "tags", "values")}
        Level.objects.update_or_create(
            structure=structure,
            slug=level["id"],
            defaults={"position": position, "names": level["name"], "multiplier": multiplier, **columns},
        )


# Check


def check_tiers(wanted: Document, current: Document) -> Iterable[Problem]:
    accounts = {item["id"] for item in wanted["accounts"]}
    actions = {item["action"] for item in wanted["event_types"]}
    known = {item["id"]: item for item in current["tiers"]}
    for item in wanted["tiers"]:
        path = ("tiers", Key(item["id"]))
        if item["account"] not in accounts:
            yield Problem((*path, "account"), "must be the ID of one of the accounts")
        for place, action in enumerate(item["actions"]):
            if action not in actions:
                yield Problem((*path, "actions", place), "must be an action of event_types")
        yield from (Problem((*path, *place), message) for place, message in wrong(item, known.get(item["id"])))


Place = tuple[str | int, ...]


def wrong(item: Mapping[str, Any], before: Mapping[str, Any] | None) -> Iterator[tuple[Place, str]]:
    """What contradicts itself, or what was counted already: by its place in the structure."""
    if before is None and item["id"] in OWN_ADDRESSES:
        yield ("id",), IS_AN_ADDRESS
    for name in FIXED:
        if before is not None and item[name] != before[name]:
            yield (name,), "cannot be changed: what was counted was counted so. Make another structure"
    if item["type"] == StructureType.SPEND_BASED and not item["currency"]:
        yield ("currency",), "must be the currency of the purchases that count"
    if item["expiration_type"] == Expiration.ROLLING and not item["rolling_months"]:
        yield ("rolling_months",), "must say how many months count"
    if item["expiration_type"] == Expiration.CALENDAR and not item["calendar_expirations"]:
        yield ("calendar_expirations",), "must name a date on which a period begins"
    yield from _wrong_validity(item)
    yield from _wrong_levels(item)


def _wrong_validity(item: Mapping[str, Any]) -> Iterator[tuple[Place, str]]:
    validity = item["validity"]
    if validity is None:
        return
    is_periodic = item["expiration_type"] in {Expiration.CALENDAR, Expiration.ANNIVERSARY}
    if validity["until"] != Validity.MONTHS and not is_periodic:
        yield ("validity", "until"), "needs periods: calendar dates or anniversaries"
    if (validity["until"] == Validity.MONTHS) != (validity.get("months") is not None):
        yield ("validity", "months"), "must be there for “months”, and for nothing else"


def _wrong_levels(item: Mapping[str, Any]) -> Iterator[tuple[Place, str]]:
    levels, by_points = item["tiers"], item["type"] != StructureType.INVITATION_ONLY
    if len({level["id"] for level in levels}) < len(levels):
        yield ("tiers",), "must have levels of different IDs"
    if by_points and item["initialise_at_opt_in"] and levels[0]["threshold"]:
        yield ("tiers", 0, "threshold"), "must be 0, since everybody has this level from the opt-in on"
    for place in range(1, len(levels) if by_points else 0):
        if levels[place]["threshold"] <= levels[place - 1]["threshold"]:
            yield ("tiers", place, "threshold"), "must be higher than that of the level below"


_ID = {
    "type": "string",
    "pattern": "^[A-Za-z0-9][A-Za-z0-9_-]*$",
    "maxLength": 64,
    "title": "1 to 64 letters, digits, underscores and hyphens",
}
_NUMBER = {"type": "string", "pattern": r"^[0-9]{1,3}(\.[0-9]{1,4})?$", "title": "a number with at most 4 decimals"}
_LOCALE = {"type": "string", "pattern": "^[a-z]{2,3}([_-][A-Za-z0-9]{2,8})*$", "title": "a language such as en"}
_DATE = {
    "type": "string",
    "pattern": "^(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])$",
    "title": "a month and a day such as 01-31",
}
_TEXT = {"type": "string", "minLength": 1, "maxLength": 100}
# Forms write each as a line, `lounge: yes`.
_KEY = {"type": "string", "pattern": f"^[^:\\n]{{1,{MAX_KEY}}}$", "title": f"1 to {MAX_KEY} characters without a colon"}
_VALUE = {
    "type": "string",
    "pattern": f"^[^\\n]{{0,{MAX_VALUE}}}$",
    "title": f"one line of at most {MAX_VALUE} characters",
}
_LEVEL = fields(
    {
        "id": _ID,
        "name": by_name(_LOCALE, _TEXT, minProperties=1, description="By language."),
        "threshold": whole(0, MAX_THRESHOLD, default=0, description="The status points that reach it."),
        "multiplier": optional({**_NUMBER, "description": "Of what purchases earn: 1.5 gives half as much again."}),
        "kept": flag(default=False, description="Kept for good: lost only by hand."),
        "tags": several({"type": "string", "minLength": 1, "maxLength": 64}, maxItems=50, default=[]),
        "values": by_name(_KEY, _VALUE, maxProperties=50, default={}, description="Further benefits, each a line."),
    },
    "id",
    "name",
)
_VALIDITY = fields({"until": choice(Validity.values), "months": whole(1, MAX_MONTHS)}, "until")

TIERS = Section(
    name="tiers",
    key="id",
    schema=fields(
        {
            "id": _ID,
            "name": text(Structure, "name"),
            "status": choice(StructureStatus.values, default=StructureStatus.ACTIVE.value),
            "account": NAME,
            "type": choice(StructureType.values, default=StructureType.POINT_BASED.value),
            "actions": several(
                NAME, maxItems=200, default=[], description="What counts; orders as checkout. None: all that earns."
            ),
            "currency": optional({**CURRENCY, "description": "Of the purchases that count."}),
            "expiration_type": choice(Expiration.values, default=Expiration.NONE.value),
            "rolling_months": optional(whole(1, MAX_MONTHS)),
            "calendar_expirations": several(_DATE, maxItems=12, default=[], description="A period begins on each."),
            "initialise_at_opt_in": flag(default=True, description="Everybody has the lowest level from the opt-in on."),
            "downgrade": flag(default=False, description="Refunds and deductions lower levels."),
            "method": choice(Method.values, default=Method.KEEP_HIGHEST.value, description="At expiry."),
            "validity": {**_VALIDITY, "type": ["object", "null"], "default": None},
            "points_grace_days": whole(0, MAX_DAYS, default=0),
            "level_grace_days": whole(0, MAX_DAYS, default=0),
            "notice_days": whole(0, MAX_DAYS, default=0, description="So many days ahead `tier_expiring` tells of a loss."),
            "tiers": {
                "type": "array", "items": _LEVEL, "minItems": 1, "maxItems": MAX_LEVELS, "description": "From the lowest.",
            },
        },
        "id",
        "tiers",
    ),
    read=read_tiers,
    facts=tier_facts,
    write=write_tiers,
    check=check_tiers,
    tidy=tidy,
)  # fmt: skip
