"""Accounts and their figures in the customer object."""

from collections.abc import Mapping
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from customers.api.serializers import number
from loyalty.accounts.models import Account, BurnRate
from loyalty.points.ledger.models import Balance


def account_object(balance: Balance) -> dict[str, Any]:
    figures: Mapping[str, int] = {
        name: getattr(balance, name)
        for name in ("earned", "spent", "pending", "reserved", "expired", "spendable", "point_balance")
    }
    rates = [burn_rate_object(rate, balance.spendable) for rate in balance.account.burn_rates.all()]
    return {**named(balance.account), **figures, "burn_rates": rates}


def named(account: Account) -> dict[str, Any]:
    return {"id": account.slug, "name": account.name, "default": account.is_default}


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


def expiring_object(expiring: Mapping[date, int], today: date, reset: date | None, *, history: bool) -> dict[str, Any]:
    """What is still to expire in each period, by the last day of validity; what is overdue counts as today's."""
    due = {max(day, today): 0 for day in expiring}
    for day, points in expiring.items():
        due[max(day, today)] += points
    next_month = (today.replace(day=1) + timedelta(days=31)).replace(day=1)

    def points_in(year: int, month: int | None = None) -> int:
        return sum(points for day, points in due.items() if day.year == year and month in (None, day.month))

    found: dict[str, Any] = {
        "today": due.get(today, 0),
        "this_month": points_in(today.year, today.month),
        "this_year": points_in(today.year),
        "next_month": points_in(next_month.year, next_month.month),
        "next_year": points_in(today.year + 1),
        "reset_date": reset.isoformat() if reset else None,
    }
    if history:
        found["history"] = [{"date": day.isoformat(), "points": points} for day, points in expiring.items()]
    return found
