"""What the timeline tells of events: their names, where they came from, what became of their points."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from customers.queries import public_ids
from events.enums import UNEARNED_CURRENCY
from events.models import Event
from events.orders.receipts import import_named
from events.sight import seen_events
from events.types.models import EventType
from loyalty.accounts.models import Account
from loyalty.api.keys.models import ApiKey
from loyalty.contributions import contributed
from loyalty.intake.sources import Source
from loyalty.program.actions import icon_of
from loyalty.staff.sight import EVERYTHING, Sight


class PointsStatus(StrEnum):
    """What became of points with an expiration date: spent, run out, or due at the next run."""

    EXHAUSTED = "exhausted"
    EXPIRED = "expired"
    EXPIRING = "expiring"


@dataclass(frozen=True)
class EventPoints:
    """By event, what became of its points, given the customer who has them and the instant; a fixed number of queries."""

    statuses: Callable[[int, Sequence[Event], datetime], Mapping[int, PointsStatus]]


@dataclass(frozen=True)
class EventSentences:
    """What a room says of its events, by their ids: given those of its actions; a fixed number of queries."""

    actions: frozenset[str]
    describe: Callable[[Sequence[Event]], Mapping[int, str]]


def sentences_of(events: Sequence[Event]) -> dict[int, str]:
    """What rooms say of some of these events."""
    found: dict[int, str] = {}
    for one in contributed(EventSentences):
        own = [event for event in events if event.action in one.actions]
        found |= one.describe(own) if own else {}
    return found


@dataclass(frozen=True)
class Names:
    """What the pages call the things that events name by their keys."""

    actions: Mapping[str, str]
    accounts: Mapping[int, str]
    api_keys: Mapping[int, str]


@dataclass(frozen=True)
class TimelineEntry:
    """An event as the timeline tells it. `is_child`: its cause stands above it. `sentence`: what its room says of it.

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
    sentence: str = ""

    @property
    def icon(self) -> str:
        return icon_of(self.event.action)

    @property
    def highlight(self) -> str:
        """What staff look for first: what was bought, why points were changed, what a room says of its event."""
        if self.sentence:
            return self.sentence
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


def events_per_profile(family: Sequence[int], action: str = "", transaction_id: str = "") -> list[QuerySet[Event]]:
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


def describe_events(
    family: Sequence[int],
    events: Sequence[Event],
    known: Names,
    at: datetime,
    *,
    expiring: bool,
    sight: Sight = EVERYTHING,
) -> list[TimelineEntry]:
    """The events of one customer as somebody sees them, those that others caused below their cause; a fixed number of queries.

    `expiring`: the programme lets points expire; without it only spent ones are told of.
    """
    events = seen_events(events, sight)
    causes = _causes(family, events)
    found = (points.statuses(family[0], events, at) for points in contributed(EventPoints))
    statuses = {id: status for by_event in found for id, status in by_event.items()}
    merged, sentences = _merged(family, events), sentences_of(events)
    if not expiring:
        statuses = {id: status for id, status in statuses.items() if status == PointsStatus.EXHAUSTED}
    children: dict[int | None, list[Event]] = {}
    shown = {event.id for event in events}
    for event in events:
        children.setdefault(event.parent_id if event.parent_id in shown else None, []).append(event)

    def told(event: Event) -> Iterable[TimelineEntry]:
        cause = known.actions.get(causes.get(event.parent_id or 0, ""), "")
        is_child = event.parent_id in shown
        account = known.accounts.get(event.account_id or 0, "")
        label = known.actions.get(event.action, event.action)
        yield TimelineEntry(
            event=event,
            label=label,
            account=account,
            source=_source(event, known),
            status=statuses.get(event.id),
            cause=cause,
            via=merged.get(event.id, ""),
            is_child=is_child,
            sentence=sentences.get(event.id, ""),
        )
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


def consequences(family: Sequence[int], event: Event) -> QuerySet[Event]:
    """The events that this one caused itself. They share its instant, which is what the index finds them by."""
    return events_of(family).filter(occurred_at=event.occurred_at, parent_id=event.id).order_by("id")
