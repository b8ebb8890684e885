"""What the Display API tells of points."""

from collections.abc import Collection, Sequence
from typing import Annotated

from msgspec import UNSET, Meta, UnsetType

from events.api.display.objects import EventPart
from events.models import Event
from loyalty.accounts.enums import EXPIRING_POINTS
from loyalty.api.wire import Day, WireObject, fields_of
from loyalty.points.history.lots import last_days


class EventDayObject(WireObject):
    expdate: Annotated[
        Day | UnsetType, Meta(description="The last day on which the points are valid, if they have one.")
    ] = UNSET


def _of_events(events: Sequence[Event], owners: Collection[int], modules: Collection[str]) -> dict[int, dict[str, str]]:
    days = last_days(events, owners) if EXPIRING_POINTS in modules else {}
    return {id: EventDayObject(expdate=day.isoformat()).written() for id, day in days.items()}


EVENT = EventPart(_of_events, fields_of(EventDayObject))
