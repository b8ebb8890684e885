"""The customer of the Read API, for a page of them: each part is read once for all. What is not known is left out."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.utils import timezone

from customers.api.serializers import number
from customers.models import Customer
from loyalty.api.access.dates import iso_date
from loyalty.api.docs.describe import Schema
from loyalty.contributions import contributed
from loyalty.engine.status import Status

from .queries import external_id_fields, referrers_of

TEXTS = (
    "email", "first_name", "last_name", "handler", "gender", "language", "image_url", "currency", "mobile_phone",
    "country",
)  # fmt: skip


@dataclass(frozen=True)
class ReadCustomerPart:
    """What a room adds to the customers, by their ids; a fixed number of queries. What the profile says itself stands.

    `schema`: of each property, all of which may be left out. `example`: what it says of a customer of the description's
    examples, by the ID.
    """

    read: Callable[[Sequence[Customer]], Mapping[int, Mapping[str, Any]]]
    schema: Mapping[str, Schema] = field(default_factory=dict)
    example: Callable[[str], Mapping[str, Any]] = lambda _id: {}


def customer_entities(customers: Sequence[Customer]) -> list[dict[str, Any]]:
    """In the same order; a fixed number of queries."""
    fields, referrers = external_id_fields(), referrers_of(customers)
    parts = [part.read(customers) for part in contributed(ReadCustomerPart)]
    return [
        _merged(one)
        if one.status == Status.MERGED
        else {
            **{name: value for part in parts for name, value in part.get(one.id, {}).items()},
            **_profile(one, fields),
            **_origin(one, referrers),
            **_purchases(one),
            **_times(one),
        }
        for one in customers
    ]


def _merged(customer: Customer) -> dict[str, Any]:
    """What it had is the survivor's, and is told there."""
    times = {name: iso_date(getattr(customer, name)) for name in ("created_at", "updated_at")}
    return {"_id": customer.public_id, "status": customer.status, **times}


def _profile(customer: Customer, id_fields: Iterable[str]) -> dict[str, Any]:
    held = customer.properties
    external = {slug: held[slug] for slug in id_fields if held.get(slug) not in (None, "")}
    memberships = held.get("membership_id")
    found = {
        "_id": customer.public_id,
        "external_ids": external,
        **{name: getattr(customer, name) for name in TEXTS},
        "membership_id": [str(one) for one in (memberships if isinstance(memberships, list) else [memberships]) if one],
        "birth_date": customer.birth_date.isoformat() if customer.birth_date else None,
    }
    known = {name: value for name, value in found.items() if value not in (None, "", {}, [])}
    return {**known, "status": customer.status, "properties": held}


def _origin(customer: Customer, referrers: Mapping[str, str]) -> dict[str, str]:
    found = {"src": customer.src or "", "referrer": referrers.get(customer.referrer or "", "")}
    return {name: text for name, text in found.items() if text}


def _purchases(customer: Customer) -> dict[str, Any]:
    return {
        "purchase_total": number(customer.purchase_total),
        "purchase_count": customer.purchase_count,
        "purchase_item_count": number(customer.purchase_item_count),
    }


def _times(customer: Customer) -> dict[str, str]:
    """Instants, and the days of the programme."""
    days = ("purchase_first_date", "purchase_last_date", "last_earn_date", "last_spend_date")
    instants = ("created_at", "updated_at", "last_login_at", "optin_at")
    found = {name: _day(getattr(customer, name)) for name in days}
    found |= {name: iso_date(at) if (at := getattr(customer, name)) else None for name in instants}
    return {name: text for name, text in found.items() if text}


def _day(at: datetime | None) -> str | None:
    return timezone.localdate(at).isoformat() if at else None
