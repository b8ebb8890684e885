"""How long a level is valid: the day as which it is computed anew."""

import datetime as dt

from .days import months_after
from .status import Held, Status


def has_expiry(status: Status) -> bool:
    """The lowest level, one that is kept for good, and all under `never` have none."""
    held, level = status.held, status.level
    return bool(held and level and held.level > 0 and not level.kept_for_good and status.structure.method != "never")


def compute(status: Status, today: dt.date) -> None:
    """As every action does that counts points, and every one by hand."""
    held = status.held
    assert held
    held.computed = held.expdate = _expiry(status, held, today) if has_expiry(status) else None


def _expiry(status: Status, held: Held, today: dt.date) -> dt.date | None:
    structure = status.structure
    if held.grace_from:
        return held.grace_from + dt.timedelta(days=structure.level_grace_days)
    if structure.validity or structure.has_periods:
        # A merge may move the anniversaries of those who have reached the level, not the end of what was.
        stays = held.computed and not status.holds_at(today)
        return held.computed if stays else _end_of_validity(status, held.valid_from)
    return _first_day_without(status, held, today) if structure.expiration == "rolling" else None


def _end_of_validity(status: Status, valid_from: dt.date) -> dt.date:
    structure = status.structure
    if structure.validity == "months":
        return months_after(valid_from, structure.validity_months)
    end = status.period_of(valid_from).end
    return status.period_of(end).end if structure.validity == "next_period" else end


def _first_day_without(status: Status, held: Held, today: dt.date) -> dt.date:
    """Where the points do not hold the level even now, what was computed last stays."""
    months = status.structure.rolling_months
    if not status.holds_at(today):
        return held.computed or months_after(held.valid_from, months)
    return next(day for day in days_of_leaving(status, today) if not status.holds_at(day))


def days_of_leaving(status: Status, today: dt.date) -> list[dt.date]:
    """On which points leave a rolling window."""
    by_day = dict.fromkeys(one.day for one in status.counts if not one.is_over)
    leaving = (months_after(day, status.structure.rolling_months) for day in by_day if status.net_of(day))
    return sorted({day for day in leaving if day > today})
