"""What became of the points of events: their lots, entries and promises."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import Sum

from customers.models import Customer
from events.models import Event
from events.orders.models import Transaction
from events.timeline.queries import PointsStatus
from loyalty.accounts.expiry import last_day
from loyalty.points.expiry.idle import ends_of
from loyalty.points.ledger.models import Entry, Lot, Pending


def lots_of(customer_id: int, events: Sequence[Event]) -> list[Lot]:
    """What the events earned, with the customer, who has the lots of merged profiles too."""
    if not events:
        return []
    earned = [event.id for event in events if event.points > 0]
    lots = Lot.objects.filter(customer_id=customer_id, event_id__in=earned)
    return list(lots.select_related("account").order_by("id"))


def statuses_of(customer_id: int, events: Sequence[Event], at: datetime) -> dict[int, PointsStatus]:
    """By event, for those whose points have an expiration date and are spent or past it."""
    lots = lots_of(customer_id, events)
    ends = ends_of(customer_id, lots)
    statuses = ((lot.event_id, points_status(lot, ends.get(lot.id), at)) for lot in lots)
    return {event_id: status for event_id, status in statuses if status}


def points_status(lot: Lot, expires_at: datetime | None, at: datetime) -> PointsStatus | None:
    """`expires_at`: of the lot, or of all points without a date of their own."""
    if lot.remaining:
        return PointsStatus.EXPIRING if expires_at and expires_at <= at else None
    if lot.expired:
        return PointsStatus.EXPIRED
    return PointsStatus.EXHAUSTED if lot.expires_at else None


@dataclass(frozen=True)
class Posting:
    """An entry, and its lot as it is now, with the instant at which it expires."""

    entry: Entry
    lot: Lot | None
    ends: datetime | None


def postings_of(customer: Customer, event: Event) -> list[Posting]:
    """What the event wrote in the ledger, whoever's it was; the lots are the customer's.

    There is no index by event: its profile's own part of the ledger is read.
    """
    entries = Entry.objects.filter(customer_id=event.customer_id, event_id=event.id)
    found = list(entries.select_related("account").order_by("id"))
    ids = {entry.lot_id for entry in found if entry.lot_id}
    lots = list(Lot.objects.filter(customer=customer, id__in=ids).select_related("account"))
    by_id, ends = {lot.id: lot for lot in lots}, ends_of(customer.id, lots)
    return [Posting(entry, by_id.get(entry.lot_id or 0), ends.get(entry.lot_id or 0)) for entry in found]


def last_days(events: Sequence[Event], owners: Collection[int]) -> Mapping[int, date]:
    """By event, the last day on which the points that it earned are valid: the soonest, where it has several; one query."""
    earned = [event.id for event in events if event.points > 0]
    lots = Lot.objects.filter(customer_id__in=owners, event_id__in=earned, expires_at__isnull=False)
    found = lots.order_by("-expires_at").values_list("event_id", "expires_at")
    return {event_id: last_day(at) for event_id, at in found if at}


def promised_by(order: Transaction) -> int:
    """What the order still promises."""
    promised = Pending.objects.filter(customer_id=order.customer_id, settled_by=None)
    return promised.filter(transaction_id=order.transaction_id).aggregate(total=Sum("points"))["total"] or 0
