"""What a merge does to levels, before it is done."""

from collections.abc import Iterator
from dataclasses import dataclass

from customers.models import Customer
from loyalty.tiers.models import CustomerTier
from loyalty.tiers.queries import Tier, level_name, tiers_config, tiers_of
from loyalty.tiers.rules import LOWEST, reached
from loyalty.tiers.status_points.windows import NOTHING


@dataclass(frozen=True)
class ComparedTier:
    """The names of the levels in one structure, of both and of the survivor afterwards; empty for none."""

    structure: str
    source: str
    target: str
    result: str


def compared_tiers(source: Customer, target: Customer) -> Iterator[ComparedTier]:
    """Where either has a level; nothing while there are no tiers. A fixed number of queries."""
    config = tiers_config()
    found = tiers_of([source, target], config=config)
    theirs, ours = ({tier.rule.id: tier for tier in found[one.id]} for one in (source, target))
    for rule in sorted(config.all, key=lambda rule: (rule.name.lower(), rule.slug)):
        both = [tier for tier in (theirs.get(rule.id), ours.get(rule.id)) if tier]
        if both:
            result = level_name(rule.levels[_together(both)])
            yield ComparedTier(rule.name, _name(theirs.get(rule.id)), _name(ours.get(rule.id)), result)


def _together(both: list[Tier]) -> int:
    """The higher level, or what the points of both reach."""
    best = reached(both[0].rule, sum((tier.points for tier in both), NOTHING)) or LOWEST
    return max(best, *(tier.place for tier in both))


def _name(tier: Tier | None) -> str:
    return level_name(tier.level) if tier else ""


def levels_held(source: Customer) -> int:
    return CustomerTier.objects.filter(customer=source, level__isnull=False).count()
