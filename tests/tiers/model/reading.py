"""What is shown of a customer's level on a day."""

import datetime as dt
from dataclasses import dataclass
from decimal import Decimal

from .status import Status
from .validity import days_of_leaving


@dataclass(frozen=True)
class Block:
    """`next`: the level above, and how many points are missing; None on the top."""

    level: str
    since: dt.date
    threshold: int
    expdate: dt.date | None
    points: Decimal
    points_after_expiration: Decimal
    next: tuple[str, Decimal] | None
    by_hand: bool
    history: dict[dt.date, Decimal]


def read(status: Status, today: dt.date) -> Block | None:
    held, level = status.held, status.level
    if held is None or level is None:
        return None
    points = status.points_at(today)
    return Block(
        level.id, held.since, level.threshold, held.expdate, points, _points_after_expiration(status, today),
        _next(status, held.level, points), held.by_hand, history(status),
    )  # fmt: skip


def _next(status: Status, place: int, points: Decimal) -> tuple[str, Decimal] | None:
    """Nothing where points lead nowhere."""
    if place + 1 == len(status.structure.levels) or status.structure.type == "invitation_only":
        return None
    above = status.structure.levels[place + 1]
    return above.id, max(above.threshold - points, Decimal(0))


def _points_after_expiration(status: Status, today: dt.date) -> Decimal:
    expdate = status.held.expdate if status.held else None
    days = [expdate] if expdate else []
    if status.structure.has_periods:
        days.append(status.period_of(today).end)
    elif status.structure.expiration == "rolling" and not expdate:
        days += days_of_leaving(status, today)
    coming = [day for day in days if day > today]
    if not coming:
        return status.points_at(today)
    if status.structure.method == "reset" and min(coming) == expdate:
        # What was counted before a fall by `reset` does not count after it.
        return Decimal(0)
    return status.points_at(min(coming))


def history(status: Status) -> dict[dt.date, Decimal]:
    found: dict[dt.date, Decimal] = {}
    for count in status.counts:
        found[count.day] = found.get(count.day, Decimal(0)) + count.points
    return {day: points for day, points in sorted(found.items()) if points}
