from collections.abc import Sequence

from django.db.models import F

from .enums import GONE
from .models import Customer


def customer_by_public_id(public_id: str) -> Customer | None:
    """The customer of that ID, also when the ID was merged away; None for those who are gone."""
    found = Customer.objects.filter(identities__scheme="id", identities__value=public_id).first()
    return found if found and found.status not in GONE else None


def customers_by_public_id(ids: Sequence[str]) -> dict[str, Customer]:
    """The customers that these IDs name, merged-away IDs too, by the ID asked for; one query for any number."""
    found = Customer.objects.filter(identities__scheme="id", identities__value__in=ids)
    return {row.asked: row for row in found.annotate(asked=F("identities__value"))}
