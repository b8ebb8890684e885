"""The customer object of the wire."""

from datetime import datetime
from decimal import Decimal
from typing import Any

from django.utils import timezone

from customers.models import Customer


def unix(at: datetime | None) -> int | None:
    return None if at is None else int(at.timestamp())


def customer_object(customer: Customer) -> dict[str, Any]:
    """Built-in and custom fields, and what was bought."""
    return {
        "id": customer.public_id,
        "optin_at": unix(customer.optin_at),
        "last_login_at": unix(customer.last_login_at),
        "updated_at": unix(customer.updated_at),
        "first_name": customer.first_name,
        "last_name": customer.last_name,
        "email": customer.email,
        "birth_date": customer.birth_date.isoformat() if customer.birth_date else None,
        "gender": customer.gender,
        "language": customer.language,
        "currency": customer.currency,
        "nickname": customer.nickname,
        "mobile_phone": customer.mobile_phone,
        "image_url": customer.image_url,
        "status": customer.status,
        "properties": customer.properties,
        **purchases(customer),
    }


def number(amount: Decimal | int) -> Decimal | int:
    """Without the zeros that only the column has."""
    return int(amount) if amount == int(amount) else Decimal(amount).normalize()


def purchases(customer: Customer) -> dict[str, Any]:
    last = customer.purchase_last_date
    return {
        "purchase_total": number(customer.purchase_total),
        "purchase_count": customer.purchase_count,
        "purchase_last_date": timezone.localdate(last).isoformat() if last else None,
    }
