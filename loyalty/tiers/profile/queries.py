"""Where a customer stands in each structure, with what a profile tells of it; a fixed number of queries."""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from zoneinfo import ZoneInfo

from django.conf import settings
from django.utils import timezone

from customers.models import Customer
from loyalty.calendar import local_day
from loyalty.tiers.config import LevelRule, StructureRule
from loyalty.tiers.enums import Method, StructureType
from loyalty.tiers.models import CustomerTier, Level, StatusDay
from loyalty.tiers.queries import Tier, tiers_config, tiers_of
from loyalty.tiers.rules import LOWEST, is_for_good, reached
from loyalty.tiers.status_points.windows import NOTHING, Sums

from .outlook import Outlook, outlook_of


@dataclass(frozen=True)
class Place:
    """A structure and the customer's level in it: `tier` is None before the first. `points` are those that count now."""

    rule: StructureRule
    tier: Tier | None
    points: Decimal
    outlook: Outlook | None = None

    @property
    def level(self) -> LevelRule | None:
        return self.tier.level if self.tier else None

    @property
    def next(self) -> LevelRule | None:
        """The level that points lead to; of who has none the lowest that is not reached yet."""
        if self.tier:
            return self.tier.next
        if self.rule.type == StructureType.INVITATION_ONLY:
            return None
        return next((level for level in self.rule.levels if level.threshold > self.points), None)

    @property
    def missing(self) -> Decimal:
        return max(self.next.threshold - self.points, NOTHING) if self.next else NOTHING

    @property
    def percent(self) -> int:
        """Of the way to the next level; complete only once it is reached."""
        if self.tier:
            return int(self.tier.share * 100)
        return int(max(self.points, NOTHING) * 100 / self.next.threshold) if self.next else 0

    @property
    def above(self) -> Sequence[LevelRule]:
        """The levels that staff can raise the customer to."""
        return self.rule.levels[self.tier.place + 1 :] if self.tier else self.rule.levels

    @property
    def below(self) -> Sequence[LevelRule]:
        """The levels that staff can lower the customer to, the nearest first."""
        return self.rule.levels[self.least : self.tier.place][::-1] if self.tier else ()

    @property
    def least(self) -> int:
        """The place of the lowest level that can be set by hand: the engine refuses those below."""
        keeps = self.rule.method == Method.KEEP_HIGHEST
        return (reached(self.rule, self.points) or LOWEST) if keeps else LOWEST

    @property
    def may_expire(self) -> bool:
        return self.tier is not None and not is_for_good(self.rule, self.tier.place)


@dataclass(frozen=True)
class Benefits:
    """What the brand says of a level beside its multiplier."""

    tags: Sequence[str]
    values: Mapping[str, str]


def places_of(customer: Customer) -> list[Place]:
    """One for each active structure, by its name; none while the module is off."""
    config, zone, now = tiers_config(), ZoneInfo(settings.TIME_ZONE), timezone.now()
    if not config.all:
        return []
    today, joined = local_day(now, zone), local_day(customer.optin_at or customer.created_at, zone)
    tiers = {tier.rule.id: tier for tier in tiers_of([customer], now, config)[customer.id]}
    without = [rule for rule in config.all if rule.id not in tiers]
    points = _points_without_level(customer, without, joined, today) if without else {}
    places = [_place(rule, tiers.get(rule.id), points.get(rule.id, NOTHING), joined, today) for rule in config.all]
    return sorted(places, key=lambda place: (place.rule.name.lower(), place.rule.slug))


def _place(rule: StructureRule, tier: Tier | None, points: Decimal, joined: dt.date, today: dt.date) -> Place:
    if tier is None:
        return Place(rule, None, points)
    return Place(rule, tier, tier.points, outlook_of(tier, joined, today))


def _points_without_level(
    customer: Customer, rules: Sequence[StructureRule], joined: dt.date, today: dt.date
) -> dict[int, Decimal]:
    """What counts in structures in which no level is reached yet."""
    found = CustomerTier.objects.filter(customer=customer).values_list("structure_id", "counts_from")
    since = dict(found)
    days: dict[int, dict[dt.date, Decimal]] = {rule.id: {} for rule in rules}
    rows = StatusDay.objects.filter(customer=customer, structure__in=days)
    for structure, day, points in rows.values_list("structure_id", "day", "points"):
        days[structure][day] = points
    return {rule.id: Sums(rule, days[rule.id], joined, since.get(rule.id)).on(today) for rule in rules}


def benefits_of(places: Sequence[Place]) -> dict[int, Benefits]:
    """By the internal id of each level that is held."""
    held = [place.level.id for place in places if place.level]
    rows = Level.objects.filter(id__in=held) if held else []
    return {row.id: Benefits(row.tags, row.values) for row in rows}
