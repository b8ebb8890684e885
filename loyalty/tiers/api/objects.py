"""A customer's level on the wire, and the structures. What is not so is left out: no expiry, no next level."""

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, Any

from django.conf import settings
from django.utils import timezone
from msgspec import UNSET, Meta, UnsetType

from customers.api.serializers import number
from customers.models import Customer
from loyalty.api.access.dates import iso_date
from loyalty.api.wire import Day, Moment, Number, WireObject
from loyalty.tiers.enums import Expiration, StructureStatus, StructureType
from loyalty.tiers.models import Level, Structure
from loyalty.tiers.queries import Tier, level_name, midnight

_LevelId = Annotated[str, Meta(description="The ID of the level.")]
_LevelName = Annotated[str, Meta(description="In the customer's language, else in the brand's, else in English.")]
_Missing = Annotated[Number, Meta(description="How many status points are still missing.")]


class _TierObject(WireObject):
    name: _LevelName
    threshold: Annotated[Number, Meta(description="The status points that reach the level.")]
    points: Annotated[
        Number, Meta(description="The status points that count now; spending and expiry of points do not touch them.")
    ]
    points_after_expiration: Annotated[
        Number, Meta(description="What is left of them at the next boundary, if nothing else happens.")
    ]


class TierStructureNameObject(WireObject):
    id: str
    name: str


class NextTierObject(WireObject):
    """The level above; left out on the top."""

    id: str
    name: str
    points: _Missing


class CustomerTierObject(_TierObject):
    id: _LevelId
    since: Annotated[Moment, Meta(description="When the customer got it, with the programme's offset.")]
    structure: TierStructureNameObject
    expdate: Annotated[
        Moment | UnsetType,
        Meta(description="The local midnight at which it is computed anew: it is valid through the day before."),
    ] = UNSET
    next: NextTierObject | UnsetType = UNSET


class ReadNextTierObject(WireObject):
    """The level above; an empty object on the top."""

    id: str | UnsetType = UNSET
    name: str | UnsetType = UNSET
    points: _Missing | UnsetType = UNSET


class ReadTierObject(_TierObject):
    _id: _LevelId
    since: Annotated[Moment, Meta(description="When the customer got it, in UTC.")]
    manual: Annotated[bool, Meta(description="Whether it was set by hand.")]
    history: Annotated[dict[str, Number], Meta(description="The status points of each day that has any.")]
    next: ReadNextTierObject
    expdate: Annotated[
        Day | UnsetType,
        Meta(description="The day as which it is computed anew: it is valid through the day before."),
    ] = UNSET
    event: Annotated[str | UnsetType, Meta(description="The ID of the event that set it.")] = UNSET


class TiersObject(WireObject):
    """What a customer has of tiers."""

    tiers: Annotated[
        list[CustomerTierObject],
        Meta(
            description="The customer's level in each tier structure, while the module Tiers is on; empty without a level."
        ),
    ]


class ReadTiersObject(WireObject):
    """The same of the Read API."""

    tiers: Annotated[
        dict[str, ReadTierObject], Meta(description="By the structure's ID, while the module Tiers is on.")
    ]


class TierLevelObject(WireObject):
    id: str
    name: Annotated[dict[str, str], Meta(description="By language.")]
    threshold: Annotated[Number, Meta(description="The status points that reach it.")]


class TierAccountObject(WireObject):
    """Whose points count, or are multiplied."""

    id: str
    name: str


class TierStructureObject(WireObject):
    id: Annotated[str, Meta(description="The ID of the structure.")]
    name: str
    status: StructureStatus
    account: TierAccountObject
    type: StructureType
    expiration_type: Expiration
    rolling_months: Annotated[str | None, Meta(description="How many months count, as a text; null unless `rolling`.")]
    calendar_expirations: Annotated[list[str], Meta(description="The dates on which a period begins, as `01-31`.")]
    tiers: Annotated[list[TierLevelObject], Meta(description="The levels, from the lowest.")]


def language_of(customer: Customer) -> str:
    """The customer's own, else the brand's; never what the caller's library says that it accepts."""
    return customer.language or settings.LANGUAGE_CODE


def customer_tiers(tiers: Sequence[Tier], language: str) -> TiersObject:
    """Of the Customer API."""
    return TiersObject(tiers=[_customer_tier(tier, language) for tier in tiers])


def read_tiers(tiers: Sequence[Tier], language: str) -> ReadTiersObject:
    """Of the Read API, with the points of each day that has any."""
    return ReadTiersObject(tiers={tier.rule.slug: _read_tier(tier, language) for tier in tiers})


def _customer_tier(tier: Tier, language: str) -> CustomerTierObject:
    above = tier.next
    return CustomerTierObject(
        id=tier.level.slug,
        **_figures(tier, language),
        since=_local(tier.since),
        expdate=_local(midnight(tier.expires_on)) if tier.expires_on else UNSET,
        structure=TierStructureNameObject(id=tier.rule.slug, name=tier.rule.name),
        next=UNSET
        if above is None
        else NextTierObject(id=above.slug, name=level_name(above, language), points=number(tier.missing)),
    )


def _read_tier(tier: Tier, language: str) -> ReadTierObject:
    above = tier.next
    return ReadTierObject(
        _id=tier.level.slug,
        **_figures(tier, language),
        since=iso_date(tier.since),
        expdate=tier.expires_on.isoformat() if tier.expires_on else UNSET,
        manual=tier.standing.manual,
        event=str(tier.event_id) if tier.event_id else UNSET,
        history={day.isoformat(): number(points) for day, points in tier.day_points.items()},
        next=ReadNextTierObject()
        if above is None
        else ReadNextTierObject(id=above.slug, name=level_name(above, language), points=number(tier.missing)),
    )


def _figures(tier: Tier, language: str) -> dict[str, Any]:
    """What both APIs say of it."""
    return {
        "name": level_name(tier.level, language),
        "threshold": number(tier.level.threshold),
        "points": number(tier.points),
        "points_after_expiration": number(tier.points_after),
    }


def structure_object(structure: Structure) -> TierStructureObject:
    return TierStructureObject(
        id=structure.slug,
        name=structure.name,
        status=StructureStatus(structure.status),
        account=TierAccountObject(id=structure.account.slug, name=structure.account.name),
        type=StructureType(structure.type),
        expiration_type=Expiration(structure.expiration),
        # A text, as published.
        rolling_months=str(structure.rolling_months) if structure.rolling_months else None,
        calendar_expirations=structure.dates,
        tiers=[_level(level) for level in structure.levels.all()],
    )


def _level(level: Level) -> TierLevelObject:
    return TierLevelObject(id=level.slug, name=level.names, threshold=number(level.threshold))


def _local(at: datetime) -> str:
    """With the programme's offset, to the second."""
    return timezone.localtime(at).isoformat(timespec="seconds")
