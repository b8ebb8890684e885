"""What the timeline says of user groups."""

from collections.abc import Sequence

from django.utils.translation import gettext

from events.models import Event
from events.timeline.queries import EventSentences
from loyalty.engine.actions import names_of
from loyalty.grouping.actions import ACTIONS, ADD, GROUP
from loyalty.staff.models import UserGroup


def _describe(events: Sequence[Event]) -> dict[int, str]:
    slugs = {str(event.data.get(GROUP.name, "")) for event in events}
    names = dict(UserGroup.objects.filter(slug__in=slugs).values_list("slug", "name"))
    return {
        event.id: _sentence(event, names.get(slug := str(event.data.get(GROUP.name, "")), slug)) for event in events
    }


def _sentence(event: Event, name: str) -> str:
    text = (
        gettext("Put into the user group “%(group)s”.")
        if event.action == ADD.name
        else gettext("Taken out of the user group “%(group)s”.")
    )
    return text % {"group": name}


SENTENCES = EventSentences(names_of(ACTIONS), _describe)
