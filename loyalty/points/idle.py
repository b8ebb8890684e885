"""When the points of somebody who does nothing expire; events tell it of their points, so it lies below the queries."""

from collections.abc import Iterable
from datetime import datetime

from django.utils import timezone

from .enums import Expiry
from .expiry import idle_at
from .models import Account, Balance


def idle_dates(customer_id: int, accounts: Iterable[Account]) -> dict[int, datetime]:
    """By account: when the customer's points without a date expire because of the time since the last activity."""
    rules = {account.id: account.expiry_rule for account in accounts if account.expiry == Expiry.ACTIVITY}
    if not rules:
        return {}
    found = {}
    balances = Balance.objects.filter(customer_id=customer_id, account__in=rules)
    for account_id, active_at in balances.values_list("account_id", "active_at"):
        rule = rules[account_id]
        last = active_at or (rule.since if rule else None)
        if rule and last:
            found[account_id] = idle_at(rule, last, timezone.get_default_timezone())
    return found
