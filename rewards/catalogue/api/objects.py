"""Rewards on the wire: as the published interface names what they have, and beside that what only ours have."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from loyalty.accounts.models import Account
from rewards.catalogue.config import audience_of
from rewards.catalogue.models import Reward
from rewards.catalogue.queries import RewardLine, custom_fields, lines_of
from rewards.catalogue.schedule import interval_text
from rewards.catalogue.sections.program import TEXTS, read_reward
from segments.models import Segment

# In the item of the program file and on the wire alike.
_ALIKE = (
    "type", "status", *TEXTS, "message", "image_url", "gallery", "download_url", "max_price", "price_step", "cost",
    "starts_at", "ends_at", "display_coming_soon", "countdown_until_start", "countdown_until_end", "hidden",
    "hide_restricted", "visibility", "max_claims", "lock", "lock_seconds", "transferable", "transfer_points",
    "transfer_limit", "notifications", "user_notifications", "webhook_data", "custom_data", "stores", "audience",
)  # fmt: skip
# What an empty text means.
_OR_NULL = ("message", "image_url", "download_url", "visibility")


@dataclass(frozen=True)
class Names:
    """What rewards name: accounts by slug, segments by slug with name and status."""

    accounts: Mapping[str, str]
    segments: Mapping[str, tuple[str, str]]


def reward_objects(found: Sequence[Reward]) -> list[dict[str, Any]]:
    """A fixed number of queries for all of them."""
    names = _names(found)
    return [_object(line, names) for line in lines_of(found)]


def _names(found: Sequence[Reward]) -> Names:
    accounts = {one.account for one in found if one.account}
    groups = {group.id for one in found for group in audience_of(one.audience).admitted if group.kind == "segment"}
    named = Segment.objects.filter(slug__in=groups).values_list("slug", "name", "status") if groups else ()
    return Names(
        dict(Account.objects.filter(slug__in=accounts).values_list("slug", "name")) if accounts else {},
        {slug: (name, status) for slug, name, status in named},
    )


def _object(line: RewardLine, names: Names) -> dict[str, Any]:
    item = read_reward(line.reward)
    plain = {name: item[name] or None if name in _OR_NULL else item[name] for name in _ALIKE}
    return {
        "id": item["id"],
        **plain,
        "price": item["prices"],
        "limit": item["max_claims"],
        "stock": line.left,
        "account": _account(item["account"], names),
        "category": {"id": item["category"]} if item["category"] else None,
        "segments": _segments(line.reward, names),
        "repeat_interval": _interval(item["repeat_interval"]),
        "coupon_pool": item["pools"][0] if item["pools"] else None,
        "coupon_pools": item["pools"],
        "transferrable": item["transferable"],
        "transfer_coupon_expiration": item["transfer_date"],
        "transfer_coupon_expires_in": _interval(item["transfer_expires"]),
        "user_notification": item["user_notifications"],
        "order": item["position"],
        **custom_fields(line.reward),
    }


def _account(slug: str, names: Names) -> dict[str, str] | None:
    return {"id": slug, "name": names.accounts.get(slug, slug)} if slug else None


def _segments(reward: Reward, names: Names) -> list[dict[str, str]]:
    admitted = [group.id for group in audience_of(reward.audience).admitted if group.kind == "segment"]
    return [
        {"id": id, "name": names.segments[id][0], "status": names.segments[id][1]}
        for id in admitted
        if id in names.segments
    ]


def _interval(stored: Mapping[str, Any] | None) -> str | None:
    return interval_text(stored["after"], stored["unit"]) if stored else None
