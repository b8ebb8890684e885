"""What a customer's levels show on the profile, and elsewhere beside the customer."""

from django.utils.translation import gettext_lazy as _

from customers.profile.frame import ProfileAction
from events.timeline.queries import EventSentences
from loyalty.engine.status import Status
from loyalty.staff.permissions import Right

from .dialogs import can_expire, can_fall, can_rise
from .directory import COLUMN, FILTER
from .overview import BADGES, OVERVIEW
from .sentences import ACTIONS, describe

MEMBERS = frozenset({Status.ACTIVE, Status.SUSPENDED})

CONTRIBUTIONS = (
    OVERVIEW,
    BADGES,
    FILTER,
    COLUMN,
    EventSentences(ACTIONS, describe),
    ProfileAction(
        _("Tier up…"),
        "tiers:up",
        "trending-up",
        Right.EDIT_CUSTOMERS,
        position=40,
        statuses=MEMBERS,
        is_possible=can_rise,
    ),
    ProfileAction(
        _("Tier down…"),
        "tiers:down",
        "trending-down",
        Right.EDIT_CUSTOMERS,
        position=41,
        statuses=MEMBERS,
        is_possible=can_fall,
    ),
    ProfileAction(
        _("Change tier expiration…"),
        "tiers:expiration",
        "calendar-clock",
        Right.EDIT_CUSTOMERS,
        position=42,
        statuses=MEMBERS,
        is_possible=can_expire,
    ),
)
