"""The customer object of the wire, without what rooms add to it."""

from datetime import datetime
from decimal import Decimal
from typing import Annotated, Any, Literal

from django.utils import timezone
from msgspec import Meta

from customers.models import Customer
from loyalty.api.wire import Day, Number, Unix, WireObject

CustomerStatus = Literal["inactive", "active", "suspended", "opted_out", "banned"]


class CustomerObject(WireObject):
    id: str
    optin_at: Annotated[Unix | None, Meta(description="When the customer became a member.")]
    last_login_at: Unix | None
    updated_at: Unix
    first_name: str | None
    last_name: str | None
    email: str | None
    birth_date: Day | None
    gender: Annotated[str | None, Meta(description="`female`, `male` or `other`.")]
    language: Annotated[str | None, Meta(description="ISO 639-1, with a region as in `pt-BR`.")]
    currency: Annotated[str | None, Meta(description="ISO 4217.")]
    nickname: str | None
    mobile_phone: str | None
    image_url: str | None
    status: CustomerStatus
    properties: Annotated[dict[str, Any], Meta(description="The custom fields, by their names.")]
    purchase_total: Annotated[Number, Meta(description="What was bought and kept.")]
    purchase_count: int
    purchase_last_date: Day | None


def customer_object(customer: Customer) -> CustomerObject:
    """Built-in and custom fields, and what was bought."""
    last = customer.purchase_last_date
    return CustomerObject.of(
        customer,
        id=customer.public_id,
        optin_at=unix(customer.optin_at),
        last_login_at=unix(customer.last_login_at),
        updated_at=unix(customer.updated_at),
        birth_date=customer.birth_date.isoformat() if customer.birth_date else None,
        purchase_total=number(customer.purchase_total),
        purchase_last_date=timezone.localdate(last).isoformat() if last else None,
    )


def unix(at: datetime | None) -> int | None:
    return None if at is None else int(at.timestamp())


def number(amount: Decimal | int) -> Decimal | int:
    """Without the zeros that only the column has."""
    return int(amount) if amount == int(amount) else Decimal(amount).normalize()
