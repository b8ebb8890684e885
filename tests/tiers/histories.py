"""Two years in the lives of customers: seeded, so that a life can be told again by its seed alone.

Nothing here knows what an action is going to do: what is refused is refused on both sides. Days on which months,
years, clocks and the structures' own dates turn come up far more often than others, and so do the days around them.
"""

import datetime as dt
import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from itertools import groupby
from typing import Any
from zoneinfo import ZoneInfo

from tests.engine.model import Sent
from tests.engine.model.dates import in_month
from tests.tiers.model import Change, Structure

BERLIN = ZoneInfo("Europe/Berlin")
FIRST, LAST = dt.date(2024, 1, 1), dt.date(2026, 1, 10)
TURNS = (
    *(dt.date(2024, *day) for day in ((1, 31), (2, 29), (3, 31), (10, 27), (12, 31))),
    *(dt.date(2025, *day) for day in ((1, 1), (1, 31), (2, 28), (3, 30), (10, 26), (12, 31))),
    dt.date(2026, 1, 1),
)
# Nights on which no timer runs: it catches up on the next one.
OUTAGES = frozenset(
    dt.date(*day) for day in ((2024, 3, 31), (2024, 8, 1), (2024, 8, 2), (2025, 1, 1), (2025, 6, 15), (2025, 10, 26))
)
# By hand nothing is done before the timer has run.
TIMER = dt.time(0, 1)
TIMES = (dt.time(0, 0, 10), dt.time(0, 5), dt.time(2, 30), dt.time(12), dt.time(18, 45), dt.time(23, 59, 50))
AMOUNTS = (1, 50, 99, 120, 250, 300, 400, 400, 600, 600, 999, 1000, 1000, 1500, 4000)
# What each kind of action weighs in a life.
WEIGHTS = {
    "checkout": 26, "point_add": 16, "refund": 4, "partial_refund": 4, "refund_item": 5, "checkout_reject": 2,
    "checkout_accept": 4, "checkout_accept_item": 4, "point_sub": 7, "point_fix": 5, "point_spend": 7, "survey": 3,
    "review": 3, "suspend": 1, "unsuspend": 2, "profile": 2, "login": 3, "hand": 12,
}  # fmt: skip
# The longest grace for points in days.
GRACE = 40
OF_AN_ORDER = {"refund", "partial_refund", "refund_item", "checkout_reject", "checkout_accept", "checkout_accept_item"}


@dataclass(frozen=True)
class Step:
    """One of: an event, a change by hand in a structure, a merge into another customer."""

    at: dt.datetime
    customer: str
    sent: Sent | None = None
    structure: str = ""
    change: Change | None = None
    merge_into: str | None = None


def lives(seed: str, customers: int, structures: Sequence[Structure]) -> list[Step]:
    """Of several customers, in the order of time; some are merged into the next."""
    names = [f"c{number}" for number in range(customers)]
    steps = [step for name in names for step in Life(f"{seed} {name}", name, structures).steps()]
    dice = random.Random(f"{seed} merges")
    for source, target in zip(names[::2], names[1::2], strict=False):
        if dice.random() < 0.3:
            day = FIRST + dt.timedelta(days=dice.randint(100, 700))
            steps.append(Step(at_time(day, dt.time(13, 13)), source, merge_into=target))
    return _parted(sorted(steps, key=lambda step: (step.at, step.customer, step.merge_into or "")))


def _parted(steps: list[Step]) -> list[Step]:
    """No two customers' at one instant: which lot is older after a merge would be anybody's guess."""
    groups = groupby(steps, key=lambda step: (step.at, step.customer, step.merge_into))
    return [
        replace(step, at=step.at + dt.timedelta(microseconds=number))
        for number, (_, group) in enumerate(groups)
        for step in group
    ]


def at_time(day: dt.date, time: dt.time) -> dt.datetime:
    """In UTC, so that times on days of changing clocks are in order."""
    return dt.datetime.combine(day, time, BERLIN).astimezone(dt.UTC)


class Life:
    """One customer's; `orders` are those that were sent, whatever became of them."""

    def __init__(self, seed: str, name: str, structures: Sequence[Structure]) -> None:
        self.dice, self.name, self.structures = random.Random(seed), name, structures
        self.joined = self._joining_day()
        self.orders: list[tuple[str, list[dict[str, Any]]]] = []

    def _joining_day(self) -> dt.date:
        turns = [day for day in TURNS if day.year == 2024][:3]
        return self.dice.choice([*turns, *turns, FIRST, FIRST + dt.timedelta(days=self.dice.randint(0, 90))])

    def steps(self) -> Iterator[Step]:
        yield self._event(at_time(self.joined, dt.time(0, 0, 30)), "opt_in", {})
        for at in sorted(self._times()):
            yield from self._doing(at)

    def _times(self) -> list[dt.datetime]:
        """Some have a quiet year."""
        quiet = self.dice.choice((None, None, None, 2024, 2025))
        days = [self._day() for _ in range(self.dice.randint(40, 90))]
        times = [at_time(day, self.dice.choice(TIMES)) for day in days if day > self.joined and day.year != quiet]
        # Now and then several things are sent at once.
        return [*times, *self.dice.choices(times or [at_time(LAST, dt.time(12))], k=5)]

    def _day(self) -> dt.date:
        dice = self.dice
        if dice.random() < 0.45:
            return dice.choice(self._turns()) + dt.timedelta(days=dice.choice((-1, 0, 0, 1, 1, 2, 3, 4, 5, 29, 31, 40)))
        return FIRST + dt.timedelta(days=dice.randint(0, (LAST - FIRST).days))

    def _turns(self) -> list[dt.date]:
        dates = [date for structure in self.structures for date in structure.dates]
        dates = [*dates, (self.joined.month, self.joined.day)]
        return [*TURNS, *(in_month(year, *date) for date in set(dates) for year in (2024, 2025))]

    def _doing(self, at: dt.datetime) -> Iterator[Step]:
        kind = self.dice.choices([*WEIGHTS], [*WEIGHTS.values()])[0]
        if kind == "hand":
            yield from self._by_hand(at)
        elif kind not in OF_AN_ORDER or self.orders:
            data = self._data(kind)
            account = self.dice.choice((None, None, None, "bonus")) if kind.startswith("point_") else None
            yield self._event(at, kind, {**data, **self._backdated(at)}, account)

    def _event(self, at: dt.datetime, action: str, data: dict[str, Any], account: str | None = None) -> Step:
        return Step(at, self.name, Sent(self.name, action, data, account))

    def _data(self, kind: str) -> dict[str, Any]:
        if kind in OF_AN_ORDER:
            return self._of_an_order(kind)
        if kind == "checkout":
            return self._checkout()
        if kind == "point_fix":
            return {"points": self.dice.choice((-1, 1)) * self.dice.choice(AMOUNTS)}
        return {"points": self.dice.choice(AMOUNTS)} if kind.startswith("point_") else {}

    def _checkout(self) -> dict[str, Any]:
        dice, id = self.dice, f"{self.name}-{len(self.orders)}"
        amounts = [dice.choice((*AMOUNTS, Decimal("19.99"))) for _ in range(dice.randint(1, 3))]
        items = [{"product_id": f"p{place}", "price": price} for place, price in enumerate(amounts)]
        self.orders.append((id, items))
        currency = {"currency": "HUF"} if dice.random() < 0.1 else {}
        burned = {"points_burned": dice.choice(AMOUNTS)} if dice.random() < 0.1 else {}
        total = {"total": dice.choice(AMOUNTS)} if dice.random() < 0.2 else {}
        return {"transaction_id": id, "items": items, **currency, **burned, **total}

    def _of_an_order(self, kind: str) -> dict[str, Any]:
        """Most often a late one, which may still be open."""
        id, items = self.dice.choice((self.dice.choice(self.orders), self.orders[-1]))
        if kind in ("refund_item", "checkout_accept_item"):
            return {"transaction_id": id, "product_id": self.dice.choice(items)["product_id"]}
        if kind == "partial_refund":
            return {"transaction_id": id, "amount": self.dice.choice((1, 50, 100, Decimal("333.33"), 600))}
        return {"transaction_id": id}

    def _backdated(self, at: dt.datetime) -> dict[str, Any]:
        """Days late; soon after a turn more often so many that it happened before it."""
        day = at.astimezone(BERLIN).date()
        since = min((day - turn).days for turn in [*self._turns(), FIRST] if turn <= day)
        if since <= GRACE and self.dice.random() < 0.4:
            days = since + self.dice.choice((1, 1, 2, 20))
        elif self.dice.random() < 0.15:
            days = self.dice.choice((1, 2, 3, 4, 5, 6, 20, 40, 100, 380))
        else:
            return {}
        return {"effective_timestamp": (at - dt.timedelta(days=days, seconds=7)).isoformat()}

    # By hand

    def _by_hand(self, at: dt.datetime) -> Iterator[Step]:
        """In several structures at once: each has its own share of a life in which there are many."""
        day = at.astimezone(BERLIN).date()
        if day in OUTAGES or at < at_time(day, dt.time(0, 5)):
            return
        for structure in self.structures:
            if self.dice.random() < 0.4:
                yield Step(at, self.name, structure=structure.id, change=self._change(structure, day))

    def _change(self, structure: Structure, day: dt.date) -> Change:
        tier = self.dice.choice([level.id for level in structure.levels])
        until = self.dice.choice((None, *(day + dt.timedelta(days=days) for days in (-1, 0, 1, 1, 20, 60, 200))))
        kind = self.dice.choice(("tier", "tier", "day", "both"))
        return Change(tier if kind != "day" else None, kind != "tier", until if kind != "tier" else None)
