"""What tells of tiers: rising, falling, renewing, and changes by hand."""

from dataclasses import replace

from django.utils.translation import gettext_lazy as _

from loyalty.engine.actions import NOBODY, REASON, Action, Attribute, Kind, follows

from .enums import TIERS_MODULE

STRUCTURE = Attribute(
    "structure",
    Kind.CODE,
    label=_("Tier structure"),
    description="The ID of the tier structure.",
    required=True,
    most=64,
    needs=TIERS_MODULE,
    example="standard_tiers",
)
_LEVEL = Attribute("to", description="The ID of the level.")
_OF_LEVEL = (
    Attribute("structure", label=_("Tier structure"), description="The ID of the tier structure."),
    Attribute("from", description="The ID of the level before; absent for a first one."),
    _LEVEL,
    Attribute("points", description="The status points that it was reached or lost with."),
    Attribute("reason", description="`points`, `refund`, `expiry`, `manual`, `workflow`, `structure` or `merge`."),
    Attribute(
        "expdate",
        Kind.DAY,
        label=_("Expiration date"),
        description="The day as which the level is computed anew; absent: it does not expire.",
    ),
)
_CLOSED = follows("the tiers")

_ANNOUNCED = (
    *_OF_LEVEL[:2],
    Attribute("to", description="The ID of the level that will be left."),
    Attribute("points", description="The status points that will then be left."),
    Attribute("expdate", Kind.DAY, label=_("Expiration date"), description="The day as which the level will be lost."),
)
FOLLOWING = (
    Action("tier_up", _("Tier up"), _OF_LEVEL, "trending-up", "A higher level is reached.", closed=_CLOSED),
    Action("tier_down", _("Tier down"), _OF_LEVEL, "trending-down", "A level is lost.", closed=_CLOSED),
    Action("tier_renew", _("Tier renewal"), _OF_LEVEL, "refresh-cw", "A level is valid anew.", closed=_CLOSED),
    Action(
        "tier_expiring",
        _("Tier expiring"),
        _ANNOUNCED,
        "clock",
        "A level will be lost soon, unless points hold it: told once for each day of a loss.",
        closed=_CLOSED,
    ),
)
CHANGING = Action(
    "tier_change",
    _("Tier change"),
    (
        STRUCTURE,
        Attribute(
            "tier",
            Kind.CODE,
            label=_("Level"),
            description="The ID of the level that the customer gets; or an `expdate`, or both.",
            most=64,
            example="gold",
        ),
        Attribute(
            "expdate",
            Kind.DAY,
            label=_("Expiration date"),
            hint=_("The level is valid through this day."),
            description="The last day on which the level is valid; null or an empty text for one that does not expire.",
            example="2026-12-31",
        ),
        replace(REASON, example="Status match"),
    ),
    "award",
    "Another level or another last day, by hand. A level that is set so stays until points reach a higher one, or until it expires.",
    by_hand=NOBODY,
)
ACTIONS = (*FOLLOWING, CHANGING)
