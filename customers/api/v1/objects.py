"""The customer of the Read API, for a page of them: each part is read once for all. What is not known is left out."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Annotated, Any, Literal

from django.utils import timezone
from msgspec import UNSET, Meta, UnsetType

from customers.api.serializers import number
from customers.models import Customer
from loyalty.api.access.dates import iso_date
from loyalty.api.docs.describe import Schema
from loyalty.api.wire import Day, Moment, Number, WireObject
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


class ReadCustomerObject(WireObject):
    """Those who were merged away have what must be there, and no more."""

    _id: Annotated[str, Meta(description="The brand's ID.")]
    status: Literal["active", "inactive", "merged", "suspended"]
    created_at: Moment
    updated_at: Moment
    external_ids: Annotated[
        dict[str, str] | UnsetType, Meta(description="By external-ID field; left out if there is none.")
    ] = UNSET
    email: str | UnsetType = UNSET
    first_name: str | UnsetType = UNSET
    last_name: str | UnsetType = UNSET
    handler: Annotated[str | UnsetType, Meta(description="The nickname that is shown.")] = UNSET
    gender: str | UnsetType = UNSET
    language: str | UnsetType = UNSET
    image_url: str | UnsetType = UNSET
    currency: str | UnsetType = UNSET
    mobile_phone: str | UnsetType = UNSET
    country: str | UnsetType = UNSET
    membership_id: Annotated[list[str] | UnsetType, Meta(description="What the custom field membership_id holds.")] = (
        UNSET
    )
    src: Annotated[
        str | UnsetType,
        Meta(description="Where the customer came from; `import:<id>` if an import brought the customer."),
    ] = UNSET
    referrer: Annotated[str | UnsetType, Meta(description="The ID of the customer who referred this one.")] = UNSET
    purchase_total: Number | UnsetType = UNSET
    purchase_count: int | UnsetType = UNSET
    purchase_item_count: Annotated[Number | UnsetType, Meta(description="Pieces, or by weight.")] = UNSET
    last_login_at: Moment | UnsetType = UNSET
    optin_at: Moment | UnsetType = UNSET
    birth_date: Day | UnsetType = UNSET
    purchase_first_date: Day | UnsetType = UNSET
    purchase_last_date: Day | UnsetType = UNSET
    last_earn_date: Day | UnsetType = UNSET
    last_spend_date: Day | UnsetType = UNSET
    properties: Annotated[dict[str, Any] | UnsetType, Meta(description="Custom attributes by their IDs.")] = UNSET


def customer_entities(customers: Sequence[Customer]) -> list[dict[str, Any]]:
    """In the same order; a fixed number of queries."""
    fields, referrers = external_id_fields(), referrers_of(customers)
    parts = [part.read(customers) for part in contributed(ReadCustomerPart)]
    return [
        _merged(one).written()
        if one.status == Status.MERGED
        else {
            **{name: value for part in parts for name, value in part.get(one.id, {}).items()},
            **_living(one, fields, referrers).written(),
        }
        for one in customers
    ]


def _merged(customer: Customer) -> ReadCustomerObject:
    """What it had is the survivor's, and is told there."""
    return ReadCustomerObject.of(customer, **_always(customer))


def _always(customer: Customer) -> dict[str, str]:
    times = {name: iso_date(getattr(customer, name)) for name in ("created_at", "updated_at")}
    return {"_id": customer.public_id, **times}


def _living(customer: Customer, id_fields: Iterable[str], referrers: Mapping[str, str]) -> ReadCustomerObject:
    held = customer.properties
    external = {slug: held[slug] for slug in id_fields if held.get(slug) not in (None, "")}
    memberships = held.get("membership_id")
    return ReadCustomerObject.of(
        customer,
        **_always(customer),
        external_ids=external or UNSET,
        **{name: getattr(customer, name) or UNSET for name in TEXTS},
        membership_id=[str(one) for one in (memberships if isinstance(memberships, list) else [memberships]) if one]
        or UNSET,
        src=customer.src or UNSET,
        referrer=referrers.get(customer.referrer or "", UNSET),
        purchase_total=number(customer.purchase_total),
        purchase_count=customer.purchase_count,
        purchase_item_count=number(customer.purchase_item_count),
        birth_date=customer.birth_date.isoformat() if customer.birth_date else UNSET,
        **_times(customer),
        properties=held,
    )


def _times(customer: Customer) -> dict[str, str | UnsetType]:
    """Instants, and the days of the programme."""
    days = ("purchase_first_date", "purchase_last_date", "last_earn_date", "last_spend_date")
    instants = ("last_login_at", "optin_at")
    return {
        **{name: _day(at) if (at := getattr(customer, name)) else UNSET for name in days},
        **{name: iso_date(at) if (at := getattr(customer, name)) else UNSET for name in instants},
    }


def _day(at: datetime) -> str:
    return timezone.localdate(at).isoformat()
