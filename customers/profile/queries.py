"""What the Overview tab tells of the profile itself."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from customers.fields.models import Field
from customers.fields.names import text_of
from customers.models import Customer

LONGEST_VALUE = 300


def attributes_of(properties: Mapping[str, Any]) -> list[tuple[str, str]]:
    """The custom attributes as (label, text): the defined ones in their order, then the others by name."""
    labels = {field.slug: field.label for field in Field.objects.filter(active=True)}
    defined = [
        (label, text_of(properties[name])[:LONGEST_VALUE]) for name, label in labels.items() if name in properties
    ]
    others = (name for name in properties if name not in labels)
    return defined + sorted(
        (name.replace("_", " ").capitalize(), text_of(properties[name])[:LONGEST_VALUE]) for name in others
    )


def average_purchase(customer: Customer) -> Decimal | None:
    return customer.purchase_total / customer.purchase_count if customer.purchase_count else None
