"""How numbers and instants are written for people."""

from datetime import date, datetime
from decimal import Decimal

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext, ngettext

Number = int | float | Decimal

# Between groups of three digits; a point begins the decimals.
THOUSANDS = ","
MINUS = "\N{MINUS SIGN}"
ABSENT = "\N{EN DASH}"
UNITS = ((10**12, "T"), (10**9, "B"), (10**6, "M"), (10**3, "k"))


def number(value: Number | None) -> str:
    """With thousands separators and a true minus sign: −1,234."""
    return ABSENT if value is None else f"{_plain(value):,}".replace("-", MINUS)


def _plain(value: Number) -> Number:
    """Without the zeros that only a column has."""
    if not isinstance(value, Decimal):
        return value
    return int(value) if value == value.to_integral_value() else value.normalize()


def signed(value: Number | None) -> str:
    """A change: +1,234, −1,234 or an en dash for none."""
    if not value:
        return ABSENT
    return f"+{value:,}" if value > 0 else number(value)


def money(value: Number | None, currency: str | None = "") -> str:
    if value is None:
        return ABSENT
    return f"{Decimal(value):,.2f} {currency or ''}".replace("-", MINUS).strip()


def compact(value: Number) -> str:
    """At most three significant digits for an axis or a tab: 1.5k, 12M, −880k."""
    shown, suffix = float(value), ""
    for scale, unit in UNITS:
        # Half a step below the unit rounds up into it: 999,950 is 1M, not 1000k.
        if abs(shown) >= scale * 0.9995:
            shown, suffix = shown / scale, unit
            break
    text = f"{shown:.3g}" if abs(shown) < 999.5 else f"{shown:,.0f}"
    return f"{text}{suffix}".replace("-", MINUS)


def day(of: date) -> str:
    return date_format(of, "j M Y")


def instant(at: datetime) -> str:
    """In the programme's time zone, which it names: 21 Nov 2026, 14:05 CET."""
    local = timezone.localtime(at)
    return f"{date_format(local, 'j M Y, H:i')} {local.tzname()}"


def relative(at: datetime, now: datetime) -> str:
    """The distance within a month, else the date. The future is written as its date at once."""
    seconds = int((now - at).total_seconds())
    if seconds < -60 or seconds >= 30 * 86400:
        return date_format(timezone.localtime(at), "j M Y")
    if seconds < 60:
        return gettext("just now")
    if seconds < 3600:
        return ngettext("%(n)d min ago", "%(n)d min ago", seconds // 60) % {"n": seconds // 60}
    if seconds < 86400:
        return ngettext("%(n)d h ago", "%(n)d h ago", seconds // 3600) % {"n": seconds // 3600}
    return ngettext("%(n)d d ago", "%(n)d d ago", seconds // 86400) % {"n": seconds // 86400}
