"""Finding customers by what names them, and the profiles that are one person."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import connection
from django.db.models import QuerySet

from customers.fields.models import Field
from loyalty.engine.status import DEPARTED
from loyalty.identifiers import folded, forms, normal
from loyalty.program.queries import general_settings
from loyalty.staff.sight import EVERYTHING, Sight

from .models import Customer, Merge
from .sight.queries import is_reached, seen


def refused_names() -> frozenset[str]:
    """Under which no customer is created, as the settings have them now; one query."""
    return frozenset(map(folded, general_settings().refused_names))


def identity_in(text: str) -> tuple[str, str]:
    """What a path or a body names, as (scheme, value): a public ID, or `field:value` by an external-ID field.

    What stands before the first colon is looked up as a field; if it is none, the whole text is a public ID.
    """
    field, colon, value = text.partition(":")
    field = normal(field)
    is_field = (
        bool(colon) and field.isprintable() and Field.objects.filter(slug=field, external_id=True, active=True).exists()
    )
    return (field, value) if is_field else ("id", text)


def customer_named(text: str, sight: Sight = EVERYTHING) -> Customer | None:
    """The customer of a path or a body, by `identity_in`, as is seen; None for those who are gone.

    Raises PermissionDenied for an external ID of a field that is not seen: the answer would tell whose it is.
    """
    scheme, value = identity_in(text)
    if scheme != "id":
        sight.require_attributes([scheme])
    found = customer_of(scheme, value, sight)
    return found and seen(found, sight)


def customer_of(scheme: str, value: str, sight: Sight = EVERYTHING) -> Customer | None:
    """None for those who are gone, and for those outside one's groups."""
    found = customers_named([value], scheme).get(value)
    return found if found and found.status not in DEPARTED and is_reached(found, sight) else None


def survivor_of(profile: Customer) -> Customer | None:
    """Whom a merged-away profile is a part of; None for those who are gone."""
    found = Customer.objects.filter(merged__source=profile).exclude(status__in=DEPARTED)
    return found.first()


def customers_named(values: Sequence[str], scheme: str = "id") -> dict[str, Customer]:
    """The customers whom these values name, by the value asked for; one query for any number.

    The IDs of merged-away profiles name their survivors, of whom `is_by_merged_name` is then true. What is stored exactly
    so is meant before what is stored in the one form. What is not printable names nobody, and a NUL not even the database
    takes.
    """
    asked = {value: forms(value) for value in values if normal(value).isprintable()}
    # One array, not thousands of parameters: `__in` spends more time on the statement than on the rows.
    sql = (
        "SELECT c.*, i.value AS asked, i.origin_id AS asked_by FROM customers_identity i JOIN customers_customer c ON c.id = i.customer_id"
        " WHERE i.scheme = %s AND i.value = ANY(%s)"
    )
    every_form = list({form for found in asked.values() for form in found})
    rows = Customer.objects.raw(sql, [scheme, every_form]) if every_form else []
    stored = {getattr(row, "asked"): row for row in rows}  # noqa: B009  unknown to mypy
    named = {value: next((form for form in found if form in stored), "") for value, found in asked.items()}
    return {value: stored[form] for value, form in named.items() if form}


@dataclass(frozen=True)
class Alike:
    """Customers whose IDs of one scheme differ in form only: a person may merge them."""

    scheme: str
    customers: Sequence[int]


# Those that a single byte a letter writes have one form, without blanks around them.
_ALIKE = """
    WITH odd AS MATERIALIZED (
        SELECT scheme, one_form(value) AS form, customer_id FROM customers_identity
        WHERE (octet_length(value) <> length(value) OR value <> btrim(value)) AND value <> one_form(value)
    )
    SELECT scheme, array_agg(customer_id ORDER BY customer_id) FROM (
        SELECT scheme, form, customer_id FROM odd
        UNION SELECT i.scheme, i.value, i.customer_id FROM customers_identity i JOIN odd ON i.scheme = odd.scheme AND i.value = form
    ) named GROUP BY scheme, form HAVING count(*) > 1 ORDER BY min(customer_id) LIMIT %s
"""


def alike(limit: int) -> list[Alike]:
    """The first ones, by their customers' keys; one scan of the identities."""
    with connection.cursor() as cursor:
        cursor.execute(_ALIKE, [limit])
        return [Alike(scheme, customers) for scheme, customers in cursor.fetchall()]


def is_by_merged_name(customer: Customer) -> bool:
    """Whether `customers_named` has found the customer by an ID of a profile that was merged away."""
    return getattr(customer, "asked_by", None) is not None


def family(customer_id: int) -> Sequence[int]:
    """The profiles whose histories are the customer's: its own, then those that were merged into it; one query."""
    return [customer_id, *_merged(customer_id).values_list("source_id", flat=True)]


def family_at(customer_id: int, at: datetime) -> Sequence[int]:
    """The same as it was at an instant; one query.

    Who came by another profile came with that one's merge.
    """
    merges = {
        source: (into, on) for source, into, on in _merged(customer_id).values_list("source_id", "into", "merged_at")
    }
    found = [customer_id]
    for source in merges:
        came, place = [], source
        while place in merges:
            place, on = merges[place]
            came.append(on)
        if max(came) <= at:
            found.append(source)
    return found


def _merged(customer_id: int) -> QuerySet[Merge]:
    return Merge.objects.filter(survivor_id=customer_id).order_by("source_id")


def public_ids(customers: Collection[int]) -> dict[int, str]:
    """What the brand calls these profiles, also those that were merged away."""
    return dict(Customer.objects.filter(id__in=customers).values_list("id", "public_id"))
