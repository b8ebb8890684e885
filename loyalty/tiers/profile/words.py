"""A customer's level in sentences: what is missing to the next one, until when it is valid, and what comes then."""

import datetime as dt
from decimal import Decimal

from django.utils.formats import date_format
from django.utils.translation import gettext, ngettext

from loyalty import formats
from loyalty.tiers.config import StructureRule
from loyalty.tiers.enums import StructureType
from loyalty.tiers.queries import level_name

from .outlook import Need, Outlook
from .queries import Place


def amount(rule: StructureRule, points: Decimal) -> str:
    """Status points as people call them: money where purchases count."""
    if rule.type == StructureType.SPEND_BASED:
        return formats.money(points, rule.currency)
    return ngettext("%(points)s point", "%(points)s points", _plural(points)) % {"points": formats.number(points)}


def _plural(points: Decimal) -> int:
    """One point is one; a fraction is many."""
    return 1 if points == 1 else 2


def day(of: dt.date) -> str:
    return date_format(of, "j F Y")


def progress(place: Place) -> str:
    """How far the next level is."""
    if place.next is not None:
        found = {"points": amount(place.rule, place.missing), "level": level_name(place.next)}
        return gettext("%(points)s to %(level)s") % found
    if place.rule.type == StructureType.INVITATION_ONLY:
        return gettext("Levels are given by invitation: points do not count here")
    return gettext("This is the highest level") if place.tier else ""


def counted(place: Place) -> str:
    """What has been collected, and of how much."""
    if place.next is None:
        return "" if place.rule.type == StructureType.INVITATION_ONLY else amount(place.rule, place.points)
    threshold = amount(place.rule, place.next.threshold)
    return gettext("%(points)s of %(threshold)s") % {"points": formats.number(place.points), "threshold": threshold}


def validity(place: Place) -> str:
    """Until when the level is valid, and what becomes of it."""
    if place.tier is None:
        return ""
    if place.outlook is None:
        return _without_end(place)
    return _with_end(place, place.outlook)


def _without_end(place: Place) -> str:
    assert place.level is not None
    assert place.tier is not None
    level = level_name(place.level)
    if place.level.kept:
        return gettext("%(level)s is kept for good.") % {"level": level}
    if place.tier.place == 0:
        return gettext("%(level)s is the lowest level and does not expire.") % {"level": level}
    return gettext("%(level)s does not expire.") % {"level": level}


def _with_end(place: Place, outlook: Outlook) -> str:
    assert place.level is not None
    need = outlook.need
    found = {
        "level": level_name(place.level),
        "day": day(outlook.last_day),
        "grace": day(outlook.grace_until) if outlook.grace_until else "",
        "next": level_name(outlook.becomes),
        "points": amount(place.rule, need.points) if need else "",
        "begins": day(need.begins) if need and need.begins else "",
    }
    if outlook.is_held:
        return gettext("%(level)s through %(day)s and beyond: the points keep it.") % found
    return f"{_beginning(outlook) % found} {_end(place, need) % found}"


def _beginning(outlook: Outlook) -> str:
    if outlook.is_in_grace:
        return gettext("%(level)s expired after %(day)s and is kept in grace through %(grace)s;")
    if outlook.grace_until:
        return gettext("%(level)s through %(day)s, and in grace through %(grace)s;")
    return gettext("%(level)s through %(day)s;")


def _end(place: Place, need: Need | None) -> str:
    """What follows, with what would prevent it."""
    spends = place.rule.type == StructureType.SPEND_BASED
    if need is None:
        return gettext("then %(next)s.")
    if need.begins and spends:
        return gettext("then %(next)s, unless the customer spends %(points)s from %(begins)s on.")
    if need.begins:
        return gettext("then %(next)s, unless the customer collects %(points)s from %(begins)s on.")
    if spends:
        return gettext("then %(next)s, unless the customer spends %(points)s more by then.")
    return gettext("then %(next)s, unless the customer collects %(points)s more by then.")


def benefit(place: Place) -> str:
    """What the level earns."""
    if place.level is None or place.level.multiplier is None:
        return ""
    return gettext("Purchases earn %(times)s times the points") % {"times": formats.number(place.level.multiplier)}
