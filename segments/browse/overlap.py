"""The overlap of two or three segments, as rows of a table and as circles of a picture. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations

# The centres of the circles in a box of 100 by 100, and where the number of each part stands.
_TWO = ((38, 50), (62, 50))
_THREE = ((38, 40), (62, 40), (50, 62))
_RADIUS = 28


@dataclass(frozen=True)
class Circle:
    name: str
    x: int
    y: int
    tone: int
    radius: int = _RADIUS


@dataclass(frozen=True)
class Part:
    """Those who are in exactly these segments: `x` and `y` of the number in the picture."""

    names: Sequence[str]
    number: int
    x: float
    y: float

    @property
    def is_of_one(self) -> bool:
        return len(self.names) == 1


def circles(names: Sequence[str]) -> list[Circle]:
    centres = _TWO if len(names) == 2 else _THREE
    return [Circle(name, *centre, tone) for tone, (name, centre) in enumerate(zip(names, centres, strict=True), 1)]


def parts(segments: Mapping[str, str], found: Mapping[frozenset[str], int]) -> list[Part]:
    """Of segments by ID with their names: each alone, each two, all three."""
    drawn = circles(list(segments))
    middle = (sum(one.x for one in drawn) / len(drawn), sum(one.y for one in drawn) / len(drawn))
    made = []
    for size in range(1, len(segments) + 1):
        for chosen in combinations(drawn, size):
            slugs = [one.name for one in chosen]
            made.append(
                Part([segments[slug] for slug in slugs], found.get(frozenset(slugs), 0), *_place(chosen, middle))
            )
    return made


def _place(chosen: Sequence[Circle], middle: tuple[float, float]) -> tuple[float, float]:
    """Away from the middle, the more the fewer circles share it."""
    x, y = sum(one.x for one in chosen) / len(chosen), sum(one.y for one in chosen) / len(chosen)
    away = {1: 1.9, 2: 1.9}.get(len(chosen), 1)
    return middle[0] + (x - middle[0]) * away, middle[1] + (y - middle[1]) * away
