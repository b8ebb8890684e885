"""How a level is reached, held and lost: docs/tiers.md. Pure: days and sums in, steps out."""

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass, replace
from decimal import Decimal

from loyalty.calendar import Unit, later

from .actions import CHANGING, FOLLOWING
from .config import StructureRule
from .enums import Expiration, Method, Reason, StructureType, Validity, Way
from .status_points.windows import Sums, period

UP, DOWN, RENEW, EXPIRING = (action.name for action in FOLLOWING)
CHANGE = CHANGING.name
LOWEST = 0


@dataclass(frozen=True, slots=True)
class Standing:
    """Where a customer stands in a structure: `level` is a place on its ladder. Days are local, and it is as they begin
    that something happens: `expires` is what is in force, `computed` the day without a change by hand, `grace` the day as
    which a level expired that is still kept, `counts_from` the first day that counts after a reset.
    """

    level: int | None = None
    manual: bool = False
    expires: dt.date | None = None
    computed: dt.date | None = None
    grace: dt.date | None = None
    counts_from: dt.date | None = None


@dataclass(frozen=True, slots=True)
class Step:
    """What a standing becomes on a day, and the event that tells it; none: only dates have changed.

    `points`: those that it tells, if not what counts on the day.
    """

    standing: Standing
    on: dt.date
    action: str = ""
    reason: str = ""
    points: Decimal | None = None


@dataclass(frozen=True, slots=True)
class Added:
    """Whether points were added at all, and to the period before."""

    any: bool = True
    late: bool = False


SOME = Added()


def reached(rule: StructureRule, points: Decimal) -> int | None:
    """The highest level whose threshold the points reach; None: not even the lowest."""
    if rule.type == StructureType.INVITATION_ONLY:
        return LOWEST
    found = [place for place, level in enumerate(rule.levels) if level.threshold <= points]
    return found[-1] if found else None


def is_for_good(rule: StructureRule, level: int) -> bool:
    """It has no expiry."""
    return level == LOWEST or rule.method == Method.NEVER or rule.levels[level].kept


def _holds(rule: StructureRule, level: int, points: Decimal) -> bool:
    return (reached(rule, points) or LOWEST) >= level


def valid_until(rule: StructureRule, level: int, sums: Sums, today: dt.date, begins: dt.date) -> dt.date | None:
    """Of a level that begins, or is renewed, on the day `begins`; None: it does not expire."""
    if is_for_good(rule, level):
        return None
    if rule.validity == Validity.MONTHS:
        return later(begins, rule.validity_months, Unit.MONTHS)
    if rule.expiration == Expiration.NONE:
        return None
    if rule.expiration == Expiration.ROLLING:
        return _no_longer_held(rule, level, sums, today) or later(begins, rule.rolling_months, Unit.MONTHS)
    _, end = period(rule, begins, sums.joined)
    return period(rule, end, sums.joined)[1] if rule.validity == Validity.NEXT_PERIOD else end


def _no_longer_held(rule: StructureRule, level: int, sums: Sums, today: dt.date) -> dt.date | None:
    """The first day on which what is left does not hold it; None if nothing holds it now."""
    if not _holds(rule, level, sums.on(today)):
        return None
    return next((day for day, left in sums.leaving(today) if not _holds(rule, level, left)), None)


def begin(
    rule: StructureRule, standing: Standing, level: int, sums: Sums, on: dt.date, *, manual: bool = False
) -> Standing:
    """The same customer at the level, from the day on."""
    until = valid_until(rule, level, sums, on, on)
    return replace(standing, level=level, manual=manual, computed=until, expires=until, grace=None)


def moved(before: int | None, after: int) -> str:
    return UP if before is None or after > before else DOWN


# At an expiry


def expired(rule: StructureRule, standing: Standing, sums: Sums) -> Step:
    """What becomes of a level whose day has come."""
    assert standing.expires is not None
    assert standing.level is not None
    on = standing.expires
    target = _after_expiry(rule, standing.level, reached(rule, sums.on(on)) or LOWEST)
    if is_for_good(rule, standing.level):
        # It became so after the day was set.
        return Step(replace(standing, expires=None, computed=None, grace=None), on)
    if target < standing.level and rule.level_grace_days and standing.grace is None:
        ends = on + dt.timedelta(days=rule.level_grace_days)
        return Step(replace(standing, grace=on, expires=ends, computed=ends), on)
    if rule.method == Method.RESET:
        standing, sums = replace(standing, counts_from=on), Sums(rule, sums.days, sums.joined, on)
    found = begin(rule, standing, target, sums, on)
    return Step(found, on, RENEW if target == standing.level else moved(standing.level, target), Reason.EXPIRY)


def _after_expiry(rule: StructureRule, level: int, best: int) -> int:
    if rule.method == Method.RESET:
        return LOWEST
    return max(best, level - 1) if rule.method == Method.ONE_DOWN else best


def overdue(rule: StructureRule, standing: Standing, sums: Sums, today: dt.date) -> Iterator[Step]:
    """The expiries up to today, one after the other."""
    while standing.level is not None and standing.expires is not None and standing.expires <= today:
        sums = Sums(rule, sums.days, sums.joined, standing.counts_from)
        step = expired(rule, standing, sums)
        standing = step.standing
        yield step


def coming_loss(rule: StructureRule, standing: Standing, sums: Sums, today: dt.date) -> Step | None:
    """The fall within the days of notice, if nothing else happens; None: the level stays, or its grace begins first."""
    ends = standing.expires
    if standing.level is None or ends is None or not today < ends <= today + dt.timedelta(days=rule.notice_days):
        return None
    step = expired(rule, standing, sums)
    return step if step.action == DOWN else None


# After points were counted


def counted(
    rule: StructureRule, standing: Standing, sums: Sums, today: dt.date, reason: Reason, added: Added
) -> Iterator[Step]:
    """Of a standing without an overdue expiry: what its points make of it. What is taken back raises nobody."""
    best = reached(rule, sums.on(today)) if added.any else None
    if rule.type == StructureType.INVITATION_ONLY:
        return
    if standing.level is None and best is not None and rule.levels[LOWEST].threshold <= 0:
        standing = begin(rule, standing, LOWEST, sums, today)
        yield Step(standing, today)
    level = standing.level
    late = _reached_late(rule, standing, sums, today) if added.late else None
    if best is not None and (level is None or best > level) and (late is None or best >= (late.standing.level or 0)):
        yield Step(begin(rule, standing, best, sums, today), today, UP, reason)
    elif late is not None:
        yield replace(late, reason=reason)
    elif level is not None:
        yield _stays(rule, standing, sums, today, reason)


def _reached_late(rule: StructureRule, standing: Standing, sums: Sums, today: dt.date) -> Step | None:
    """Within the grace for points those of the period before may reach a level whose validity goes on."""
    first, end = period(rule, today, sums.joined)
    points = sums.of_period_before(today)
    best = None if points is None else reached(rule, points)
    if rule.validity != Validity.NEXT_PERIOD or (today - first).days >= rule.points_grace_days or best is None:
        return None
    until = None if is_for_good(rule, best) else end
    if standing.level is None or best > standing.level:
        found = replace(standing, level=best, manual=False, computed=until, expires=until, grace=None)
        return Step(found, today, UP, points=points)
    if best == standing.level and until and standing.computed and until > standing.computed:
        return Step(replace(standing, computed=until, expires=until, grace=None), today, RENEW, points=points)
    return None


def _stays(rule: StructureRule, standing: Standing, sums: Sums, today: dt.date, reason: Reason) -> Step:
    """At its level or, after something was taken back, below."""
    assert standing.level is not None
    level, best = standing.level, reached(rule, sums.on(today)) or LOWEST
    if best >= level:
        return _held(rule, standing, sums, today, reason)
    return Step(replace(standing, expires=standing.computed), today)


def held_until(rule: StructureRule, standing: Standing, sums: Sums, today: dt.date) -> dt.date | None:
    """The day of a level that stays, computed anew."""
    assert standing.level is not None
    is_open = standing.grace is None and (
        rule.validity == Validity.MONTHS or not _holds(rule, standing.level, sums.on(today))
    )
    return standing.computed if is_open else valid_until(rule, standing.level, sums, today, standing.grace or today)


def _held(rule: StructureRule, standing: Standing, sums: Sums, today: dt.date, reason: Reason) -> Step:
    until = held_until(rule, standing, sums, today)
    is_later = standing.computed is not None and until is not None and until > standing.computed
    renewed = standing.grace is not None or (rule.validity == Validity.NEXT_PERIOD and is_later)
    manual = standing.manual and standing.grace is None
    found = replace(standing, manual=manual, computed=until, expires=until, grace=None)
    return Step(found, today, RENEW if renewed else "", reason if renewed else "")


def taken_back(rule: StructureRule, standing: Standing, sums: Sums, today: dt.date, reason: Reason) -> Step | None:
    """Whoever no longer reaches their level falls, where the structure has it so; None: they do not."""
    level = standing.level
    best = reached(rule, sums.on(today)) or LOWEST
    if level is None or best >= level or not rule.downgrade or standing.manual or rule.levels[level].kept:
        return None
    return Step(begin(rule, standing, best, sums, today), today, DOWN, reason)


# When the structure itself has changed


def recalculated(
    rule: StructureRule, standing: Standing, best: int | None, way: Way, *, has_points: bool, is_member: bool
) -> int | None:
    """The level that a change of the structure leaves somebody at whose points reach `best`; None: without one.

    `has_points`: some were counted; `is_member`: they have opted in.
    """
    level = standing.level
    by_points = rule.type != StructureType.INVITATION_ONLY
    if way == Way.NEW:
        return level
    if level is None:
        placed = best if has_points and by_points else None
        return LOWEST if placed is None and rule.initialise_at_opt_in and is_member else placed
    target = LOWEST if best is None else best
    is_free = not (standing.manual or standing.grace or rule.levels[level].kept)
    falls = way == Way.EVERYONE and target < level and is_free
    return target if by_points and (target > level or falls) else level
