"""The latest actions of a customer, for the Overview."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from django.db.models import Sum

from customers.profile.frame import Area, Card, OverviewCards, ProfilePage
from events.models import Event
from events.types.models import EventType
from loyalty.program.actions import icon_of
from loyalty.ui.paging import nearest

from .queries import events_per_profile

LATEST = 8
# Part of the checkout above it, which shows their points.
PARTS = "checkout_item"


@dataclass(frozen=True)
class Action:
    """An event as the latest actions show it."""

    event: Event
    label: str
    points: int

    @property
    def icon(self) -> str:
        return icon_of(self.event.action)


def latest_actions(family: Sequence[int]) -> list[Action]:
    latest = [
        events.exclude(action=PARTS).order_by("-occurred_at", "-id").defer("data")
        for events in events_per_profile(family)
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


def _points_of_parts(family: Sequence[int], transactions: set[str | None]) -> dict[int | None, int]:
    """The points of the items, by their checkout."""
    items = Event.objects.filter(customer_id__in=family, transaction_id__in=transactions, action=PARTS)
    return dict(items.values_list("parent_id").annotate(total=Sum("points")).order_by())


def _cards(page: ProfilePage) -> Iterator[Card]:
    yield Card(Area.MAIN, 60, "events/latest.html", latest_actions(page.family))


OVERVIEW = OverviewCards(_cards)
