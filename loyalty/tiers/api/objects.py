"""A customer's level on the wire. What is not so is left out: no expiry, no next level."""

from datetime import datetime
from typing import Any

from django.conf import settings
from django.utils import timezone

from customers.api.serializers import number
from customers.models import Customer
from loyalty.api.access.dates import iso_date
from loyalty.tiers.queries import Tier, level_name, midnight


def language_of(customer: Customer) -> str:
    """The customer's own, else the brand's; never what the caller's library says that it accepts."""
    return customer.language or settings.LANGUAGE_CODE


def tier_object(tier: Tier, language: str) -> dict[str, Any]:
    """Of the Customer API."""
    following = _next(tier, language)
    return {
        "id": tier.level.slug,
        "name": level_name(tier.level, language),
        "since": _local(tier.since),
        "threshold": number(tier.level.threshold),
        **({"expdate": _local(midnight(tier.expires_on))} if tier.expires_on else {}),
        **_points(tier),
        "structure": {"id": tier.rule.slug, "name": tier.rule.name},
        **({"next": following} if following else {}),
    }


def tier_entity(tier: Tier, language: str) -> dict[str, Any]:
    """Of the Read API, with the points of each day that has any."""
    return {
        "_id": tier.level.slug,
        "name": level_name(tier.level, language),
        "since": iso_date(tier.since),
        "threshold": number(tier.level.threshold),
        **({"expdate": tier.expires_on.isoformat()} if tier.expires_on else {}),
        **_points(tier),
        "manual": tier.standing.manual,
        **({"event": str(tier.event_id)} if tier.event_id else {}),
        "history": {day.isoformat(): number(points) for day, points in tier.day_points.items()},
        "next": _next(tier, language),
    }


def _points(tier: Tier) -> dict[str, Any]:
    return {"points": number(tier.points), "points_after_expiration": number(tier.points_after)}


def _next(tier: Tier, language: str) -> dict[str, Any]:
    """With the points that are still missing."""
    if tier.next is None:
        return {}
    return {"id": tier.next.slug, "name": level_name(tier.next, language), "points": number(tier.missing)}


def _local(at: datetime) -> str:
    """With the programme's offset, to the second."""
    return timezone.localtime(at).isoformat(timespec="seconds")
