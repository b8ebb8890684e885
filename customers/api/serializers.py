"""The customer object of the wire."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from django.utils import timezone

from customers.models import Customer
from events.orders.purchases import Purchases
from loyalty.accounts.models import Account, BurnRate
from loyalty.points.ledger.balances import Figures
from loyalty.points.ledger.models import Balance


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
        "point_balance": balance.point_balance,
        "pending": balance.pending,
        "properties": customer.properties,
        **purchases(customer),
    }
    return shown if accounts is None else {**shown, "accounts": accounts}


def number(amount: Decimal | int) -> Decimal | int:
    """Without the zeros that only the column has."""
    return int(amount) if amount == int(amount) else Decimal(amount).normalize()


def purchases(customer: Customer) -> dict[str, Any]:
    last = customer.purchase_last_date
    return {
        "purchase_total": number(customer.purchase_total),
        "purchase_count": customer.purchase_count,
        "purchase_last_date": timezone.localdate(last).isoformat() if last else None,
    }


def purchases_object(periods: Mapping[str, Purchases]) -> dict[str, Any]:
    """By the name that was asked for."""
    return {
        name: {"total": number(found.total), "count": found.count, "items": number(found.items)}
        for name, found in periods.items()
    }


def account_object(balance: Balance) -> dict[str, Any]:
    figures: Mapping[str, int] = {
        name: getattr(balance, name)
        for name in ("earned", "spent", "pending", "reserved", "expired", "spendable", "point_balance")
    }
    rates = [burn_rate_object(rate, balance.spendable) for rate in balance.account.burn_rates.all()]
    return {**_named(balance.account), **figures, "burn_rates": rates}


def _named(account: Account) -> dict[str, Any]:
    return {"id": account.slug, "name": account.name, "default": account.is_default}


def balance_at_object(at: datetime, balances: Sequence[Figures]) -> dict[str, Any]:
    """What the customer had, or will have, in each account at the instant."""
    names = ("earned", "spent", "expired", "reserved", "pending", "spendable", "debt", "point_balance")
    accounts = [{**_named(one.account), **{name: getattr(one, name) for name in names}} for one in balances]
    return {"at": unix(at), "accounts": accounts}


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
