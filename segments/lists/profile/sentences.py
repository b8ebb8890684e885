"""What the timeline says of lists."""

from collections.abc import Sequence

from django.utils.translation import gettext

from events.models import Event
from events.timeline.queries import EventSentences
from loyalty.engine.actions import names_of
from segments.lists.actions import ACTIONS, ADD, LIST
from segments.lists.models import CustomerList


def _describe(events: Sequence[Event]) -> dict[int, str]:
    slugs = {str(event.data.get(LIST.name, "")) for event in events}
    names = dict(CustomerList.objects.filter(slug__in=slugs).values_list("slug", "name"))
    return {event.id: _sentence(event, names.get(slug := str(event.data.get(LIST.name, "")), slug)) for event in events}


def _sentence(event: Event, name: str) -> str:
    text = (
        gettext("Put on the list “%(list)s”.")
        if event.action == ADD.name
        else gettext("Taken off the list “%(list)s”.")
    )
    return text % {"list": name}


SENTENCES = EventSentences(names_of(ACTIONS), _describe)
