"""The customer object of the wire, for one customer or a page of them: each part is read once for all."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.utils import timezone

from customers.models import Customer
from events.orders.purchases import PERIODS, Purchases, purchases_in
from loyalty.accounts.models import Account
from loyalty.points.expiry.queries import expiring_points_of, reset_date
from loyalty.points.ledger.models import Balance
from loyalty.points.ledger.queries import balances_of_all
from loyalty.program.enums import Module
from loyalty.program.queries import general_settings

from .serializers import account_object, customer_object, expiring_object, purchases_object

PURCHASES = ("purchases", "purchase")
Parts = Sequence[dict[str, Any]]


def read_fields(text: str) -> frozenset[str]:
    return frozenset(name for part in text.split(",") if (name := part.strip()))


def customer_objects(customers: Sequence[Customer], fields: frozenset[str]) -> Parts:
    """The whole object of each, and what `fields` asks for besides; what is unknown or switched off is left out."""
    modules = general_settings().modules
    balances = balances_of_all([customer.id for customer in customers])
    expiring, bought = _expiring(customers, balances, fields, modules), _purchases(customers, fields)
    found = []
    for customer, purchases in zip(customers, bought, strict=True):
        default, all_ = balances[customer.id]
        due = expiring.get(customer.id, {})
        accounts = [account_object(balance) | due.get(balance.account_id, {}) for balance in all_]
        own = customer_object(customer, default, accounts if Module.MULTI_ACCOUNTS in modules else None)
        found.append({**own, **purchases, **due.get(default.account_id, {})})
    return found


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


def _expiring(
    customers: Sequence[Customer],
    balances: Mapping[int, tuple[Balance, list[Balance]]],
    fields: frozenset[str],
    modules: Sequence[str],
) -> dict[int, dict[int, dict[str, Any]]]:
    """By customer and account, the part of the object that tells when points expire; empty if nobody asks."""
    history = "expiring_points.history" in fields
    if not customers or not (history or "expiring_points" in fields) or Module.EXPIRING_POINTS not in modules:
        return {}
    of_all = next(iter(balances.values()))[1]
    accounts = [one.account for one in of_all if one.account.is_default or Module.MULTI_ACCOUNTS in modules]
    points = expiring_points_of([customer.id for customer in customers], accounts)
    now, today = timezone.now(), timezone.localdate()

    def part(customer: Customer, account: Account) -> dict[str, Any]:
        due, reset = points[customer.id][account.id], reset_date(account, customer, now)
        told = expiring_object(due, today, reset, history=history)
        return {"expiring_points": {"account": account.slug, **told}}

    return {one.id: {account.id: part(one, account) for account in accounts} for one in customers}
