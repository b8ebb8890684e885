"""The customer of the Read API, for a page of them: each part is read once for all. What is not known is left out."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from django.utils import timezone

from customers.api.serializers import number
from customers.models import Customer
from events.api.v1.queries import imports_of
from loyalty.api.access.dates import iso_date
from loyalty.engine.status import Status
from loyalty.points.ledger.models import Balance
from loyalty.points.ledger.queries import balances_of_all
from loyalty.program.enums import Module
from loyalty.program.queries import general_settings

from .queries import external_id_fields, referrers_of

TEXTS = (
    "email", "first_name", "last_name", "handler", "gender", "language", "image_url", "currency", "mobile_phone",
    "country",
)  # fmt: skip


def customer_entities(customers: Sequence[Customer]) -> list[dict[str, Any]]:
    """In the same order; a fixed number of queries."""
    ids = [customer.id for customer in customers]
    balances, imports, fields = balances_of_all(ids), imports_of(ids), external_id_fields()
    referrers = referrers_of(customers)
    has_accounts = Module.MULTI_ACCOUNTS in general_settings().modules
    return [
        _merged(one)
        if one.status == Status.MERGED
        else {
            **_profile(one, fields),
            **_origin(one, imports, referrers),
            **_figures(balances[one.id][0]),
            **_purchases(one),
            **_times(one),
            **({"accounts": _accounts(balances[one.id][1])} if has_accounts else {}),
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


def _origin(customer: Customer, imports: Mapping[int, str], referrers: Mapping[str, str]) -> dict[str, str]:
    found = {"src": customer.src or imports.get(customer.id), "referrer": referrers.get(customer.referrer or "")}
    return {name: text for name, text in found.items() if text}


def _figures(balance: Balance) -> dict[str, int]:
    """Of the default account."""
    names = ("spent", "reserved", "expired", "pending", "point_balance")
    return {"score": balance.earned, **{name: getattr(balance, name) for name in names}}


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


def _accounts(balances: Iterable[Balance]) -> dict[str, Any]:
    names = ("earned", "reserved", "spent", "pending", "expired", "point_balance")
    return {
        one.account.slug: {
            "name": one.account.name,
            "type": one.account.type,
            "default": one.account.is_default,
            **{name: getattr(one, name) for name in names},
            "negative_points": one.account.negative_points,
        }
        for one in balances
    }
