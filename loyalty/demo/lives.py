"""What the story is made of: events, and the customers whom they happen to. Pure."""

import datetime as dt
from dataclasses import dataclass, field
from random import Random
from typing import Any

from .people import Person

DAY = dt.timedelta(days=1)


@dataclass(frozen=True, slots=True)
class DemoEvent:
    """An event of the story; `source` is where it came from."""

    at: dt.datetime
    customer: str
    action: str
    data: dict[str, Any]
    source: str


@dataclass(frozen=True)
class Period:
    """From the first day to the last, both included."""

    first: dt.date
    last: dt.date

    @property
    def days(self) -> list[dt.date]:
        return [self.first + DAY * number for number in range((self.last - self.first).days + 1)]


@dataclass
class Life:
    """One customer, as far as the story has been told."""

    id: str
    person: Person
    random: Random
    last: dt.date
    member: bool
    told: list[DemoEvent] = field(default_factory=list)
    # What can be spent, as the factory setting earns: one point for each unit of the currency.
    points: int = 0

    @property
    def told_birth_date(self) -> bool:
        return "birth_date" in self.told[0].data

    def tell(self, at: dt.datetime, action: str, data: dict[str, Any], source: str) -> None:
        self.told.append(DemoEvent(at, self.id, action, {**data, "effective_timestamp": int(at.timestamp())}, source))
