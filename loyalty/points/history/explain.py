"""Why a customer has these points: event → rule and arithmetic → lot → each later use, from stored facts only.

Nothing is computed anew: the figures are those that the engine wrote beside the points, and a lot's story is its
ledger entries in their order.
"""

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Q
from django.utils.translation import gettext

from events.models import Event
from events.timeline.queries import events_of
from events.types.models import EventType
from loyalty.accounts.expiry import last_day
from loyalty.accounts.models import Account
from loyalty.points.enums import NO_MOVEMENT, EntryKind
from loyalty.points.expiry.idle import ends_of
from loyalty.points.ledger.models import Entry, Lot, Pending
from loyalty.points.orders.earning import describe

CHANGE_OF_DATES = "point_expiration"


@dataclass(frozen=True)
class EventRef:
    id: int
    action: str
    label: str
    transaction_id: str | None
    occurred_at: dt.datetime
    recorded_at: dt.datetime


@dataclass(frozen=True)
class Use:
    """An entry of the lot: points are signed, `left` is what the lot held afterwards. A merge has used none of it."""

    by: EventRef
    kind: str
    points: int
    left: int

    @property
    def label(self) -> str:
        return str(EntryKind(self.kind).label)


@dataclass(frozen=True)
class DateChange:
    """The points that were left got another last day; None: none."""

    by: EventRef
    points: int
    was: str | None
    now: str | None


@dataclass(frozen=True)
class LotStory:
    """`why` are sentences, `arithmetic` the figures they tell; None where the event itself named the points."""

    id: int
    account: str
    earned_by: EventRef
    program_version: int
    points: int
    left: int
    expired: int
    expires_at: dt.datetime | None
    why: Sequence[str]
    arithmetic: Any
    uses: Sequence[Use]
    changes: Sequence[DateChange]

    @property
    def last_day(self) -> dt.date | None:
        return last_day(self.expires_at) if self.expires_at else None


@dataclass(frozen=True)
class Move:
    """What the event moved of a lot that another event had earned; without a lot it is debt, a positive one repaid."""

    kind: str
    account: str
    points: int
    lot_id: int | None
    earned_by: EventRef | None
    expires_at: dt.datetime | None

    @property
    def label(self) -> str:
        return str(EntryKind(self.kind).label)

    @property
    def last_day(self) -> dt.date | None:
        return last_day(self.expires_at) if self.expires_at else None


@dataclass(frozen=True)
class Promise:
    """Pending points. `kept` is None until they are settled, False if they were cancelled."""

    id: int
    account: str
    by: EventRef
    points: int
    due_at: dt.datetime | None
    why: Sequence[str]
    arithmetic: Any
    settled_by: EventRef | None
    kept: bool | None


@dataclass(frozen=True)
class Explanation:
    """`points` and `pending` are per account's ID; `promised` by the event, `settled` by it."""

    event: EventRef
    program_version: int
    reason: str
    cause: EventRef | None
    consequences: Sequence[EventRef]
    points: Mapping[str, int]
    pending: Mapping[str, int]
    lots: Sequence[LotStory]
    moves: Sequence[Move]
    promised: Sequence[Promise]
    settled: Sequence[Promise]
    changes: Sequence[DateChange]


def explain(family: Sequence[int], event_id: int) -> Explanation | None:
    """One event; None if the customer has none of that ID. A fixed number of queries, as `explain_all`."""
    event = events_of(family).filter(id=event_id).first()
    if event is None:
        return None
    own, customer_id = Q(event_id=event_id), family[0]
    entries = list(_entries(family).filter(own))
    lot_ids = {entry.lot_id for entry in entries} - {None}
    changed = [int(one["event"]) for one in event.data.get("changed", ())] if event.action == CHANGE_OF_DATES else []
    lots = list(
        Lot.objects.filter(Q(id__in=lot_ids) | Q(event_id__in=changed), customer_id=customer_id).select_related(
            "account"
        )
    )
    others = _entries(family).filter(lot_id__in=[lot.id for lot in lots]).exclude(own)
    pending = Pending.objects.filter(own | Q(settled_by=event_id), customer_id=customer_id)
    facts = _Facts(family, [event], [*entries, *others], lots, list(pending.order_by("id")))
    return facts.explain(event)


def explain_all(family: Sequence[int]) -> list[Explanation]:
    """Every event that moved points of the customer or changed their dates, in the order of recording."""
    entries, customer_id = list(_entries(family)), family[0]
    moved = Q(id__in={entry.event_id for entry in entries}) | Q(action=CHANGE_OF_DATES)
    events = list(events_of(family).filter(moved).order_by("id"))
    lots = list(Lot.objects.filter(customer_id=customer_id).select_related("account"))
    pending = list(Pending.objects.filter(customer_id=customer_id).order_by("id"))
    facts = _Facts(family, events, entries, lots, pending)
    return [facts.explain(event) for event in events]


def _entries(family: Sequence[int]) -> Any:
    """Of the customer and of merged profiles, whose lots are now the customer's under the same ids."""
    return Entry.objects.filter(customer_id__in=family).order_by("id")


class _Facts:
    """What was read, by what it is looked up by."""

    def __init__(
        self,
        family: Sequence[int],
        explained: Sequence[Event],
        entries: Sequence[Entry],
        lots: Sequence[Lot],
        pending: Sequence[Pending],
    ) -> None:
        self.entries, self.pending = sorted(entries, key=lambda entry: entry.id), pending
        self.lots, self.ends = {lot.id: lot for lot in lots}, ends_of(family[0], lots)
        self.labels = {kind.action: kind.label for kind in EventType.objects.all()}
        self.accounts = {account.id: account.slug for account in Account.objects.all()}
        ids = {event.id for event in explained}
        self.events = {event.id: event for event in self._events(family, explained)}
        self.children = defaultdict[int | None, list[Event]](list)
        for child in self.events.values():
            if child.parent_id in ids:
                self.children[child.parent_id].append(child)
        self.by_lot, self.by_event = _grouped(self.entries, "lot_id"), _grouped(self.entries, "event_id")
        self.changes = self._changes()
        earned = {entry.event_id for entry in self.entries if entry.kind == EntryKind.EARN}
        missing = {one.settled_by for one in pending if one.settled_by} - set(self.by_event)
        if missing:
            found = Entry.objects.filter(customer_id__in=family, event_id__in=missing, kind=EntryKind.EARN)
            earned |= set(found.values_list("event_id", flat=True))
        self.earned = earned

    def _events(self, family: Sequence[int], explained: Sequence[Event]) -> Iterable[Event]:
        """Those that are explained, that the facts name, that caused or followed them, and the changes of dates."""
        ids = {event.id for event in explained}
        named = {event.parent_id for event in explained} | {entry.event_id for entry in self.entries}
        named |= {lot.event_id for lot in self.lots.values()}
        named |= {one.event_id for one in self.pending} | {one.settled_by for one in self.pending}
        wanted = Q(id__in=ids | (named - {None})) | Q(parent_id__in=ids) | Q(action=CHANGE_OF_DATES)
        return events_of(family).filter(wanted).order_by("id")

    def _changes(self) -> dict[int, list[DateChange]]:
        """By the event whose points got another date."""
        found = defaultdict[int, list[DateChange]](list)
        for event in self.events.values():
            for one in event.data.get("changed", ()) if event.action == CHANGE_OF_DATES else ():
                change = DateChange(self.ref(event.id), one["points"], one["expdate"], event.data["expdate"])
                found[int(one["event"])].append(change)
        return found

    def ref(self, event_id: int) -> EventRef:
        event = self.events[event_id]
        label = self.labels.get(event.action, event.action)
        return EventRef(event.id, event.action, label, event.transaction_id, event.occurred_at, event.recorded_at)

    def explain(self, event: Event) -> Explanation:
        entries = self.by_event[event.id]
        earned = [entry for entry in entries if entry.kind == EntryKind.EARN]
        others = [entry for entry in entries if entry.kind not in (EntryKind.EARN, EntryKind.PENDING)]
        stories = {entry.lot_id for entry in earned}
        return Explanation(
            event=self.ref(event.id),
            program_version=event.program_version,
            reason=str(event.data.get("reason") or ""),
            cause=self.ref(event.parent_id) if event.parent_id in self.events else None,
            consequences=[self.ref(child.id) for child in self.children[event.id]],
            points=self._sums(entry for entry in entries if entry.kind not in NO_MOVEMENT),
            pending=self._sums(entry for entry in entries if entry.kind == EntryKind.PENDING),
            lots=[self._story(self.lots[entry.lot_id]) for entry in earned if entry.lot_id],
            moves=[self._move(entry) for entry in others if entry.lot_id not in stories],
            promised=[self._promise(one) for one in self.pending if one.event_id == event.id],
            settled=[self._promise(one) for one in self.pending if one.settled_by == event.id],
            changes=[change for changes in self.changes.values() for change in changes if change.by.id == event.id],
        )

    def _sums(self, entries: Iterable[Entry]) -> dict[str, int]:
        found = defaultdict[str, int](int)
        for entry in entries:
            found[self.accounts[entry.account_id]] += entry.points
        return dict(found)

    def _story(self, lot: Lot) -> LotStory:
        return LotStory(
            id=lot.id,
            account=self.accounts[lot.account_id],
            earned_by=self.ref(lot.event_id),
            program_version=self.events[lot.event_id].program_version,
            points=lot.points,
            left=lot.remaining,
            expired=lot.expired,
            expires_at=self.ends.get(lot.id),
            why=_why(lot.arithmetic, self.events[lot.event_id]),
            arithmetic=lot.arithmetic,
            uses=list(self._uses(lot)),
            changes=self.changes.get(lot.event_id, []),
        )

    def _uses(self, lot: Lot) -> Iterable[Use]:
        left = 0
        for entry in self.by_lot[lot.id]:
            if entry.kind == EntryKind.MOVE:
                continue
            left += entry.points
            if entry.kind != EntryKind.EARN:
                yield Use(self.ref(entry.event_id), entry.kind, entry.points, left)

    def _move(self, entry: Entry) -> Move:
        lot = self.lots.get(entry.lot_id or 0)
        return Move(
            kind=entry.kind,
            account=self.accounts[entry.account_id],
            points=entry.points,
            lot_id=entry.lot_id,
            earned_by=self.ref(lot.event_id) if lot else None,
            expires_at=self.ends.get(lot.id) if lot else None,
        )

    def _promise(self, one: Pending) -> Promise:
        return Promise(
            id=one.id,
            account=self.accounts[one.account_id],
            by=self.ref(one.event_id),
            points=one.points,
            due_at=one.due_at,
            why=_why(one.arithmetic, self.events[one.event_id]),
            arithmetic=one.arithmetic,
            settled_by=self.ref(one.settled_by) if one.settled_by else None,
            kept=one.settled_by in self.earned if one.settled_by else None,
        )


def _why(arithmetic: Mapping[str, Any] | None, event: Event) -> list[str]:
    if arithmetic is not None:
        return describe(arithmetic)
    if "points" in event.data:
        return [gettext("The event names the points itself.")]
    return [gettext("No arithmetic was stored with these points.")]


def _grouped(entries: Iterable[Entry], name: str) -> defaultdict[int | None, list[Entry]]:
    found = defaultdict[int | None, list[Entry]](list)
    for entry in entries:
        found[getattr(entry, name)].append(entry)
    return found
