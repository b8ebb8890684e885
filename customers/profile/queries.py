"""What the Overview tab tells of one customer; a fixed number of queries."""

import datetime as dt
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property
from typing import Any

from django.db.models import Sum
from django.db.models.functions import TruncMonth
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext

from customers.fields.models import Field
from customers.models import Customer
from customers.names import text_of
from events.models import Event
from events.timeline.queries import events_apart
from events.types.icons import ICONS
from events.types.models import EventType
from loyalty.points.enums import NO_MOVEMENT, EntryKind
from loyalty.points.expiry.queries import Expiring
from loyalty.points.ledger.models import Balance, Entry
from loyalty.ui.charts import Chart, Series, Spark, bars, spark
from loyalty.ui.paging import nearest

MONTHS = 12
LATEST = 8
LONGEST_VALUE = 300
# Part of the checkout above it, which shows their points.
PARTS = "checkout_item"


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


@dataclass(frozen=True)
class Action:
    """An event as the latest actions show it."""

    event: Event
    label: str
    points: int

    @property
    def icon(self) -> str:
        return ICONS.get(self.event.action, "zap")


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


def latest_actions(family: Sequence[int]) -> list[Action]:
    latest = [
        events.exclude(action=PARTS).order_by("-occurred_at", "-id").defer("data") for events in events_apart(family)
    ]
    events = list(nearest(latest, LATEST))
    labels = {
        kind.action: kind.label for kind in EventType.objects.filter(action__in={event.action for event in events})
    }
    of_parts = _points_of_parts(family, {event.transaction_id for event in events} - {None})
    return [
        Action(event, labels.get(event.action, event.action), event.points + of_parts.get(event.id, 0))
        for event in events
    ]


def attributes_of(properties: Mapping[str, Any]) -> list[tuple[str, str]]:
    """The custom attributes as (label, text): the defined ones in their order, then the others by name."""
    labels = {field.slug: field.label for field in Field.objects.filter(active=True)}
    defined = [
        (label, text_of(properties[name])[:LONGEST_VALUE]) for name, label in labels.items() if name in properties
    ]
    others = (name for name in properties if name not in labels)
    return defined + sorted(
        (name.replace("_", " ").capitalize(), text_of(properties[name])[:LONGEST_VALUE]) for name in others
    )


def average_purchase(customer: Customer) -> Decimal | None:
    return customer.purchase_total / customer.purchase_count if customer.purchase_count else None


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


def _points_of_parts(family: Sequence[int], transactions: set[str | None]) -> dict[int | None, int]:
    """The points of the items, by their checkout."""
    items = Event.objects.filter(customer_id__in=family, transaction_id__in=transactions, action=PARTS)
    return dict(items.values_list("parent_id").annotate(total=Sum("points")).order_by())
