"""The card on the Overview and the badges beside the name; both read the same once."""

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass

from django.utils import timezone

from customers.profile.frame import Area, Card, OverviewCards, ProfileBadge, ProfilePage
from loyalty.tiers.enums import TIERS_MODULE
from loyalty.tiers.queries import level_name

from . import words
from .queries import Benefits, Place, benefits_of, places_of


def places_on(page: ProfilePage) -> list[Place]:
    """Of the page's customer; read once for all that the page shows of them."""
    return page.once(_read)


def _read(page: ProfilePage) -> list[Place]:
    # The page knows the modules already: no query more while this one is off.
    return places_of(page.customer) if TIERS_MODULE in page.settings.modules else []


@dataclass(frozen=True)
class ShownPlace:
    """A structure as the card tells it."""

    place: Place
    benefits: Benefits | None

    @property
    def level(self) -> str:
        return level_name(self.place.level) if self.place.level else ""

    @property
    def next(self) -> str:
        return level_name(self.place.next) if self.place.next else ""

    @property
    def since(self) -> dt.date | None:
        return timezone.localdate(self.place.tier.since) if self.place.tier else None

    @property
    def is_by_hand(self) -> bool:
        return self.place.tier is not None and self.place.tier.standing.manual

    @property
    def progress(self) -> str:
        return words.progress(self.place)

    @property
    def counted(self) -> str:
        return words.counted(self.place)

    @property
    def validity(self) -> str:
        return words.validity(self.place)

    @property
    def earns(self) -> str:
        return words.benefit(self.place)


def _cards(page: ProfilePage) -> Iterator[Card]:
    if places := places_on(page):
        known = benefits_of(places)
        shown = [ShownPlace(place, known.get(place.level.id) if place.level else None) for place in places]
        yield Card(Area.SIDE_TOP, 10, "tiers/card.html", shown)


def _badges(page: ProfilePage) -> Iterator[str]:
    """With the structure where there are several."""
    places = places_on(page)
    for place in places:
        if place.level:
            level = level_name(place.level)
            yield f"{place.rule.name} · {level}" if len(places) > 1 else level


OVERVIEW = OverviewCards(_cards)
BADGES = ProfileBadge(_badges)
