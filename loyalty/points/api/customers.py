"""What the customer object of the wire says of points: the default account's figures, all accounts, what expires."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.utils import timezone

from customers.api.objects import CustomerPart
from customers.models import Customer
from loyalty.accounts.enums import EXPIRING_POINTS, MULTI_ACCOUNTS
from loyalty.accounts.models import Account
from loyalty.api.wire import fields_of, optional_in
from loyalty.points.expiry.queries import expiring_points_of, reset_date
from loyalty.points.ledger.models import Balance
from loyalty.points.ledger.queries import balances_of_all
from loyalty.program.queries import general_settings

from .objects import EXAMPLES, Expiring, ExpiringPointsObject, PointsObject, expiring_object, points_object


def _parts(customers: Sequence[Customer], fields: frozenset[str]) -> dict[int, dict[str, Any]]:
    modules = general_settings().modules
    balances = balances_of_all([customer.id for customer in customers])
    expiring = _expiring(customers, balances, fields, modules)
    has_accounts = MULTI_ACCOUNTS in modules
    return {
        id: points_object(default, all_ if has_accounts else None, expiring.get(id, {})).written()
        for id, (default, all_) in balances.items()
    }


def _expiring(
    customers: Sequence[Customer],
    balances: Mapping[int, tuple[Balance, list[Balance]]],
    fields: frozenset[str],
    modules: Sequence[str],
) -> dict[int, Expiring]:
    """By customer; empty if nobody asks."""
    history = "expiring_points.history" in fields
    if not customers or not (history or "expiring_points" in fields) or EXPIRING_POINTS not in modules:
        return {}
    of_all = next(iter(balances.values()))[1]
    accounts = [one.account for one in of_all if one.account.is_default or MULTI_ACCOUNTS in modules]
    points = expiring_points_of([customer.id for customer in customers], accounts)
    now, today = timezone.now(), timezone.localdate()

    def part(customer: Customer, account: Account) -> ExpiringPointsObject:
        due, reset = points[customer.id][account.id], reset_date(account, customer, now)
        return expiring_object(account, due, today, reset, history=history)

    return {one.id: {account.id: part(one, account) for account in accounts} for one in customers}


def _example(id: str, fields: frozenset[str]) -> dict[str, Any]:
    earned = EXAMPLES.get(id, 0)
    spent = dict.fromkeys(("spent", "reserved", "expired", "pending"), 0)
    found = {"score": earned, **spent, "spendable": earned, "point_balance": earned}
    due = dict.fromkeys(("today", "this_month", "this_year", "next_month", "next_year"), 0)
    expiring = {"expiring_points": {"account": "main", **due, "reset_date": None}}
    return {**found, **(expiring if "expiring_points" in fields else {})}


CUSTOMER = CustomerPart(
    _parts,
    fields_of(PointsObject),
    optional=optional_in(PointsObject),
    fields=("`expiring_points`", "`expiring_points.history`"),
    example=_example,
)
