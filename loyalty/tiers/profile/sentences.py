"""Tier events as sentences: which level, why, and until when it is valid. Names are those of today."""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from events.models import Event
from loyalty.calendar import ONE_DAY
from loyalty.tiers.enums import Reason
from loyalty.tiers.models import Level, Structure
from loyalty.tiers.queries import in_language
from loyalty.tiers.rules import CHANGE, DOWN, EXPIRING, RENEW, UP

from .words import day

ACTIONS = frozenset({UP, DOWN, RENEW, EXPIRING, CHANGE})
# What a reason means; where it depends on what came of it, by the action, too.
REASONS: Mapping[str | tuple[str, str], str | Promise] = {
    Reason.POINTS: _("points reached it"),
    (DOWN, Reason.POINTS): _("points were deducted"),
    (RENEW, Reason.POINTS): _("points reached it again"),
    Reason.REFUND: _("a purchase was refunded"),
    Reason.EXPIRY: _("the level before expired, and the points reach this one"),
    (DOWN, Reason.EXPIRY): _("the level expired"),
    (RENEW, Reason.EXPIRY): _("the points still held it when it expired"),
    Reason.MANUAL: _("changed by hand"),
    Reason.WORKFLOW: _("changed by a workflow"),
    Reason.STRUCTURE: _("the structure was changed"),
    Reason.MERGE: _("the points of both merged profiles count"),
}


@dataclass(frozen=True)
class TierNames:
    """What structures and levels are called, by their IDs: those that are no longer active, too."""

    structures: Mapping[str, str] = field(default_factory=dict)
    levels: Mapping[tuple[str, str], str] = field(default_factory=dict)

    @classmethod
    def read(cls) -> "TierNames":
        rows = Level.objects.values_list("structure__slug", "slug", "names")
        return cls(
            dict(Structure.objects.values_list("slug", "name")),
            {(structure, slug): in_language(names, slug) for structure, slug, names in rows},
        )

    def structure(self, slug: Any) -> str:
        return self.structures.get(str(slug), str(slug))

    def level(self, structure: Any, slug: Any) -> str:
        return self.levels.get((str(structure), str(slug)), str(slug))


def reason_in_words(action: str, reason: Any) -> str:
    """Empty for one that is not known."""
    return str(REASONS.get((action, str(reason))) or REASONS.get(str(reason)) or "")


def last_day_of(event: Event) -> dt.date | None:
    """The last day on which the level is valid. What is sent by hand says it itself; what follows says the day after."""
    text = str(event.data.get("expdate") or "").strip()
    if not text:
        return None
    return dt.date.fromisoformat(text) - (dt.timedelta() if event.action == CHANGE else ONE_DAY)


def describe(events: Sequence[Event]) -> dict[int, str]:
    names = TierNames.read()
    return {event.id: " ".join(filter(None, (_what(event, names), _until(event)))) for event in events}


def _what(event: Event, names: TierNames) -> str:
    data, structure = event.data, event.data.get("structure", "")
    found = {
        "structure": names.structure(structure),
        "from": names.level(structure, data.get("from", "")),
        "to": names.level(structure, data.get("to", "") or data.get("tier", "")),
        "reason": str(data.get("reason") or ""),
    }
    if event.action == CHANGE:
        return _by_hand(data) % found
    found["reason"] = reason_in_words(event.action, data.get("reason"))
    return _followed(event) % found


def _followed(event: Event) -> str:
    if event.action == EXPIRING:
        return gettext("%(from)s in %(structure)s is about to be lost: then %(to)s, unless points keep it.")
    if event.action == RENEW:
        return gettext("%(to)s in %(structure)s was renewed: %(reason)s.")
    if event.action == DOWN:
        return gettext("Fell from %(from)s to %(to)s in %(structure)s: %(reason)s.")
    if "from" not in event.data:
        return gettext("Reached %(to)s in %(structure)s: %(reason)s.")
    return gettext("Rose from %(from)s to %(to)s in %(structure)s: %(reason)s.")


def _by_hand(data: Mapping[str, Any]) -> str:
    if data.get("tier"):
        found = gettext("%(to)s in %(structure)s, set by hand")
    else:
        found = gettext("The last day of %(from)s in %(structure)s, changed by hand")
    return f"{found}: %(reason)s." if data.get("reason") else f"{found}."


def _until(event: Event) -> str:
    last = last_day_of(event)
    if last is not None:
        return gettext("Valid through %(day)s.") % {"day": day(last)}
    is_endless = event.action == CHANGE and "expdate" in event.data
    return gettext("It does not expire.") if is_endless else ""
