"""Structures with their members, and what a change would make of them."""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Count

from customers.models import Customer
from customers.sight.queries import reached, seen
from loyalty.accounts.program import account_facts
from loyalty.staff.sight import EVERYTHING, Sight
from loyalty.tiers.build import structure_of
from loyalty.tiers.config import StructureRule
from loyalty.tiers.enums import StructureStatus, Way
from loyalty.tiers.models import CustomerTier, Distribution, Recalculation, Structure
from loyalty.tiers.program import read_tiers, tier_facts
from loyalty.tiers.recalculation.queries import Forecast, Group, examples, forecast, groups_of, target_of
from loyalty.ui.charts import Chart, Series, bars

DAYS_SHOWN = 12
TONES = ("1", "2", "3", "4", "5")


def structures(
    sight: Sight = EVERYTHING,
) -> list[tuple[Structure, list[tuple[str, int]], Recalculation | None]]:
    """Each with how many that are seen its levels have, and what is still being recalculated; a fixed number of queries."""
    rows = list(Structure.objects.prefetch_related("levels").order_by("slug"))
    members = _members(sight)
    running = {job.structure_id: job for job in Recalculation.objects.exclude(status="done").order_by("-id")}
    return [(row, _levels(row, members), running.get(row.id)) for row in rows]


def _members(sight: Sight) -> dict[int, int]:
    """How many customers have a level, by its internal id."""
    held = CustomerTier.objects.filter(reached(sight, "customer_id"), level__isnull=False)
    rows = held.values_list("level").annotate(number=Count("customer_id"))
    return {level: number for level, number in rows.order_by() if level is not None}


def _levels(structure: Structure, members: Mapping[int, int]) -> list[tuple[str, int]]:
    levels = (level for level in structure.levels.all() if level.position is not None)
    return [
        (str(level.names.get("en") or level.slug), members.get(level.id, 0))
        for level in sorted(levels, key=lambda level: level.position or 0)
    ]


def structure_item(slug: str) -> dict[str, Any] | None:
    """As the program file has it."""
    return next((item for item in read_tiers() if item["id"] == slug), None)


def history_chart(slug: str) -> Chart | None:
    """How many had which level as the last days ended that were counted, about a month apart; None before the first."""
    rows = Distribution.objects.filter(structure__slug=slug, level__position__isnull=False)
    days = sorted(set(rows.values_list("day", flat=True)))
    chosen = days[-1 :: -max(len(days) // DAYS_SHOWN, 1)][:DAYS_SHOWN][::-1]
    if not chosen:
        return None
    counted = {(row.day, row.level): row.customers for row in rows.filter(day__in=chosen).select_related("level")}
    levels = sorted({level for _, level in counted}, key=lambda level: level.position or 0)
    series = [
        Series(
            str(level.names.get("en") or level.slug), [counted.get((day, level), 0) for day in chosen], TONES[place % 5]
        )
        for place, level in enumerate(levels)
    ]
    return bars([day.isoformat() for day in chosen], series)


# Preview


@dataclass(frozen=True)
class Example:
    customer: Customer
    before: str
    after: str


@dataclass(frozen=True)
class Preview:
    """`rows`: each level's name, how many have it now, and how many afterwards by each way, in the order of `Way`."""

    ways: Sequence[Forecast]
    rows: Sequence[tuple[str, int, Sequence[int]]]
    examples: Sequence[Example]


def proposed_rule(item: Mapping[str, Any]) -> StructureRule:
    """The rule that an item of the program file would be. One that is new has no internal id."""
    known = tier_facts().get(item["id"], {"id": 0, "levels": {}, "thresholds": {}})
    accounts = {slug: fact["id"] for slug, fact in account_facts().items()}
    return structure_of(item, known, accounts)


def preview(
    item: Mapping[str, Any], before: Mapping[str, Any] | None, at: dt.datetime, sight: Sight = EVERYTHING
) -> Preview:
    """Its examples as somebody sees them. Raises PermissionDenied for whoever does not see all customers."""
    sight.require_all_records()
    rule = proposed_rule(item)
    recounts = before is None or before["status"] != StructureStatus.ACTIVE
    groups = groups_of(rule, at, recounts=recounts)
    ways = [forecast(rule, way, groups) for way in Way]
    shown = next((one for one in ways if one.moving), ways[0])
    found = examples(rule, shown.moving, at, recounts=recounts)
    return Preview(
        ways,
        _rows(rule, groups, ways),
        [_example(rule, shown.way, seen(customer, sight), group) for customer, group in found],
    )


def _rows(
    rule: StructureRule, groups: Sequence[Group], ways: Sequence[Forecast]
) -> list[tuple[str, int, Sequence[int]]]:
    now: dict[int | None, int] = {}
    for group in groups:
        now[group.standing.level] = now.get(group.standing.level, 0) + group.number
    places: list[int | None] = [*range(len(rule.levels)), None]
    return [
        (_name(rule, place), now.get(place, 0), [way.levels.get(place, 0) for way in ways])
        for place in places
        if place is not None or now.get(None) or any(way.levels.get(None) for way in ways)
    ]


def _example(rule: StructureRule, way: Way, customer: Customer, group: Group) -> Example:
    before = rule.removed[group.left][0] if group.left is not None else _name(rule, group.standing.level)
    return Example(customer, before, _name(rule, target_of(rule, group, way)))


def _name(rule: StructureRule, place: int | None) -> str:
    if place is None:
        return ""
    return rule.levels[place].name
