"""The customer object of the wire, for one customer or a page of them: each part is read once for all."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.utils import timezone

from events.purchases import PERIODS, Purchases, purchases_in
from loyalty.points.queries import balances_of_all, expiring_points_of, reset_dates
from loyalty.staff.enums import Module
from loyalty.staff.queries import general_settings

from .models import Customer
from .serializers import account_object, customer_object, expiring_object, purchases_object

PURCHASES = ("purchases", "purchase")
Parts = Sequence[dict[str, Any]]


def read_fields(text: str) -> frozenset[str]:
    return frozenset(name for part in text.split(",") if (name := part.strip()))


def customer_objects(customers: Sequence[Customer], fields: frozenset[str]) -> Parts:
    """The whole object of each, and what `fields` asks for besides; what is unknown or switched off is left out."""
    modules = general_settings().modules
    balances = balances_of_all([customer.id for customer in customers])
    found = []
    for customer in customers:
        default, all_ = balances[customer.id]
        accounts = [account_object(balance) for balance in all_] if Module.MULTI_ACCOUNTS in modules else None
        found.append(customer_object(customer, default, accounts))
    parts = [found, _purchases(customers, fields), _expiring(customers, fields, modules)]
    return [{name: value for part in of_one for name, value in part.items()} for of_one in zip(*parts, strict=True)]


def brief_objects(customers: Sequence[Customer], fields: frozenset[str]) -> Parts:
    """The ID of each, and of the whole object what `fields` names."""
    if not fields:
        return [{"id": customer.public_id} for customer in customers]
    names = {"id", *(name.partition(".")[0] for name in fields)}
    names |= {"purchases"} if "purchase" in names else set()
    return [
        {name: value for name, value in found.items() if name in names} for found in customer_objects(customers, fields)
    ]


def _purchases(customers: Sequence[Customer], fields: frozenset[str]) -> Parts:
    """`overall` is what the customer's row keeps, and so agrees with its `purchase_total`."""
    asked = [name.partition(".") for name in sorted(fields)]
    if not any(name in PURCHASES for name, _, _ in asked):
        return [{} for _ in customers]
    periods = list(dict.fromkeys(period for name, _, period in asked if name in PURCHASES and period in PERIODS))
    found = purchases_in([customer.id for customer in customers], periods, timezone.now())
    return [{"purchases": purchases_object({"overall": _overall(one), **found[one.id]})} for one in customers]


def _overall(customer: Customer) -> Purchases:
    return Purchases(customer.purchase_total, customer.purchase_count, customer.purchase_item_count)


def _expiring(customers: Sequence[Customer], fields: frozenset[str], modules: Sequence[str]) -> Parts:
    history = "expiring_points.history" in fields
    if not (history or "expiring_points" in fields) or Module.EXPIRING_POINTS not in modules:
        return [{} for _ in customers]
    points: Mapping[int, Any] = expiring_points_of([customer.id for customer in customers])
    resets, today = reset_dates(customers, timezone.now()), timezone.localdate()
    return [
        {"expiring_points": expiring_object(points[one.id], today, resets[one.id], history=history)}
        for one in customers
    ]
