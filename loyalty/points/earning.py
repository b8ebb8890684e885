"""What a purchase earns, and why: pure, and all that it rests on is kept with the points."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import ROUND_CEILING, ROUND_FLOOR, ROUND_HALF_UP, Decimal
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from loyalty.engine.types import Batch, State

from .enums import Rounding
from .queries import AccountRule, Earning

ROUNDINGS = {Rounding.NEAREST: ROUND_HALF_UP, Rounding.UP: ROUND_CEILING, Rounding.DOWN: ROUND_FLOOR}


@dataclass(frozen=True, slots=True)
class Award:
    """`points` in all, `bonus` of them by bonuses; `arithmetic` is what `describe` reads, in plain JSON."""

    points: int
    bonus: int
    arithmetic: dict[str, Any]


def award(
    state: State,
    batch: Batch,
    *,
    account: AccountRule,
    earning: Earning,
    amount: Decimal,
    currency: str,
    lines: Sequence[Mapping[str, Any]],
    channel: str | None,
    at: datetime,
) -> Award:
    """What `amount` earns in the account at the instant `at`.

    `lines` are the raw items of the order, or the one item where earning is per item.
    """
    percentage = earning.percentages.get(currency, earning.percentage)
    points = rounded(amount * percentage / 100, earning.rounding)
    arithmetic = {
        "rule": "base",
        "amount": plain(amount),
        "currency": currency,
        "percentage": plain(percentage),
        "rounding": earning.rounding,
        "points": points,
    }
    return Award(points, 0, arithmetic)


def rounded(exact: Decimal, rounding: str) -> int:
    return int(exact.to_integral_value(ROUNDINGS[Rounding(rounding)]))


def plain(number: Decimal) -> str:
    """In digits, without zeros that say nothing."""
    return f"{number.normalize():f}"


def default_points(points: int) -> dict[str, Any]:
    """The arithmetic of points that the event type names."""
    return {"rule": "default", "points": points}


def describe(arithmetic: Mapping[str, Any] | None) -> list[str]:
    """Why these points, in sentences; none where the event itself names them."""
    if arithmetic is None:
        return []
    if arithmetic["rule"] == "default":
        return [_("The event type gives %s.") % _counted(arithmetic["points"])]
    return [_base(arithmetic)]


def _base(arithmetic: Mapping[str, Any]) -> str:
    exact = Decimal(arithmetic["amount"]) * Decimal(arithmetic["percentage"]) / 100
    words = {
        Rounding.NEAREST: _("rounded to the nearest point"),
        Rounding.UP: _("rounded up"),
        Rounding.DOWN: _("rounded down"),
    }
    shown = {
        **arithmetic,
        "exact": plain(exact),
        "rounded": words[Rounding(arithmetic["rounding"])],
        "points": _counted(arithmetic["points"]),
    }
    if exact == arithmetic["points"]:
        return _("%(amount)s %(currency)s × %(percentage)s %% = %(points)s") % shown
    return _("%(amount)s %(currency)s × %(percentage)s %% = %(exact)s, %(rounded)s: %(points)s") % shown


def _counted(points: int) -> str:
    return ngettext("%d point", "%d points", points) % points
