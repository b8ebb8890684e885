"""Cuts the story into what the engine records at once: one source each, every customer's events in their order."""

import datetime as dt
from collections import defaultdict
from collections.abc import Iterator, Sequence
from itertools import groupby

from .lives import DemoEvent

WINDOW = 4_000


def months(told: Sequence[DemoEvent], end: dt.datetime) -> Iterator[tuple[dt.datetime, list[DemoEvent]]]:
    """(when a month of the story was over, its events): the first of the next one, or the end of the story."""
    for (year, month), events in groupby(told, lambda event: (event.at.year, event.at.month)):
        following = dt.datetime(year + month // 12, month % 12 + 1, 1, tzinfo=dt.UTC)
        yield min(following, end), list(events)


def batches(told: Sequence[DemoEvent]) -> Iterator[tuple[str, list[DemoEvent]]]:
    """(source, events) after each other. Within a window of the story, events of other customers may change places."""
    for start in range(0, len(told), WINDOW):
        yield from _rounds(told[start : start + WINDOW])


def _rounds(window: Sequence[DemoEvent]) -> Iterator[tuple[str, list[DemoEvent]]]:
    """The first round has of each customer what comes before the first change of source, and so on."""
    last: dict[str, tuple[int, str]] = {}
    rounds: dict[tuple[int, str], list[DemoEvent]] = defaultdict(list)
    for event in window:
        number, source = last.get(event.customer, (0, event.source))
        if source != event.source:
            number += 1
        last[event.customer] = number, event.source
        rounds[number, event.source].append(event)
    for number, source in sorted(rounds):
        yield source, rounds[number, source]
