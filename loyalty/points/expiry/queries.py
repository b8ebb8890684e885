"""Points that are still to expire, by account and last day."""

from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import Sum
from django.utils import timezone

from customers.models import Customer
from loyalty.accounts.enums import Expiry
from loyalty.accounts.expiry import expires_at, last_day
from loyalty.accounts.models import Account
from loyalty.points.ledger.models import Lot

from .idle import idle_dates_of


def expiring_points(customer_id: int) -> dict[date, int]:
    """What remains in lots of the default account that expire, by the last day of validity, soonest first.

    Where points expire some time after the last activity, the day is the one that holds if none follows.
    """
    account = Account.objects.get(is_default=True)
    return expiring_points_of([customer_id], [account])[customer_id][account.id]


def expiring_points_of(
    customers: Collection[int], accounts: Collection[Account]
) -> dict[int, dict[int, dict[date, int]]]:
    """The same of many customers and of these accounts, by their ids."""
    lots = Lot.objects.filter(customer__in=customers, account__in=accounts, remaining__gt=0)
    idle = idle_dates_of(customers, accounts)
    found: dict[int, dict[int, Counter[date]]]
    found = {customer: {account.id: Counter() for account in accounts} for customer in customers}
    columns = lots.values_list("customer_id", "account_id", "expires_at")
    for customer, account, dated, points in columns.annotate(Sum("remaining")).order_by():
        instant = dated or idle.get(customer, {}).get(account)
        if instant:
            found[customer][account][last_day(instant)] += points
    return {
        customer: {account: dict(sorted(days.items())) for account, days in of_accounts.items()}
        for customer, of_accounts in found.items()
    }


@dataclass(frozen=True)
class Expiring:
    """So many points are valid through that day."""

    last_day: date
    points: int


def next_to_expire(customer_id: int, accounts: Collection[Account]) -> dict[int, Expiring]:
    """By account, what expires soonest; those of which nothing expires are left out."""
    found = expiring_points_of([customer_id], accounts)[customer_id]
    return {account_id: Expiring(*min(days.items())) for account_id, days in found.items() if days}


def reset_date(account: Account, customer: Customer, at: datetime) -> date | None:
    """The last day of the account's period: what is earned now expires with it; None unless yearly."""
    rule = account.expiry_rule
    if rule is None or rule.kind not in {Expiry.CALENDAR, Expiry.ANNIVERSARY}:
        return None
    end = expires_at(rule, at, customer, timezone.get_default_timezone())
    return last_day(end) if end else None
