"""What a customer's levels show on the profile, and elsewhere beside the customer."""

from collections.abc import Iterator

from django.utils.translation import gettext_lazy as _

from customers.export.queries import ReferenceNames
from customers.merging.preview import MergeCard, MergeMove
from customers.profile.frame import ProfileAction
from events.timeline.queries import EventSentences
from loyalty.engine.status import Status
from loyalty.tiers.models import Level, Structure
from loyalty.tiers.queries import in_language
from loyalty.tiers.rights import CHANGE_TIERS

from .comparing import compared_tiers, levels_held
from .dialogs import can_expire, can_fall, can_rise
from .directory import COLUMN, FILTER
from .overview import BADGES, OVERVIEW
from .sentences import ACTIONS, describe

MEMBERS = frozenset({Status.ACTIVE, Status.SUSPENDED})


def _level_names() -> Iterator[tuple[int, str]]:
    for id, names, slug in Level.objects.values_list("id", "names", "slug"):
        yield id, in_language(names, slug)


CONTRIBUTIONS = (
    OVERVIEW,
    BADGES,
    FILTER,
    COLUMN,
    EventSentences(ACTIONS, describe),
    MergeCard("tiers/merge.html", lambda source, target: list(compared_tiers(source, target))),
    MergeMove("tiers", _("Levels: the higher one stays, and the points that count for them add up"), 45, levels_held),
    ReferenceNames("structure_id", lambda: Structure.objects.values_list("id", "name")),
    ReferenceNames("level_id", _level_names),
    ProfileAction(
        _("Tier up…"),
        "tiers:up",
        "trending-up",
        CHANGE_TIERS,
        position=40,
        statuses=MEMBERS,
        is_possible=can_rise,
    ),
    ProfileAction(
        _("Tier down…"),
        "tiers:down",
        "trending-down",
        CHANGE_TIERS,
        position=41,
        statuses=MEMBERS,
        is_possible=can_fall,
    ),
    ProfileAction(
        _("Change tier expiration…"),
        "tiers:expiration",
        "calendar-clock",
        CHANGE_TIERS,
        position=42,
        statuses=MEMBERS,
        is_possible=can_expire,
    ),
)
