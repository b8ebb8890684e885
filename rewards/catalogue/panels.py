"""What rooms above show on the page of a reward, such as claims over time and who has claimed it."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest

from loyalty.contributions import contributed

from .models import Reward


@dataclass(frozen=True)
class Panel:
    """A card of the page, by its template, which is given `panel`: this `data`, the `reward` and the `request`."""

    position: int
    template: str
    data: Any = None


@dataclass(frozen=True)
class RewardPanels:
    """Contributed: the cards for somebody who may see them."""

    make: Callable[[HttpRequest, Reward], Iterable[Panel]]


def panels_of(request: HttpRequest, reward: Reward) -> list[Panel]:
    found = [panel for panels in contributed(RewardPanels) for panel in panels.make(request, reward)]
    return sorted(found, key=lambda panel: panel.position)
