"""What becomes of a level if nothing else happens, and what would keep it. Pure: the rules' own answer for a day to come."""

import datetime as dt
from dataclasses import dataclass
from decimal import Decimal

from loyalty.tiers.config import LevelRule, StructureRule
from loyalty.tiers.enums import Expiration, Method, StructureType, Validity
from loyalty.tiers.queries import Tier
from loyalty.tiers.rules import Standing, expired
from loyalty.tiers.status_points.windows import Sums, period


@dataclass(frozen=True)
class Need:
    """The status points that would keep a level; `begins`: only from this day on do they count for it."""

    points: Decimal
    begins: dt.date | None = None


@dataclass(frozen=True)
class Outlook:
    """`last_day` is that of the level, `grace_until` that of the grace in which it is kept all the same.

    `becomes` is what follows; `need` what would prevent that, None: nothing does, or the points hold the level by themselves.
    """

    last_day: dt.date
    grace_until: dt.date | None
    becomes: LevelRule
    is_held: bool
    need: Need | None
    is_in_grace: bool
    is_set_by_hand: bool


def outlook_of(tier: Tier, joined: dt.date, today: dt.date) -> Outlook | None:
    """None: it does not expire. `joined` is the local day of the opt-in."""
    rule, standing = tier.rule, tier.standing
    if standing.expires is None:
        return None
    sums = Sums(rule, tier.day_points, joined, standing.counts_from)
    step = first = expired(rule, standing, sums)
    grace = first.standing.expires if first.standing.grace and not standing.grace else None
    if grace is not None:
        step = expired(rule, first.standing, sums)
    place = step.standing.level or 0
    return Outlook(
        last_day=_before(standing.grace or standing.expires),
        grace_until=_before(grace) if grace else _before(standing.expires) if standing.grace else None,
        becomes=rule.levels[place],
        is_held=place >= tier.place,
        need=_need(tier, standing, sums, today) if place < tier.place else None,
        is_in_grace=standing.grace is not None,
        is_set_by_hand=standing.expires != standing.computed,
    )


def _before(day: dt.date) -> dt.date:
    return day - dt.timedelta(days=1)


def _need(tier: Tier, standing: Standing, sums: Sums, today: dt.date) -> Need | None:
    rule, expires = tier.rule, standing.expires
    assert expires is not None
    if rule.type == StructureType.INVITATION_ONLY:
        return None
    begins = _window_begins(rule, expires, sums.joined)
    if standing.grace is not None:
        return _points(tier, sums.on(today))
    if rule.validity == Validity.NEXT_PERIOD:
        _, end = period(rule, today, sums.joined)
        return Need(tier.level.threshold, end) if end < expires else _points(tier, sums.on(today))
    if not rule.level_grace_days and not _may_stay(rule, begins, expires):
        return None
    return _points(tier, sums.on(expires), begins if begins > today else None)


def _window_begins(rule: StructureRule, day: dt.date, joined: dt.date) -> dt.date:
    """The first day that counts on the day; in a rolling window what comes from now on does."""
    return period(rule, day, joined)[0] if rule.has_periods else dt.date.min


def _may_stay(rule: StructureRule, begins: dt.date, expires: dt.date) -> bool:
    """Whether points that come before the expiry can hold the level beyond it."""
    if rule.expiration == Expiration.ROLLING and rule.validity is None:
        # They move the day itself on, whatever would happen at it.
        return True
    return rule.method != Method.RESET and begins < expires


def _points(tier: Tier, counted: Decimal, begins: dt.date | None = None) -> Need | None:
    missing = tier.level.threshold - counted
    return Need(missing, begins) if missing > 0 else None
