"""What the Display API tells of points."""

from collections.abc import Collection, Sequence

from events.api.display.objects import EventPart
from events.models import Event
from loyalty.accounts.enums import EXPIRING_POINTS
from loyalty.points.history.lots import last_days


def _of_events(events: Sequence[Event], owners: Collection[int], modules: Collection[str]) -> dict[int, dict[str, str]]:
    days = last_days(events, owners) if EXPIRING_POINTS in modules else {}
    return {id: {"expdate": day.isoformat()} for id, day in days.items()}


EVENT = EventPart(_of_events)
