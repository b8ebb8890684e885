"""A customer's levels, for those who weigh what a change would do."""

from collections.abc import Mapping

from customers.models import Customer
from loyalty.tiers.queries import level_name, tiers_of


def levels_of(customer_id: int) -> Mapping[str, str]:
    """By structure."""
    people = list(Customer.objects.filter(id=customer_id))
    return {tier.rule.name: level_name(tier.level) for tiers in tiers_of(people).values() for tier in tiers}
