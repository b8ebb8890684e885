"""What of an action counts in a structure, and on which day."""

import datetime as dt
from decimal import Decimal

from .book import Cost, Doings, Earned, Taken
from .days import day_to_count_on
from .status import Count, Status


def count(status: Status, doings: Doings, today: dt.date) -> list[Count]:
    """Earnings first: an action that does both takes back what it may have earned itself."""
    found: list[Count | None] = []
    if status.structure.type == "spend_based":
        found += [_cost(status, cost, today) for cost in doings.costs]
    elif status.structure.type == "point_based":
        found += [_earned(status, earned, today) for earned in doings.earned]
        found += [_taken(status, taken, today) for taken in doings.taken]
    return [one for one in found if one and one.points]


def _earned(status: Status, earned: Earned, today: dt.date) -> Count | None:
    if not _is_counted(status, earned):
        return None
    found = status.lots[earned.lot] = _on_its_day(status, earned.day, today, earned.points)
    return found


def _taken(status: Status, taken: Taken, today: dt.date) -> Count | None:
    """What did not count is not taken back; where only some actions count, nor is what no lot tells of."""
    structure = status.structure
    if taken.account != structure.account or (taken.lot is None and structure.actions):
        return None
    if taken.lot is None:
        return Count(taken.day, Decimal(-taken.points), _is_over(status, taken.day))
    found = status.lots.get(taken.lot)
    return Count(found.day, Decimal(-taken.points), found.is_over) if found else None


def _is_counted(status: Status, earned: Earned) -> bool:
    structure = status.structure
    return earned.account == structure.account and (not structure.actions or earned.action in structure.actions)


def _cost(status: Status, cost: Cost, today: dt.date) -> Count | None:
    if cost.currency != status.structure.currency:
        return None
    if cost.order not in status.orders:
        status.orders[cost.order] = _on_its_day(status, cost.day, today, Decimal(0))
    found = status.orders[cost.order]
    return Count(found.day, cost.amount, found.is_over)


def _on_its_day(status: Status, happened: dt.date, today: dt.date, points: Decimal | int) -> Count:
    day = day_to_count_on(status.structure, status.opted_in, happened, today)
    return Count(day, Decimal(points), _is_over(status, day))


def _is_over(status: Status, day: dt.date) -> bool:
    """By the last fall by `reset`."""
    return bool(status.reset_on and day < status.reset_on)
