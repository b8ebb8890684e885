"""What a purchase earns, and why: pure, and all that it rests on is kept with the points."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from events.orders.rows import Booking
from loyalty.accounts.enums import Rounding
from loyalty.engine.batch import Batch
from loyalty.engine.state import State
from loyalty.points.bonuses.rules import Applied, Purchase, applying, plain
from loyalty.points.config import AccountRule, Earning, PointsConfig


@dataclass(frozen=True, slots=True)
class Award:
    """`points` in all, `bonus` of them by bonuses; `arithmetic` is what `describe` reads, in plain JSON.

    `booked`: what is used of limits by it.
    """

    points: int
    bonus: int
    arithmetic: dict[str, Any]
    booked: Sequence[Booking] = ()


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
) -> Award | None:
    """What `amount` earns in the account at the instant `at`; the limits of bonuses are used by it. None: in an unknown
    currency, where nothing is earned, by bonuses neither.

    `lines` are the raw items of the order, or the one item where earning is per item.
    """
    percentage = earning.percentages.get(currency, earning.percentage)
    if percentage is None:
        return None
    purchase = Purchase(amount, currency, percentage, earning.rounding, lines, channel, at)
    config: PointsConfig = batch.program.config["points"]
    # What rooms above know of the customer and let a purchase earn more, by account.
    rules = (*config.bonuses.get(account.id, ()), *state.part("multipliers").get(account.id, ()))
    if rules and (found := applying(rules, purchase)):
        return _with_bonuses(state, batch, Applied(purchase, found))
    points = purchase.points(amount)
    return Award(points, 0, _arithmetic(purchase, points))


def _arithmetic(purchase: Purchase, points: int) -> dict[str, Any]:
    return {
        "rule": "base",
        "amount": plain(purchase.amount),
        "currency": purchase.currency,
        "percentage": plain(purchase.percentage),
        "rounding": purchase.rounding,
        "points": points,
    }


def _with_bonuses(state: State, batch: Batch, applied: Applied) -> Award:
    """Each part is rounded by itself, so that what is shown adds up."""
    base = applied.purchase.points(applied.left)
    points = max(base + applied.give(state, batch), 0)
    arithmetic = _arithmetic(applied.purchase, points)
    if applied.given:
        arithmetic |= {"base": base, "bonuses": applied.given}
    bonus = min(sum(max(given["points"], 0) for given in applied.given), points)
    return Award(points, bonus, arithmetic, applied.booked)


def fixed(points: int) -> Award:
    """What the order or the line itself says that it earns, whatever the rules are."""
    return Award(points, 0, {"rule": "fixed", "points": points})


def default_points(points: int) -> dict[str, Any]:
    """The arithmetic of points that the event type names."""
    return {"rule": "default", "points": points}


# In sentences


def describe(arithmetic: Mapping[str, Any] | None) -> list[str]:
    """Why these points, in sentences; none where the event itself names them."""
    if arithmetic is None:
        return []
    if arithmetic["rule"] == "default":
        return [_("The event type gives %s.") % _counted(arithmetic["points"])]
    if arithmetic["rule"] == "fixed":
        return [_("The order itself says what it earns: %s. No rule applied.") % _counted(arithmetic["points"])]
    bonuses = arithmetic.get("bonuses", [])
    found = [_left_out(bonus, arithmetic) for bonus in bonuses if bonus.get("multiplier") == "0"]
    found.append(_base(arithmetic, bonuses))
    found += [_given(bonus, arithmetic) for bonus in bonuses if bonus.get("multiplier") != "0"]
    if len(found) > 1:
        found.append(_("Together: %s") % _counted(arithmetic["points"]))
    return found


def _base(arithmetic: Mapping[str, Any], bonuses: Sequence[Mapping[str, Any]]) -> str:
    left_out = (Decimal(bonus["amount"]) for bonus in bonuses if bonus.get("multiplier") == "0")
    amount = Decimal(arithmetic["amount"]) - sum(left_out, Decimal(0))
    exact, points = amount * Decimal(arithmetic["percentage"]) / 100, arithmetic.get("base", arithmetic["points"])
    words = {
        Rounding.NEAREST: _("rounded to the nearest point"),
        Rounding.UP: _("rounded up"),
        Rounding.DOWN: _("rounded down"),
    }
    shown = {
        **arithmetic,
        "amount": plain(amount),
        "exact": plain(exact),
        "rounded": words[Rounding(arithmetic["rounding"])],
        "points": _counted(points),
    }
    if exact == points:
        return _("%(amount)s %(currency)s × %(percentage)s %% = %(points)s") % shown
    return _("%(amount)s %(currency)s × %(percentage)s %% = %(exact)s, %(rounded)s: %(points)s") % shown


def _about(bonus: Mapping[str, Any], arithmetic: Mapping[str, Any]) -> dict[str, Any]:
    things = ", ".join(bonus.get("of", ()))
    shown = {**bonus, "currency": arithmetic["currency"], "of": things, "points": f"{bonus['points']:+d}"}
    shown["about"] = (_("%(amount)s %(currency)s of %(of)s") if things else "%(amount)s %(currency)s") % shown
    return shown


def _left_out(bonus: Mapping[str, Any], arithmetic: Mapping[str, Any]) -> str:
    return _("%(name)s: %(about)s earns nothing") % _about(bonus, arithmetic)


def _given(bonus: Mapping[str, Any], arithmetic: Mapping[str, Any]) -> str:
    shown = _about(bonus, arithmetic)
    if "multiplier" in bonus:
        sentence = _("%(name)s (×%(multiplier)s on %(about)s): %(points)s") % shown
    else:
        sentence = _("%(name)s (for %(about)s): %(points)s") % shown
    if bonus.get("limit") == "customer":
        return _("%(sentence)s of %(wanted)s, by the limit per customer") % {**shown, "sentence": sentence}
    if bonus.get("limit") == "total":
        return _("%(sentence)s of %(wanted)s, by the limit in total") % {**shown, "sentence": sentence}
    return sentence


def _counted(points: int) -> str:
    return ngettext("%d point", "%d points", points) % points
