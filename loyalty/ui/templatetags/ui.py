"""Tags and filters for small things; a template builtin, so no template loads it."""

from datetime import datetime
from functools import lru_cache
from typing import Any
from urllib.parse import urlencode

import lucide
from django import template
from django.forms import BoundField, CheckboxInput
from django.http import QueryDict
from django.template.context import RequestContext
from django.urls import reverse
from django.utils import timezone
from django.utils.html import escape, format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext

from loyalty import formats
from loyalty.staff.permissions import may
from loyalty.staff.rights import VIEW_AUDIT

register = template.Library()

register.filter("number", formats.number)
register.filter("signed", formats.signed)
register.filter("compact", formats.compact)
register.filter("money", formats.money)

# What a word says by its colour, wherever it appears.
TONES = {
    "active": "green",
    "accepted": "green",
    "approved": "green",
    "done": "green",
    "pending": "blue",
    "waiting": "blue",
    "running": "blue",
    "suspended": "red",
    "failed": "red",
    "rejected": "red",
    "refunded": "amber",
    "changes_requested": "amber",
    "draft": "",
    "banned": "red",
    "opted_out": "amber",
    "expiring": "amber",
    "exhausted": "",
    "expired": "",
    "inactive": "",
    "merged": "",
}
BADGE_TONES = frozenset({"green", "red", "amber", "blue", "accent"})


@lru_cache(maxsize=512)
def _icon(name: str, classes: str) -> SafeString:
    # Lucide unzips and parses on every call: 50 µs; the stroke width comes from the style sheet.
    svg = lucide._render_icon(name, None, **{"class": classes, "aria_hidden": "true"})
    return mark_safe(" ".join(svg.split()))  # noqa: S308  # from the lucide wheel, with our own class names


@register.simple_tag
def icon(name: str, classes: str = "icon") -> SafeString:
    return _icon(str(name), classes)


@register.simple_tag
def badge(text: object, key: str = "", *, plain: bool = False) -> SafeString:
    """`key` is a status or one of the tones; unknown ones are grey. A plain badge has no dot."""
    tone = key if key in BADGE_TONES else TONES.get(key, "")
    classes = " ".join(filter(None, ["badge", tone, "plain" if plain else ""]))
    return format_html('<span class="{}">{}</span>', classes, text)


@register.simple_tag
def avatar(initials: str, hue: int = 0, size: str = "") -> SafeString:
    """Decoration: the name must stand beside it. `hue` is any number, `size` empty or large."""
    classes = f"avatar {size}".strip()
    text = initials or "?"
    return format_html('<span class="{}" data-hue="{}" aria-hidden="true">{}</span>', classes, hue % 6, text)


@register.filter
def initials(person: object) -> str:
    """Of `first_name` and `last_name`, else of how the person is called."""
    names = [getattr(person, "first_name", ""), getattr(person, "last_name", "")]
    letters = "".join(name[:1] for name in names if name)
    return (letters or str(person)[:2]).upper()


@register.simple_tag
def ago(at: datetime | None, absent: str = "") -> SafeString:
    if at is None:
        return format_html('<span class="muted">{}</span>', absent or gettext("Never"))
    return _time(at, shown=formats.relative(at, timezone.now()), title=formats.instant(at))


@register.simple_tag
def moment(at: datetime | None) -> SafeString:
    """The instant in the programme's time zone."""
    return _time(at, shown=formats.instant(at)) if at else format_html('<span class="muted">{}</span>', formats.ABSENT)


def _time(at: datetime, shown: str, title: str = "") -> SafeString:
    attribute = format_html(' title="{}"', title) if title else ""
    return format_html('<time datetime="{}"{}>{}</time>', at.isoformat(), attribute, shown)


@register.simple_tag(takes_context=True)
def qs(context: RequestContext, **changes: Any) -> str:
    """This page's query string with the changes; an empty value drops its key, and a page never survives a change."""
    query: QueryDict = context["request"].GET.copy()
    query.pop("page", None)
    for key, value in changes.items():
        if value in (None, ""):
            query.pop(key, None)
        else:
            query[key] = str(value)
    return "?" + query.urlencode()


@register.inclusion_tag("audit/history_link.html", takes_context=True)
def history(context: RequestContext, kind: str, key: object) -> dict[str, str]:
    """A link to what was done to a thing, for those who see the audit trail."""
    query = urlencode({"kind": kind, "key": f"#{key}"})
    return {"url": f"{reverse('audit:list')}?{query}" if may(context["request"].user, VIEW_AUDIT) else ""}


@register.inclusion_tag("ui/field.html")
def field(bound: BoundField, hint: str = "") -> dict[str, Any]:
    """Label, control, hint and error of a form's field, tied together by Django's ids."""
    return {
        "field": bound,
        "hint": bound.help_text,
        "extra": hint,
        "is_inline": isinstance(bound.field.widget, CheckboxInput),
        "is_group": bound.use_fieldset,
    }


@register.filter
def prose(text: str) -> SafeString:
    """A text in which `backticks` mark code."""
    parts = str(text).split("`")
    marked = ((format_html("<code>{}</code>", part) if place % 2 else escape(part)) for place, part in enumerate(parts))
    return mark_safe("".join(marked))  # noqa: S308  # each part is escaped


@register.filter
def breakable(email: str) -> str:
    """An address that may wrap before its @."""
    name, at, domain = str(email).partition("@")
    return format_html("{}<wbr>@{}", name, domain) if at else name
