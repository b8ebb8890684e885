"""The event of the Read API, for a page of one customer's: each part is read once for all. What has no source is left out."""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from customers.models import Customer
from customers.queries import public_ids
from events.models import Event
from events.queries import readable
from loyalty.accounts.expiry import last_day
from loyalty.accounts.models import Account
from loyalty.api.access.dates import iso_date
from loyalty.intake.sources import Source
from loyalty.points.ledger.models import Lot

from .ledger import Change, Snapshot, Uses, changes_of, roots_of, snapshots_of, uses_of

# What may come once: an order is checked out and claimed once, and has each product once.
ONCE = frozenset({"checkout", "checkout_claim", "checkout_item"})


@dataclass(frozen=True)
class _Page:
    """What is told of the page's events beside their rows, by their ids."""

    customer: Customer
    originals: Mapping[int, str]
    accounts: Mapping[int, str]
    lots: Mapping[int, Sequence[Lot]]
    uses: Uses
    changes: Mapping[int, Change]
    roots: Mapping[int, int]
    snapshots: Mapping[int, Snapshot]
    data: Mapping[int, Mapping[str, Any]]


def event_entities(customer: Customer, family: Sequence[int], events: Sequence[Event]) -> list[dict[str, Any]]:
    """In the same order; a fixed number of queries. `family`: the customer, then the profiles merged into it."""
    if not events:
        return []
    ids = [event.id for event in events]
    default, accounts = _accounts()
    lots = _lots(customer.id, ids)
    page = _Page(
        customer,
        public_ids({event.customer_id for event in events} - {customer.id}),
        accounts,
        lots,
        uses_of(family, [lot for found in lots.values() for lot in found]),
        changes_of(family, ids),
        roots_of(events),
        snapshots_of(customer.id, events, default),
        readable(events),
    )
    return [_entity(event, page) for event in events]


def _accounts() -> tuple[int, dict[int, str]]:
    """The default one, and the IDs of all."""
    found = list(Account.objects.order_by("id"))
    return next(account.id for account in found if account.is_default), {one.id: one.slug for one in found}


def _lots(customer_id: int, event_ids: Sequence[int]) -> dict[int, list[Lot]]:
    found: defaultdict[int, list[Lot]] = defaultdict(list)
    for lot in Lot.objects.filter(customer_id=customer_id, event_id__in=event_ids).order_by("id"):
        found[lot.event_id].append(lot)
    return dict(found)


def _entity(event: Event, page: _Page) -> dict[str, Any]:
    told = {
        "_id": str(event.id),
        "timestamp": iso_date(event.occurred_at),
        "unix_timestamp": int(event.occurred_at.timestamp()),
        "process_timestamp": iso_date(event.recorded_at),
        "date": iso_date(event.occurred_at)[:10],
        "ip_address": event.ip_address,
        "user_agent": event.user_agent or None,
        "customer": page.customer.public_id,
        "action": event.action,
        "points": event.points,
        "properties": _properties(event, page.data[event.id]),
        "parent": str(event.parent_id) if event.parent_id else None,
        "change": _change(event, page.changes.get(event.id)),
        "admin": event.source == Source.BACK_OFFICE,
        "hash": _hash(event),
        "user_id": event.staff_id,
        "source": str(Source(event.source).label),
        "account": page.accounts.get(event.account_id or 0),
        "cid": str(page.roots[event.id]),
        "snapshot": page.snapshots[event.id],
        "original": page.originals.get(event.customer_id),
        **_points(event, page),
    }
    return {name: value for name, value in told.items() if value is not None}


def _points(event: Event, page: _Page) -> dict[str, Any]:
    """What became of what it earned, if it earned anything."""
    lots = page.lots.get(event.id, ())
    if not lots:
        return {}
    ends = [lot.expires_at for lot in lots if lot.expires_at]
    uses = Counter[str]()
    for lot in lots:
        uses.update({str(user): points for user, points in page.uses.get(lot.id, {}).items()})
    return {
        "expdate": last_day(min(ends)).isoformat() if ends else None,
        "usages": dict(uses) or None,
        "used_points": sum(uses.values()) if uses else None,
        "expired": not any(lot.remaining for lot in lots),
    }


def _change(event: Event, change: Change | None) -> dict[str, Any] | None:
    if change is None:
        return None
    by = {"by": str(change.staff_id)} if change.staff_id else {}
    # Events are never rewritten: the one before the change is this one.
    return {"id": str(event.id), "at": iso_date(change.at), **by}


def _properties(event: Event, data: Mapping[str, Any]) -> dict[str, Any]:
    """The lines of an order are of its transaction, whether or not they were sent with its ID."""
    named = {"transaction_id": event.transaction_id} if event.transaction_id else {}
    return {**named, **data}


def _hash(event: Event) -> str | None:
    parts = [event.action, event.transaction_id]
    if event.action == "checkout_item":
        parts.append(str(event.data.get("product_id") or ""))
    return "-".join(filter(None, parts)) if event.action in ONCE and all(parts) else None
