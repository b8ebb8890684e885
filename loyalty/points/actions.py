"""What moves points: by hand, for an order, and what follows from both."""

from dataclasses import replace

from django.utils.translation import gettext_lazy as _

from events.orders.actions import TRANSACTION_ID
from loyalty.accounts.enums import EXPIRING_POINTS
from loyalty.engine.actions import EFFECTIVE, NOBODY, REASON, Action, Attribute, Kind, follows, names_of

POINTS = Attribute("points", Kind.POINTS, required=True, example=50)
EXPDATE = Attribute(
    "expdate",
    Kind.DAY,
    label=_("Expiration date"),
    hint=_("The points are valid through this day."),
    description="The last day on which the points are valid, where points expire.",
    needs=EXPIRING_POINTS,
    example="2026-12-31",
    synonyms=(
        "expiration", "expirationdate", "expirydate", "expiredate", "expiresat", "expireson", "validuntil",
    ),
)  # fmt: skip
_BY_HAND = (POINTS, REASON, EFFECTIVE)
_EARNED_BY = Attribute(
    "event",
    Kind.NUMBER_OF_EVENT,
    label=_("Event ID"),
    description="The ID of the event whose points are pending.",
    required=True,
    example=17,
)
_SOME_OF_ORDER = (
    replace(POINTS, required=False, description="How many; all that are reserved if absent."),
    TRANSACTION_ID,
    REASON,
    EFFECTIVE,
)
# What the rules write themselves.
_MOVED = Attribute("points", Kind.POINTS)

_SPENDING = (
    Action("point_spend", _("Point spend"), _BY_HAND, "gift", "The customer spends points."),
    Action(
        "point_burn",
        _("Point burn"),
        (_MOVED, TRANSACTION_ID),
        "flame",
        closed=follows("an order that burns points"),
    ),
)
# Their points are the customer's own, come back.
_GIVING_BACK = (
    Action("point_unspend", _("Point unspend"), _BY_HAND, "undo-2", "Spent points come back."),
    Action(
        "point_unburn",
        _("Point unburn"),
        (_MOVED, TRANSACTION_ID),
        "flame-kindling",
        closed=follows("an order that gives burned points back"),
    ),
    Action(
        "release_points",
        _("Release points"),
        _SOME_OF_ORDER,
        "lock-open",
        "What was reserved for an order can be spent again.",
    ),
)
# Rewards, which lie above, spend by claims; their revocations and released bids give back.
SPENDING = names_of(_SPENDING) | {"reward", "coupon_transfer"}
GIVING_BACK = names_of(_GIVING_BACK) | {"reward_revoke", "reward_bid_release"}
_MOVING = (
    Action("point_add", _("Point add"), (*_BY_HAND, EXPDATE), "circle-plus", "Points by hand."),
    Action("point_sub", _("Point sub"), _BY_HAND, "circle-minus", "Takes back what was earned: the score goes down."),
    *_SPENDING,
    *_GIVING_BACK,
    Action(
        "point_fix",
        _("Point fix"),
        (
            replace(POINTS, kind=Kind.SIGNED_POINTS, description="Below 0: the score goes down.", example=-20),
            REASON,
            EFFECTIVE,
            replace(EXPDATE, unlisted=True),
        ),
        "wrench",
        "Corrects the score by a signed number.",
    ),
)
# What changes points and nothing else, by so many as it must say: by hand it is limited by the role.
ADJUSTING = names_of(action for action in _MOVING if action.attributes[0].required)
ACTIONS = (
    *_MOVING,
    Action(
        "reserve_points",
        _("Reserve points"),
        (POINTS, TRANSACTION_ID, REASON, EFFECTIVE),
        "lock",
        "Sets points aside for an order that is to come.",
    ),
    Action("point_expire", _("Point expiry"), (_MOVED,), "hourglass", closed=follows("the expiry of points")),
    Action(
        "point_expiration",
        _("Change of point expiration"),
        (
            Attribute(
                "events",
                Kind.EVENTS,
                description="The IDs of the events that earned them, at most 500: a list, or a text with commas.",
                required=True,
                example=["17"],
            ),
            replace(
                EXPDATE,
                required=True,
                nullable=True,
                description="Their last day from now on; null or an empty text for points that never expire.",
            ),
            REASON,
        ),
        "calendar-clock",
        "What remains of points gets another last day, where points expire.",
        by_hand=NOBODY,
    ),
    Action(
        "pending_accept",
        _("Accept of pending points"),
        (_EARNED_BY, REASON),
        "badge-check",
        "Pending points of an event that is no order can be spent from now on.",
    ),
    Action(
        "pending_reject",
        _("Reject of pending points"),
        (_EARNED_BY, REASON),
        "badge-x",
        "Pending points of an event that is no order are cancelled.",
    ),
)  # fmt: skip
