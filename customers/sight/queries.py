"""Which customers somebody sees, and what of them: the copy lacks what their role does not let them see."""

import copy
from collections.abc import Collection, Mapping
from typing import Any

from django.db.models import Q

from customers.fields.models import Field
from customers.models import Customer
from loyalty.staff.groups.reach import is_out_of_reach, within
from loyalty.staff.sight import Sight

# The kind of record that user groups decide of.
CUSTOMERS = "customers"


def reached(sight: Sight, key: str = "pk") -> Q:
    """The condition on rows whose `key`, a path of the queried model, is of a customer, or null."""
    return within(CUSTOMERS, sight.reach, key)


def is_reached(customer: Customer, sight: Sight) -> bool:
    """A query where not all customers are seen."""
    return sees_all_customers(sight) or not is_out_of_reach(sight.reach, [customer])


def sees_all_customers(sight: Sight) -> bool:
    return not sight.reach.is_limited(CUSTOMERS)


def seen(customer: Customer, sight: Sight) -> Customer:
    """A copy to be shown, never to be saved: without the fields that are not seen, and without such custom attributes."""
    if sight.is_everything:
        return customer
    found = copy.copy(customer)
    found.seen_by = sight
    for column in Customer._meta.concrete_fields:
        if column.attname in found.__dict__ and not sight.sees(column.name):
            setattr(found, column.attname, None)
    if "properties" in found.__dict__:
        found.properties = seen_attributes(found.properties, sight)
    return found


def seen_attributes(attributes: Mapping[str, Any], sight: Sight) -> dict[str, Any]:
    return {name: value for name, value in attributes.items() if sight.sees_attribute(name)}


def unseen_schemes(sight: Sight) -> Collection[str]:
    """The kinds of external IDs that are not seen; a query, unless everything is."""
    if sight.is_full:
        return ()
    slugs = Field.objects.filter(external_id=True).values_list("slug", flat=True)
    return [slug for slug in slugs if not sight.sees_attribute(slug)]
