"""A customer's tier events as a list tells them, and the status points by month and day."""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import groupby

from django.db.models import QuerySet

from customers.models import Customer
from events.models import Event
from events.timeline.queries import TimelineEntry, events_per_profile
from loyalty.tiers.models import StatusDay
from loyalty.tiers.rules import CHANGE

from .queries import Place
from .sentences import ACTIONS, TierNames, last_day_of, reason_in_words
from .words import amount

# How many days with points are shown of a structure, the newest.
MOST_DAYS = 200


def tier_events(family: Sequence[int]) -> list[QuerySet[Event]]:
    """Of each profile by itself, whose timeline an index serves."""
    return [rows.filter(action__in=ACTIONS) for rows in events_per_profile(family)]


@dataclass(frozen=True)
class TierEvent:
    """An event of the history; `before` is empty for a first level, `after` where only the last day was changed."""

    told: TimelineEntry
    structure: str
    before: str
    after: str
    points: Decimal | None
    reason: str
    last_day: dt.date | None
    is_endless: bool

    @classmethod
    def of(cls, told: TimelineEntry, names: TierNames) -> "TierEvent":
        event, data = told.event, told.event.data
        structure, to = data.get("structure", ""), data.get("to") or data.get("tier")
        by_hand = event.action == CHANGE
        return cls(
            told=told,
            structure=names.structure(structure),
            before=names.level(structure, data["from"]) if data.get("from") else "",
            after=names.level(structure, to) if to else "",
            points=None if data.get("points") is None else Decimal(str(data["points"])),
            reason=str(data.get("reason") or "") if by_hand else reason_in_words(event.action, data.get("reason")),
            last_day=last_day_of(event),
            is_endless=by_hand and "expdate" in data and not data["expdate"],
        )


@dataclass(frozen=True)
class Days:
    """Status points by day, the newest first, and their sums by month; written as the structure counts."""

    name: str
    now: str
    months: Sequence[tuple[dt.date, str]]
    days: Sequence[tuple[dt.date, str]]


def status_points(customer: Customer, places: Sequence[Place]) -> list[Days]:
    """Of each structure in which any were counted; one query."""
    rows = StatusDay.objects.filter(customer=customer, structure__in=[place.rule.id for place in places])
    found: dict[int, list[tuple[dt.date, Decimal]]] = {}
    for structure, day, points in rows.order_by("-day").values_list("structure_id", "day", "points"):
        found.setdefault(structure, []).append((day, points))
    return [_days(place, found) for place in places if place.rule.id in found]


def _days(place: Place, found: Mapping[int, Sequence[tuple[dt.date, Decimal]]]) -> Days:
    rule, days = place.rule, [*found[place.rule.id][:MOST_DAYS]]
    months = [
        (month, amount(rule, sum((points for _, points in own), Decimal(0))))
        for month, own in groupby(days, key=lambda one: one[0].replace(day=1))
    ]
    return Days(rule.name, amount(rule, place.points), months, [(day, amount(rule, points)) for day, points in days])
