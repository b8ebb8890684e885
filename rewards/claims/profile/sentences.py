"""What the timeline says of claims and bids."""

from collections.abc import Mapping, Sequence

from django.utils.functional import Promise
from django.utils.translation import get_language, gettext
from django.utils.translation import gettext_lazy as _

from events.models import Event
from events.timeline.queries import EventSentences
from loyalty.engine.actions import names_of
from loyalty.formats import number
from rewards.catalogue.models import Reward
from rewards.catalogue.texts import text_in
from rewards.claims.actions import (
    ACTIONS,
    AMOUNT,
    BID,
    CLAIM,
    CODE,
    COUNT,
    FORCED,
    PLACE_BID,
    POINTS,
    RELEASE,
    REVOKE,
    REWARD,
)

SENTENCES_OF: Mapping[str, Promise] = {
    CLAIM.name: _("Claimed the reward “%(reward)s”%(times)s%(code)s."),
    REVOKE.name: _("A claim of the reward “%(reward)s” was revoked."),
    PLACE_BID.name: _("Bid %(points)s points for the reward “%(reward)s”."),
    RELEASE.name: _("The bid of %(points)s points for the reward “%(reward)s” was released."),
}
BY_BID, BY_FORCE = (
    _("Won the reward “%(reward)s”%(code)s by the highest bid."),
    _("Got the reward “%(reward)s”%(times)s%(code)s by force, for no points."),
)


def _describe(events: Sequence[Event]) -> dict[int, str]:
    slugs = {str(event.data.get(REWARD.name, "")) for event in events}
    names = dict(Reward.objects.filter(slug__in=slugs).values_list("slug", "name"))
    return {event.id: _sentence(event, names) for event in events}


def _sentence(event: Event, names: Mapping[str, Mapping[str, str]]) -> str:
    """The code is left out where the reader does not see it, and after an erasure."""
    data = event.data
    slug, code, count = str(data.get(REWARD.name, "")), data.get(CODE.name), data.get(COUNT.name)
    points = data.get(AMOUNT.name) or data.get(POINTS.name)
    said = {
        "reward": text_in(names.get(slug, {}), get_language()) or slug or gettext("that is not known"),
        "code": f" ({code})" if code else "",
        "times": f" × {count}" if isinstance(count, int) and count > 1 else "",
        "points": number(points) if isinstance(points, int) else "",
    }
    template = SENTENCES_OF[event.action]
    if event.action == CLAIM.name:
        template = BY_BID if data.get(BID.name) else BY_FORCE if data.get(FORCED.name) else template
    return str(template) % said


SENTENCES = EventSentences(names_of(ACTIONS), _describe)
