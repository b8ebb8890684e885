"""The customer object of the wire."""

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.utils import timezone

from loyalty.points.models import Balance, BurnRate

from .models import Customer


def unix(at: datetime | None) -> int | None:
    return None if at is None else int(at.timestamp())


def customer_object(customer: Customer, balance: Balance, accounts: list[dict[str, Any]] | None) -> dict[str, Any]:
    """Built-in and loyalty fields; the figures are the default account's. `accounts` is None while the module is off."""
    shown = {
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
        "score": balance.earned,
        "spent": balance.spent,
        "reserved": balance.reserved,
        "expired": balance.expired,
        "spendable": balance.spendable,
        "pending": balance.pending,
        "properties": customer.properties,
        **purchases(customer),
    }
    return shown if accounts is None else {**shown, "accounts": accounts}


def number(amount: Decimal) -> Decimal | int:
    """Without the zeros that only the column has."""
    return int(amount) if amount == amount.to_integral_value() else amount.normalize()


def purchases(customer: Customer) -> dict[str, Any]:
    last = customer.purchase_last_date
    return {
        "purchase_total": number(customer.purchase_total),
        "purchase_count": customer.purchase_count,
        "purchase_last_date": timezone.localdate(last).isoformat() if last else None,
    }


def account_object(balance: Balance) -> dict[str, Any]:
    figures: Mapping[str, int] = {
        name: getattr(balance, name) for name in ("earned", "spent", "pending", "reserved", "expired", "spendable")
    }
    rates = [burn_rate_object(rate, balance.spendable) for rate in balance.account.burn_rates.all()]
    return {"id": balance.account.slug, "name": balance.account.name, **figures, "burn_rates": rates}


def burn_rate_object(rate: BurnRate, spendable: int) -> dict[str, Any]:
    """What the spendable points are worth; those that do not make up another step stay unconverted."""
    steps, rest = divmod(spendable, rate.points)
    return {
        "amount": rate.amount,
        "points": rate.points,
        "currency": rate.currency,
        "converted_amount": number(steps * rate.amount / Decimal(100)),
        "unconverted_points": rest,
    }
