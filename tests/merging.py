"""What a merge leaves behind, to the letter of docs/customers.md "Merge"."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import connection, transaction

from customers.enums import MergeKind, Status
from customers.models import Customer, Identity, Merge
from events.enums import Source
from events.models import Event, Transaction
from loyalty.points.models import Balance, Entry, Lot, Pending

from .factories import NOON

BUCKETS = ("earned", "spent", "expired", "reserved", "pending", "debt")
LOT = "event_id, account_id, points, expired, earned_at, expires_at, arithmetic"


@transaction.atomic
def merge(source: Customer, target: Customer, at: datetime = NOON) -> Merge:
    """The target survives; both as they are afterwards."""
    events = [_event(customer, source, target, at) for customer in (source, target)]
    Merge.objects.filter(survivor=source).update(survivor=target)
    made = Merge.objects.create(
        source=source, survivor=target, into=target.id, kind=MergeKind.PARTIAL, merged_at=at,
        source_event=events[0].id, survivor_event=events[1].id,
    )  # fmt: skip
    _move_lots(source, target, events, at)
    _add_balances(source, target, events[1], at)
    for table in (Pending, Transaction):
        table.objects.filter(customer=source).update(customer_id=target.id)
    Identity.objects.filter(customer=source, origin_id=None).update(origin_id=source.id)
    Identity.objects.filter(customer=source).update(customer=target)
    _add_totals(source, target)
    with connection.cursor() as cursor:
        # Checked at once: a test's merges are one transaction, at whose end the earlier ones say something else.
        cursor.execute("SET CONSTRAINTS merge_has_no_cycle IMMEDIATE; SET CONSTRAINTS merge_has_no_cycle DEFERRED")
    return made


def _event(customer: Customer, source: Customer, target: Customer, at: datetime) -> Event:
    data = {"kind": "partial", "source": source.public_id, "target": target.public_id}
    return Event.objects.create(
        customer=customer, action="customer_merge", data=data, source=Source.BACK_OFFICE,
        occurred_at=at, recorded_at=at, program_version=1,
    )  # fmt: skip


def _move_lots(source: Customer, target: Customer, events: list[Event], at: datetime) -> None:
    lots = list(Lot.objects.filter(customer=source).order_by("id"))
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO points_lot (customer_id, id, remaining, {LOT})"
            f" SELECT %s, id, remaining, {LOT} FROM points_lot WHERE customer_id = %s",
            [target.id, source.id],
        )
    Lot.objects.filter(customer=source).update(remaining=0)
    for lot in lots:
        for event, sign in zip(events, (-1, 1), strict=True):
            if lot.remaining:
                _post(event, lot.account_id, "move", sign * lot.remaining, lot.id, at)


def _post(event: Event, account_id: int, kind: str, points: int, lot_id: int | None, at: datetime) -> None:
    Entry.objects.create(
        customer_id=event.customer_id, event_id=event.id, account_id=account_id, kind=kind, points=points,
        lot_id=lot_id, recorded_at=at,
    )  # fmt: skip


def _add_balances(source: Customer, target: Customer, event: Event, at: datetime) -> None:
    for theirs in Balance.objects.filter(customer=source):
        own = Balance.objects.filter(customer=target, account_id=theirs.account_id).first()
        sums = {name: getattr(theirs, name) + (getattr(own, name) if own else 0) for name in BUCKETS}
        spendable = sums["earned"] - sums["spent"] - sums["expired"] - sums["reserved"] + sums["debt"]
        sums["debt"] -= _repay(target, event, theirs.account_id, min(sums["debt"], spendable), at)
        active = [one.active_at for one in (theirs, own) if one and one.active_at]
        Balance.objects.filter(customer=target, account_id=theirs.account_id).delete()
        Balance.objects.create(
            customer=target, account_id=theirs.account_id, active_at=max(active, default=None), **sums
        )
    Balance.objects.filter(customer=source).delete()


def _repay(target: Customer, event: Event, account_id: int, owed: int, at: datetime) -> int:
    left = owed
    for lot in Lot.objects.filter(customer=target, account_id=account_id, remaining__gt=0).order_by("expires_at", "id"):
        if points := min(left, lot.remaining):
            Lot.objects.filter(customer=target, id=lot.id).update(remaining=lot.remaining - points)
            _post(event, account_id, "repay", -points, lot.id, at)
            left -= points
    if owed:
        _post(event, account_id, "repay", owed, None, at)
    return owed


def _add_totals(source: Customer, target: Customer) -> None:
    source.refresh_from_db()
    target.refresh_from_db()
    for name in ("purchase_total", "purchase_count", "purchase_item_count"):
        setattr(target, name, getattr(source, name) + getattr(target, name))
    choices: Mapping[str, Any] = {
        "purchase_first_date": min, "optin_at": min, "purchase_last_date": max, "last_earn_date": max, "last_spend_date": max,
    }  # fmt: skip
    for name, choose in choices.items():
        known = [value for value in (getattr(source, name), getattr(target, name)) if value]
        setattr(target, name, choose(known, default=None))
    source.status = Status.MERGED
    source.save()
    target.save()
