"""Where customers stand: level, validity, what is missing to the next one."""

import datetime as dt
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from zoneinfo import ZoneInfo

from django.conf import settings
from django.utils import timezone
from django.utils.translation import get_language

from customers.models import Customer
from loyalty.accounts.models import Account
from loyalty.calendar import ONE_DAY, end_of, local_day
from loyalty.program.queries import general_settings

from .build import config_of
from .config import LevelRule, StructureRule, TiersConfig
from .enums import TIERS_MODULE, StructureType
from .models import CustomerTier, StatusDay
from .program import read_tiers, tier_facts
from .rules import LOWEST, Standing, reached
from .status_points.windows import NOTHING, Sums, period


def tiers_config() -> TiersConfig:
    """The active structures as they are now; without a query more while the module is off."""
    modules = general_settings().modules
    if TIERS_MODULE not in modules:
        return TiersConfig()
    accounts = {slug: {"id": id} for slug, id in Account.objects.values_list("slug", "id")}
    document = {"settings": {"modules": modules}, "tiers": read_tiers()}
    return config_of(document, {"accounts": accounts, "tiers": tier_facts()})


@dataclass(frozen=True)
class Tier:
    """A customer's level in a structure, as of a day. `day_points`: the status points of each local day that has any."""

    rule: StructureRule
    place: int
    since: dt.datetime
    event_id: int | None
    standing: Standing
    points: Decimal
    points_after: Decimal
    day_points: Mapping[dt.date, Decimal]

    @property
    def level(self) -> LevelRule:
        return self.rule.levels[self.place]

    @property
    def next(self) -> LevelRule | None:
        """The level above; None at the top, and where no points lead on."""
        is_top = self.place + 1 == len(self.rule.levels) or self.rule.type == StructureType.INVITATION_ONLY
        return None if is_top else self.rule.levels[self.place + 1]

    @property
    def missing(self) -> Decimal:
        """How many points more reach the next level."""
        return max(self.next.threshold - self.points, NOTHING) if self.next else NOTHING

    @property
    def share(self) -> float:
        """How much of the way from this level's threshold to the next one's is done: from 0 to 1."""
        if self.next is None:
            return 1.0
        way = self.next.threshold - self.level.threshold
        return float(min(max((self.points - self.level.threshold) / way, NOTHING), Decimal(1))) if way > 0 else 0.0

    @property
    def expires_on(self) -> dt.date | None:
        """The local day as which it is computed anew."""
        return self.standing.expires

    @property
    def last_day(self) -> dt.date | None:
        """The last day on which it is valid."""
        return self.standing.expires - ONE_DAY if self.standing.expires else None

    @property
    def falls_to(self) -> LevelRule:
        """What the points as they are would leave at the expiry."""
        return self.rule.levels[min(reached(self.rule, self.points_after) or LOWEST, self.place)]


def level_name(level: LevelRule, language: str | None = None) -> str:
    """In the language, else in English, else in the first one that it has."""
    return in_language(level.names, level.slug, language)


def in_language(names: Mapping[str, str], slug: str, language: str | None = None) -> str:
    """A level's name by its names, as `level_name`."""
    wanted = (language or get_language() or "en").partition("-")[0]
    return names.get(language or "") or names.get(wanted) or names.get("en") or next(iter(names.values()), slug)


def tiers_of(
    customers: Sequence[Customer], at: dt.datetime | None = None, config: TiersConfig | None = None
) -> dict[int, list[Tier]]:
    """Each customer's levels, by the ID of their structure; a fixed number of queries."""
    config = tiers_config() if config is None else config
    found: dict[int, list[Tier]] = {customer.id: [] for customer in customers}
    if not config.all or not customers:
        return found
    zone = ZoneInfo(settings.TIME_ZONE)
    today, people = local_day(at or timezone.now(), zone), {customer.id: customer for customer in customers}
    rows = CustomerTier.objects.filter(customer__in=people, level__isnull=False)
    known = {(row.customer_id, row.structure_id): row for row in rows}
    days = _days(people) if known else {}
    for rule in sorted(config.all, key=lambda rule: rule.slug):
        for id, customer in people.items():
            row = known.get((id, rule.id))
            if row is not None and row.level_id in rule.places:
                joined = local_day(customer.optin_at or customer.created_at, zone)
                found[id].append(_tier(rule, row, days.get((id, rule.id), {}), joined, today))
    return found


def _days(customers: Collection[int]) -> dict[tuple[int, int], dict[dt.date, Decimal]]:
    found: dict[tuple[int, int], dict[dt.date, Decimal]] = {}
    rows = StatusDay.objects.filter(customer__in=customers).order_by("day")
    for id, structure, day, points in rows.values_list("customer_id", "structure_id", "day", "points"):
        found.setdefault((id, structure), {})[day] = points
    return found


def _tier(
    rule: StructureRule, row: CustomerTier, days: Mapping[dt.date, Decimal], joined: dt.date, today: dt.date
) -> Tier:
    assert row.level_id is not None
    assert row.since is not None
    place = rule.places[row.level_id]
    standing = Standing(place, row.manual, row.expires_on, row.computed_on, row.grace_from, row.counts_from)
    sums = Sums(rule, days, joined, row.counts_from)
    return Tier(
        rule=rule,
        place=place,
        since=row.since,
        event_id=row.event_id,
        standing=standing,
        points=sums.on(today),
        points_after=points_after(rule, standing, sums, today),
        day_points=days,
    )


def points_after(rule: StructureRule, standing: Standing, sums: Sums, today: dt.date) -> Decimal:
    """What is left as the next boundary passes, if nothing else happens: docs/tiers.md."""
    boundaries = [standing.expires] if standing.expires else []
    if rule.has_periods:
        boundaries.append(period(rule, today, sums.joined)[1])
    if not boundaries:
        boundaries += [day for day, _ in sums.leaving(today)][:1] if rule.rolling_months else []
    coming = [day for day in boundaries if day > today]
    if not coming:
        return sums.on(today)
    day = min(coming)
    resets = rule.method == "reset" and day == standing.expires
    return (Sums(rule, sums.days, sums.joined, day) if resets else sums).on(day)


def midnight(day: dt.date) -> dt.datetime:
    """The local midnight with which the day begins, with its offset."""
    zone = ZoneInfo(settings.TIME_ZONE)
    return end_of(day - ONE_DAY, zone).astimezone(zone)
