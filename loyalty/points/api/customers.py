"""What the customer object of the wire says of points: the default account's figures, all accounts, what expires."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.utils import timezone

from customers.api.objects import CustomerPart
from customers.models import Customer
from loyalty.accounts.enums import EXPIRING_POINTS, MULTI_ACCOUNTS
from loyalty.accounts.models import Account
from loyalty.points.expiry.queries import expiring_points_of, reset_date
from loyalty.points.ledger.models import Balance
from loyalty.points.ledger.queries import balances_of_all
from loyalty.program.queries import general_settings

from .objects import account_object, expiring_object
from .schemas import EXAMPLES, OF_CUSTOMER

FIGURES = ("spent", "reserved", "expired", "spendable", "point_balance", "pending")


def _parts(customers: Sequence[Customer], fields: frozenset[str]) -> dict[int, dict[str, Any]]:
    modules = general_settings().modules
    balances = balances_of_all([customer.id for customer in customers])
    expiring = _expiring(customers, balances, fields, modules)
    found = {}
    for id, (default, all_) in balances.items():
        due = expiring.get(id, {})
        found[id] = {"score": default.earned, **{name: getattr(default, name) for name in FIGURES}}
        if MULTI_ACCOUNTS in modules:
            found[id]["accounts"] = [account_object(one) | due.get(one.account_id, {}) for one in all_]
        found[id] |= due.get(default.account_id, {})
    return found


def _expiring(
    customers: Sequence[Customer],
    balances: Mapping[int, tuple[Balance, list[Balance]]],
    fields: frozenset[str],
    modules: Sequence[str],
) -> dict[int, dict[int, dict[str, Any]]]:
    """By customer and account, the part of the object that tells when points expire; empty if nobody asks."""
    history = "expiring_points.history" in fields
    if not customers or not (history or "expiring_points" in fields) or EXPIRING_POINTS not in modules:
        return {}
    of_all = next(iter(balances.values()))[1]
    accounts = [one.account for one in of_all if one.account.is_default or MULTI_ACCOUNTS in modules]
    points = expiring_points_of([customer.id for customer in customers], accounts)
    now, today = timezone.now(), timezone.localdate()

    def part(customer: Customer, account: Account) -> dict[str, Any]:
        due, reset = points[customer.id][account.id], reset_date(account, customer, now)
        told = expiring_object(due, today, reset, history=history)
        return {"expiring_points": {"account": account.slug, **told}}

    return {one.id: {account.id: part(one, account) for account in accounts} for one in customers}


def _example(id: str, fields: frozenset[str]) -> dict[str, Any]:
    earned = EXAMPLES.get(id, 0)
    found = {"score": earned, **dict.fromkeys(FIGURES, 0), "spendable": earned, "point_balance": earned}
    due = dict.fromkeys(("today", "this_month", "this_year", "next_month", "next_year"), 0)
    expiring = {"expiring_points": {"account": "main", **due, "reset_date": None}}
    return {**found, **(expiring if "expiring_points" in fields else {})}


CUSTOMER = CustomerPart(
    _parts,
    OF_CUSTOMER,
    optional=("accounts", "expiring_points"),
    fields=("`expiring_points`", "`expiring_points.history`"),
    example=_example,
)
