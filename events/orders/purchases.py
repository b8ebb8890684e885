"""What customers bought in the periods that clients ask for: `fields=purchases.<period>`.

An order counts from its acceptance on, at the date of its checkout, in the programme's time zone. What is refunded or
undone lowers total and items to what is left, never the count: as `Customer.purchase_count` has it. Amounts are added
whatever their currency, as `Customer.purchase_total` has it.
"""

import datetime as dt
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import partial
from typing import Any

from django.db.models import Aggregate, Count, Q, Sum
from django.utils import timezone

from loyalty.calendar import ONE_DAY, Unit, end_of, later

from .models import Transaction

# The first day and the last.
Days = tuple[dt.date, dt.date]


def _days(today: dt.date, first: int, last: int = 0) -> Days:
    """By how many days they lie before today."""
    return today - first * ONE_DAY, today - last * ONE_DAY


def _week(today: dt.date) -> Days:
    """From Monday."""
    monday = today - today.weekday() * ONE_DAY
    return monday, monday + 6 * ONE_DAY


def _months(number: int, first: dt.date) -> Days:
    return first, later(first, number, Unit.MONTHS) - ONE_DAY


def _last_month(today: dt.date) -> Days:
    return _months(1, later(today.replace(day=1), -1, Unit.MONTHS))


def _quarter(today: dt.date) -> Days:
    return _months(3, today.replace(month=(today.month - 1) // 3 * 3 + 1, day=1))


def _rolling(months: int, today: dt.date) -> Days:
    """So many months that end with today: from the day after the same day of the month then."""
    return later(today, -months, Unit.MONTHS) + ONE_DAY, today


PERIODS: dict[str, Callable[[dt.date], Days]] = {
    "today": partial(_days, first=0),
    "yesterday": partial(_days, first=1, last=1),
    "this_week": _week,
    "this_month": lambda today: _months(1, today.replace(day=1)),
    "last_month": _last_month,
    "this_quarter": _quarter,
    "this_year": lambda today: _months(12, today.replace(month=1, day=1)),
    "last_30days": partial(_days, first=29),
    "last_12months": partial(_rolling, 12),
    "last_24months": partial(_rolling, 24),
}
ALIASES = {"wtd": "this_week", "mtd": "this_month", "qtd": "this_quarter", "ytd": "this_year"}
PERIODS |= {alias: PERIODS[period] for alias, period in ALIASES.items()}


@dataclass(frozen=True)
class Purchases:
    total: Decimal = Decimal(0)
    count: int = 0
    items: Decimal | int = 0


def bounds(period: str, at: dt.datetime, zone: dt.tzinfo) -> tuple[dt.datetime, dt.datetime]:
    """The instants at which the period around `at` begins and ends, the end exclusive; KeyError for an unknown one."""
    first, last = PERIODS[period](at.astimezone(zone).date())
    return end_of(first - ONE_DAY, zone), end_of(last, zone)


def purchases_in(
    customers: Collection[int], periods: Sequence[str], at: dt.datetime
) -> Mapping[int, Mapping[str, Purchases]]:
    """Of each customer in each period around the instant; one statement for any number of either."""
    if not periods:
        return {customer: {} for customer in customers}
    spans = [bounds(period, at, timezone.get_default_timezone()) for period in periods]
    orders = Transaction.objects.filter(
        customer__in=customers,
        accepted_at__isnull=False,
        checkout_at__gte=min(begin for begin, _ in spans),
        checkout_at__lt=max(end for _, end in spans),
    )
    figures: dict[str, Aggregate] = {}
    for number, (begin, end) in enumerate(spans):
        within = Q(checkout_at__gte=begin, checkout_at__lt=end)
        figures[f"total_{number}"] = Sum("bought", filter=within, default=Decimal(0))
        figures[f"count_{number}"] = Count("checkout_at", filter=within)
        figures[f"items_{number}"] = Sum("bought_items", filter=within, default=Decimal(0))
    found: dict[int, Any] = {
        row["customer_id"]: row for row in orders.order_by().values("customer_id").annotate(**figures)
    }
    return {customer: _read(found.get(customer, {}), periods) for customer in customers}


def _read(row: Mapping[str, Any], periods: Sequence[str]) -> dict[str, Purchases]:
    if not row:
        return dict.fromkeys(periods, Purchases())
    return {
        period: Purchases(row[f"total_{number}"], row[f"count_{number}"], row[f"items_{number}"])
        for number, period in enumerate(periods)
    }
