"""What the Overview tab tells of a customer's points; a fixed number of queries."""

import datetime as dt
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from django.db.models import Sum
from django.db.models.functions import TruncMonth
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext

from loyalty.points.enums import NO_MOVEMENT, EntryKind
from loyalty.points.expiry.queries import Expiring
from loyalty.points.ledger.models import Balance, Entry
from loyalty.ui.charts import Chart, Series, Spark, bars, spark

MONTHS = 12


@dataclass(frozen=True)
class Month:
    """Points moved in a calendar month of the programme's time zone; deductions and refunds lower what was earned."""

    first_day: dt.date
    earned: int = 0
    spent: int = 0
    change: int = 0


@dataclass(frozen=True)
class Strip:
    """The figures of one account."""

    balance: Balance
    months: Sequence[Month]
    expiring: Expiring | None = None

    @property
    def change(self) -> int:
        return self.months[-1].change

    @cached_property
    def spark(self) -> Spark:
        """What was left at the end of each month, reckoned back from today's balance."""
        ends = [self.balance.spendable - self.balance.debt]
        for month in reversed(self.months[1:]):
            ends.append(ends[-1] - month.change)
        return spark(ends[::-1])

    @property
    def has_moved(self) -> bool:
        return any(month.earned or month.spent for month in self.months)

    @property
    def chart(self) -> Chart:
        return bars(
            [date_format(month.first_day, "M") for month in self.months],
            [
                Series(gettext("Earned"), [month.earned for month in self.months], "1"),
                Series(gettext("Spent"), [month.spent for month in self.months], "2"),
            ],
        )


def strips_of(
    family: Sequence[int],
    balances: Sequence[Balance],
    at: dt.datetime,
    expiring: Mapping[int, Expiring] | None = None,
) -> list[Strip]:
    """One for each balance, in their order. `expiring`: by account, what expires next."""
    firsts = _first_days(timezone.localdate(at))
    moved = _moved(family, firsts[0])
    return [
        Strip(
            balance,
            [_month(day, moved[balance.account_id, day]) for day in firsts],
            (expiring or {}).get(balance.account_id),
        )
        for balance in balances
    ]


def _first_days(today: dt.date) -> list[dt.date]:
    """Of the months up to this one, the oldest first."""
    months = range(today.year * 12 + today.month - MONTHS, today.year * 12 + today.month)
    return [dt.date(month // 12, month % 12 + 1, 1) for month in months]


def _moved(family: Sequence[int], since: dt.date) -> dict[tuple[int, dt.date], dict[str, int]]:
    """Points by kind, without pending and moved ones, for each account and month.

    By when the events took effect: an import brings a whole history.
    """
    start = timezone.make_aware(dt.datetime.combine(since, dt.time()))
    rows = (
        Entry.objects.filter(customer_id__in=family, event__occurred_at__gte=start)
        .exclude(kind__in=NO_MOVEMENT)
        .annotate(month=TruncMonth("event__occurred_at"))
        .values_list("account_id", "month", "kind")
        .annotate(total=Sum("points"))
        .order_by()
    )
    moved: dict[tuple[int, dt.date], dict[str, int]] = defaultdict(dict)
    for account_id, month, kind, total in rows:
        moved[account_id, month.date()][kind] = total
    return moved


def _month(first_day: dt.date, moved: Mapping[str, int]) -> Month:
    earned = sum(moved.get(kind, 0) for kind in (EntryKind.EARN, EntryKind.DEDUCT, EntryKind.REFUND))
    spent = -moved.get(EntryKind.SPEND, 0) - moved.get(EntryKind.UNSPEND, 0)
    return Month(first_day, earned, spent, sum(moved.values()))
