"""The latest actions of a customer, for the Overview."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from django.db.models import Sum

from customers.profile.frame import Area, Card, OverviewCards, ProfilePage
from events.models import Event
from events.sight import seen_events
from events.types.models import EventType
from loyalty.contributions import contributed
from loyalty.program.actions import icon_of
from loyalty.staff.sight import EVERYTHING, Sight
from loyalty.ui.paging import nearest

from .queries import EventSentences, events_of, events_per_profile, sentences_of

LATEST = 8
# Part of the checkout above it, which shows their points.
PARTS = "checkout_item"


@dataclass(frozen=True)
class Action:
    """An event as the latest actions show it."""

    event: Event
    label: str
    points: int
    sentence: str = ""

    @property
    def icon(self) -> str:
        return icon_of(self.event.action)


def latest_actions(family: Sequence[int], sight: Sight = EVERYTHING) -> list[Action]:
    latest = [
        events.exclude(action=PARTS).order_by("-occurred_at", "-id").defer("data")
        for events in events_per_profile(family)
    ]
    events = list(nearest(latest, LATEST))
    labels = {
        kind.action: kind.label for kind in EventType.objects.filter(action__in={event.action for event in events})
    }
    of_parts = _points_of_parts(family, {event.transaction_id for event in events} - {None})
    sentences = _sentences(family, events, sight)
    return [
        Action(
            event,
            labels.get(event.action, event.action),
            event.points + of_parts.get(event.id, 0),
            sentences.get(event.id, ""),
        )
        for event in events
    ]


def _sentences(family: Sequence[int], events: Sequence[Event], sight: Sight) -> dict[int, str]:
    """With the attributes of those events only that rooms say something of."""
    spoken_of = {action for one in contributed(EventSentences) for action in one.actions}
    ids = {event.id for event in events if event.action in spoken_of}
    return sentences_of(seen_events(list(events_of(family).filter(id__in=ids)), sight)) if ids else {}


def _points_of_parts(family: Sequence[int], transactions: set[str | None]) -> dict[int | None, int]:
    """The points of the items, by their checkout."""
    items = Event.objects.filter(customer_id__in=family, transaction_id__in=transactions, action=PARTS)
    return dict(items.values_list("parent_id").annotate(total=Sum("points")).order_by())


def _cards(page: ProfilePage) -> Iterator[Card]:
    yield Card(Area.MAIN, 60, "events/latest.html", latest_actions(page.family, page.sight))


OVERVIEW = OverviewCards(_cards)
