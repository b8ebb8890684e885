"""How many of a reward are left: who keeps the claims says how many stand. The file says how many were ever offered."""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass

from loyalty.contributions import contributed


@dataclass(frozen=True)
class ClaimsThatStand:
    """Contributed: of rewards, by their ids, how many claims of each stand; in one query."""

    count: Callable[[Collection[int]], Mapping[int, int]]


def taken_of(ids: Collection[int]) -> Mapping[int, int]:
    found = dict.fromkeys(ids, 0)
    for claims in contributed(ClaimsThatStand) if found else ():
        for id, number in claims.count(ids).items():
            found[id] += number
    return found


def left_of(offered: int | None, taken: int) -> int | None:
    """None: without end. Never less than nothing, if fewer are offered than were claimed."""
    return None if offered is None else max(offered - taken, 0)
