"""The configuration of tiers, built from the program file. Pure."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from .config import LevelRule, StructureRule, TiersConfig
from .enums import TIERS_MODULE, Expiration, Method, StructureStatus, StructureType, Validity


def config_of(document: Mapping[str, Any], facts: Mapping[str, Any]) -> TiersConfig:
    """Of a programme: versions from before there were tiers have none."""
    if TIERS_MODULE not in document["settings"]["modules"]:
        return TiersConfig()
    items = [item for item in document.get("tiers", ()) if item["status"] == StructureStatus.ACTIVE]
    accounts = {slug: known["id"] for slug, known in facts["accounts"].items()}
    return TiersConfig({item["id"]: structure_of(item, facts["tiers"][item["id"]], accounts) for item in items})


def structure_of(item: Mapping[str, Any], known: Mapping[str, Any], accounts: Mapping[str, int]) -> StructureRule:
    """`known`: its facts. A level that is to be made has no internal id: minus its place stands for it."""
    ids: Mapping[str, int] = known["levels"]
    levels = tuple(_level(level, ids.get(level["id"], -place)) for place, level in enumerate(item["tiers"], 1))
    validity, named = item["validity"] or {}, {level.slug for level in levels}
    return StructureRule(
        id=known["id"],
        slug=item["id"],
        name=item["name"],
        account_id=accounts[item["account"]],
        type=StructureType(item["type"]),
        levels=levels,
        expiration=Expiration(item["expiration_type"]),
        method=Method(item["method"]),
        actions=frozenset(item["actions"]),
        currency=item["currency"] or "",
        rolling_months=item["rolling_months"] or 0,
        dates=tuple((int(date[:2]), int(date[3:])) for date in item["calendar_expirations"]),
        validity=Validity(validity["until"]) if validity else None,
        validity_months=validity.get("months") or 0,
        initialise_at_opt_in=item["initialise_at_opt_in"],
        downgrade=item["downgrade"],
        points_grace_days=item["points_grace_days"],
        level_grace_days=item["level_grace_days"],
        # Versions from before there were notices.
        notice_days=item.get("notice_days", 0),
        removed={id: (slug, Decimal(known["thresholds"][slug])) for slug, id in ids.items() if slug not in named},
    )


def _level(item: Mapping[str, Any], id: int) -> LevelRule:
    multiplier = None if item["multiplier"] is None else Decimal(item["multiplier"])
    return LevelRule(id, item["id"], item["name"], Decimal(item["threshold"]), multiplier, item["kept"])
