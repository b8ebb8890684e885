"""How the end of points is told; a template builtin, so no template loads it."""

from datetime import date, datetime

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext

from loyalty import formats
from loyalty.accounts import expiry

register = template.Library()


@register.filter
def last_day(ends: datetime | date | str | None) -> SafeString:
    """The last day on which points are valid: of the instant at which they expire, or the day itself (of an event: as
    text). Nothing expires never."""
    match ends:
        case None | "":
            return format_html('<span class="muted">{}</span>', gettext("Never"))
        case datetime():
            day = expiry.last_day(ends)
        case date():
            day = ends
        case _:
            day = date.fromisoformat(ends)
    return format_html('<time datetime="{}">{}</time>', day.isoformat(), formats.day(day))
