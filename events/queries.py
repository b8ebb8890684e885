from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from django.db import connection
from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from customers.models import Customer
from customers.queries import public_ids
from loyalty.api.keys.models import ApiKey
from loyalty.engine.program import EventRule
from loyalty.engine.status import ERASED
from loyalty.points.idle import ends_of
from loyalty.points.models import Account, Entry, Lot

from .enums import UNEARNED_CURRENCY, Source, TransactionStatus
from .models import Event, EventType, Transaction
from .receipts import import_named


def event_rules(event_types: Iterable[Mapping[str, Any]]) -> dict[str, EventRule]:
    """What the engine knows of each action, from the program's `event_types`."""
    return {
        item["action"]: EventRule(
            item["action"],
            item["name"],
            item["default_points"],
            item["one_time"],
            item["built_in"],
            # Versions from before there was such a thing have none.
            item.get("behavioural", False),
            item.get("default_account", ""),
            item["pending_days"],
        )
        for item in event_types
    }


class PointsStatus(StrEnum):
    """What became of points with an expiration date: spent, run out, or due at the next run."""

    EXHAUSTED = "exhausted"
    EXPIRED = "expired"
    EXPIRING = "expiring"


ICONS = {
    "subscribe": "user-plus",
    "opt_in": "user-check",
    "profile": "user-pen",
    "suspend": "user-x",
    "unsuspend": "user-round-check",
    "login": "log-in",
    "daily_login": "calendar-check",
    "birthday": "cake",
    "anniversary": "party-popper",
    "checkout": "shopping-bag",
    "checkout_item": "package",
    "checkout_update": "file-pen",
    "checkout_update_item": "package-open",
    "checkout_accept": "circle-check",
    "checkout_accept_item": "package-check",
    "checkout_item_accept": "package-check",
    "checkout_reject": "circle-x",
    "checkout_claim": "hand",
    "refund": "receipt",
    "partial_refund": "receipt-text",
    "refund_item": "package-x",
    "reserve_points": "lock",
    "release_points": "lock-open",
    "point_add": "circle-plus",
    "point_sub": "circle-minus",
    "point_spend": "gift",
    "point_burn": "flame",
    "point_unburn": "flame-kindling",
    "point_unspend": "undo-2",
    "point_fix": "wrench",
    "point_expire": "hourglass",
    "point_expiration": "calendar-clock",
    "pending_accept": "badge-check",
    "pending_reject": "badge-x",
    "customer_merge": "merge",
    "review_submit": "message-square-text",
    "share_intent_success": "share-2",
    "fitbit_activity": "activity",
    "instagram_contest_enter": "camera",
    "booking": "calendar-plus",
    "daily_purchase": "shopping-cart",
    "profiling_answer": "list-checks",
    "referral": "user-round-plus",
    "referral_points": "users-round",
}


@dataclass(frozen=True)
class Names:
    """What the pages call the things that events name by their keys."""

    actions: Mapping[str, str]
    accounts: Mapping[int, str]
    api_keys: Mapping[int, str]


@dataclass(frozen=True)
class Told:
    """An event as the timeline tells it. `is_child`: its cause stands above it.

    `via`: the ID of the merged-away profile whose event it is, or by whose ID it came in.
    """

    event: Event
    label: str
    account: str
    source: str
    status: PointsStatus | None
    cause: str
    via: str = ""
    is_child: bool = False

    @property
    def icon(self) -> str:
        return ICONS.get(self.event.action, "zap")

    @property
    def highlight(self) -> str:
        """What staff look for first: what was bought, or why points were changed."""
        data = self.event.data
        found = str(data.get("product_name") or data.get("reason") or "")
        quantity = data.get("quantity")
        return f"{quantity} × {found}" if found and quantity and self.event.action == "checkout_item" else found

    @property
    def note(self) -> str:
        """What staff would wonder about: why a purchase earned nothing."""
        currency = self.event.data.get(UNEARNED_CURRENCY)
        return _("Earns nothing: there is no percentage for %s") % currency if currency else ""

    @property
    def import_id(self) -> int | None:
        """The import that the event came with."""
        return import_named(self.event.source_detail)


def events_of(family: Sequence[int], action: str = "", transaction_id: str = "") -> QuerySet[Event]:
    """The customer's events without an order: of one action, of one transaction, or all.

    `family`: the customer, then the profiles merged into it (`customers.queries.family`).
    """
    found = Event.objects.filter(customer_id__in=family)
    if action:
        found = found.filter(action=action)
    return found.filter(transaction_id=transaction_id) if transaction_id else found


def events_apart(family: Sequence[int], action: str = "", transaction_id: str = "") -> list[QuerySet[Event]]:
    """The same for each profile by itself, whose timeline an index serves."""
    return [events_of([profile], action, transaction_id) for profile in family]


def names() -> Names:
    return Names(
        actions={row.action: row.label for row in EventType.objects.all()},
        accounts={account.id: account.name for account in Account.objects.all()},
        api_keys=dict(ApiKey.objects.values_list("id", "name")),
    )


def event_of(family: Sequence[int], event_id: int) -> Event | None:
    return events_of(family).filter(id=event_id).select_related("staff").first()


def tell(family: Sequence[int], events: Sequence[Event], known: Names, at: datetime, *, expiring: bool) -> list[Told]:
    """The events of one customer, those that others caused below their cause; a fixed number of queries.

    `expiring`: the programme lets points expire; without it only spent ones are told of.
    """
    causes = _causes(family, events)
    statuses = _statuses(family[0], events, at)
    merged = _merged(family, events)
    if not expiring:
        statuses = {id: status for id, status in statuses.items() if status == PointsStatus.EXHAUSTED}
    children: dict[int | None, list[Event]] = {}
    shown = {event.id for event in events}
    for event in events:
        children.setdefault(event.parent_id if event.parent_id in shown else None, []).append(event)

    def told(event: Event) -> Iterable[Told]:
        cause = known.actions.get(causes.get(event.parent_id or 0, ""), "")
        is_child = event.parent_id in shown
        account = known.accounts.get(event.account_id or 0, "")
        label = known.actions.get(event.action, event.action)
        via = merged.get(event.id, "")
        yield Told(event, label, account, _source(event, known), statuses.get(event.id), cause, via, is_child)
        for child in sorted(children.get(event.id, ()), key=lambda child: child.id):
            yield from told(child)

    return [row for event in children.get(None, ()) for row in told(event)]


def _causes(family: Sequence[int], events: Sequence[Event]) -> dict[int, str]:
    """The actions of the events that caused these, by their ids."""
    known = {event.id: event.action for event in events}
    missing = {event.parent_id for event in events if event.parent_id and event.parent_id not in known}
    if events:
        known.update(events_of(family).filter(id__in=missing).values_list("id", "action"))
    return known


def _merged(family: Sequence[int], events: Sequence[Event]) -> dict[int, str]:
    """By event, the ID of the merged-away profile that it came through."""
    through = {event.id: event.via_id or event.customer_id for event in events}
    found = set(through.values()) - {family[0]}
    ids = public_ids(found) if found else {}
    return {event_id: ids[profile] for event_id, profile in through.items() if profile in ids}


def _source(event: Event, known: Names) -> str:
    """Who or what sent the event, beside how it came in; an import is named by its own link."""
    if event.source == Source.API:
        return known.api_keys.get(event.api_key_id or 0, "")
    if event.source == Source.BACK_OFFICE:
        return str(event.staff) if event.staff else ""
    return event.source_detail if event.source == Source.AUTOMATION else ""


def lots_of(customer_id: int, events: Sequence[Event]) -> list[Lot]:
    """What the events earned, with the customer, who has the lots of merged profiles too."""
    if not events:
        return []
    earned = [event.id for event in events if event.points > 0]
    lots = Lot.objects.filter(customer_id=customer_id, event_id__in=earned)
    return list(lots.select_related("account").order_by("id"))


def _statuses(customer_id: int, events: Sequence[Event], at: datetime) -> dict[int, PointsStatus]:
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


def postings_of(customer_id: int, event: Event) -> list[Posting]:
    """What the event wrote in the ledger, whoever's it was; the lots are the customer's.

    There is no index by event: its profile's own part of the ledger is read.
    """
    entries = Entry.objects.filter(customer_id=event.customer_id, event_id=event.id)
    found = list(entries.select_related("account").order_by("id"))
    ids = {entry.lot_id for entry in found if entry.lot_id}
    lots = list(Lot.objects.filter(customer_id=customer_id, id__in=ids).select_related("account"))
    by_id, ends = {lot.id: lot for lot in lots}, ends_of(customer_id, lots)
    return [Posting(entry, by_id.get(entry.lot_id or 0), ends.get(entry.lot_id or 0)) for entry in found]


def consequences(family: Sequence[int], event: Event) -> QuerySet[Event]:
    """The events that this one caused itself. They share its instant, which is what the index finds them by."""
    return events_of(family).filter(occurred_at=event.occurred_at, parent_id=event.id).order_by("id")


# What stands in an event for another customer, by action, and what it is called where it is shown.
OTHERS = {"referral": ("referred_key", "referred"), "referral_points": ("referrer_key", "referrer")}


def readable(events: Iterable[Event]) -> dict[int, dict[str, Any]]:
    """By event, its attributes with other customers by their IDs of today; who was erased is left out. At most one query."""
    events = list(events)
    keys = {event.data.get(OTHERS[event.action][0]) for event in events if event.action in OTHERS} - {None}
    others = Customer.objects.filter(id__in=keys).exclude(status__in=ERASED)
    known = dict(others.values_list("id", "public_id")) if keys else {}
    return {event.id: _readable(event, known) for event in events}


def _readable(event: Event, known: Mapping[int, str]) -> dict[str, Any]:
    # Integrators may call an attribute anything: of other actions, none is a key.
    key, name = OTHERS.get(event.action, (None, ""))
    if key is None or key not in event.data:
        return dict(event.data)
    other = known.get(event.data[key])
    kept = {attribute: value for attribute, value in event.data.items() if attribute != key}
    return {name: other, **kept} if other else kept


def own_receipts(asked: Collection[tuple[str, str]], scheme: str = "id") -> set[tuple[str, str]]:
    """Of (customer's ID in the scheme, transaction ID), those whose checkout was recorded for that very customer."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT asked.customer, asked.receipt FROM unnest(%s::text[], %s::text[]) AS asked(customer, receipt)"
            " JOIN customers_identity i ON i.scheme = %s AND i.value = asked.customer"
            " JOIN events_transaction t ON t.customer_id = i.customer_id AND t.transaction_id = asked.receipt"
            " WHERE t.event_id IS NOT NULL",
            [[customer for customer, _ in asked], [receipt for _, receipt in asked], scheme],
        )
        return set(cursor.fetchall())


def attribute_types() -> dict[str, dict[str, str]]:
    """The type of each attribute that an action may have, by action; one query."""
    found: dict[str, dict[str, str]] = {}
    for action, slug, kind in EventType.objects.values_list("action", "attributes__slug", "attributes__type"):
        types = found.setdefault(action, {})
        if slug:
            types[slug] = kind
    return found


def due_orders(at: datetime, after: tuple[datetime, int, int] | None, limit: int) -> list[Transaction]:
    """Pending orders whose time of acceptance has come, by (accept_at, customer, id); `after`: the last one of before."""
    found = Transaction.objects.filter(status=TransactionStatus.PENDING, accept_at__lte=at).select_related("customer")
    if after:
        found = found.filter(Q(accept_at__gt=after[0]) | Q(accept_at=after[0], customer__gt=after[1])
                             | Q(accept_at=after[0], customer=after[1], id__gt=after[2]))  # fmt: skip
    return list(found.order_by("accept_at", "customer_id", "id")[:limit])
