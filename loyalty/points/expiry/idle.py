"""When the points of somebody who does nothing expire; events tell it of their points, so it lies below the queries."""

from collections import defaultdict
from collections.abc import Collection, Iterable
from datetime import datetime

from django.utils import timezone

from loyalty.accounts.enums import Expiry
from loyalty.accounts.expiry import idle_at
from loyalty.accounts.models import Account
from loyalty.points.ledger.models import Balance, Lot


def idle_dates(customer_id: int, accounts: Iterable[Account]) -> dict[int, datetime]:
    """By account: when the customer's points without a date expire because of the time since the last activity."""
    return idle_dates_of([customer_id], accounts).get(customer_id, {})


def ends_of(customer_id: int, lots: Iterable[Lot]) -> dict[int, datetime]:
    """By lot, with its account: when it expires, by a date of its own, else what is left of it by the time since the
    last activity. Lots that never expire are left out. No query where no account has that rule."""
    lots = list(lots)
    idle = idle_dates(customer_id, {lot.account for lot in lots if lot.remaining and lot.expires_at is None})
    found = {lot.id: lot.expires_at or (idle.get(lot.account_id) if lot.remaining else None) for lot in lots}
    return {id: ends for id, ends in found.items() if ends}


def idle_dates_of(customers: Collection[int], accounts: Iterable[Account]) -> dict[int, dict[int, datetime]]:
    """The same of many customers, by customer and account."""
    rules = {account.id: account.expiry_rule for account in accounts if account.expiry == Expiry.ACTIVITY}
    found: defaultdict[int, dict[int, datetime]] = defaultdict(dict)
    balances = Balance.objects.filter(customer__in=customers, account__in=rules) if rules else Balance.objects.none()
    for customer_id, account_id, active_at in balances.values_list("customer_id", "account_id", "active_at"):
        rule = rules[account_id]
        last = active_at or (rule.since if rule else None)
        if rule and last:
            found[customer_id][account_id] = idle_at(rule, last, timezone.get_default_timezone())
    return found
