"""A year or more in the life of a brand's customers, told as events. Pure: the same arguments tell the same story.

Each customer's story is told by itself, with random numbers of its own, so that more customers change nobody's story.
"""

import datetime as dt
import hashlib
from collections.abc import Iterable, Iterator, Sequence
from itertools import accumulate
from operator import attrgetter
from random import Random

from customers.life.mechanism import kept_on
from loyalty.engine.rows import to_json

from . import shop
from .lives import DAY, DemoEvent, Life, Period
from .moves import COUNTED_ON, MOVES, suspend, unsuspend
from .people import People

# How often customers buy in a month, and how many of such there are: most seldom, a few all the time.
HABITS = ((0.0, 12), (0.08, 38), (0.35, 30), (0.9, 15), (2.6, 5))
# What happens beside purchases, and to which share of the members; vouchers are tried for several times.
OTHER_MOVES = (
    *[("voucher", 0.3)] * 4, ("goodwill", 0.05), ("correction", 0.03), ("new_phone", 0.06), ("move_house", 0.04)
)  # fmt: skip
# Baskets that wait for their checkout as the story ends.
BASKETS, BASKET_DAYS = 0.05, 7
# Who uses the app is seen there in the last weeks, some often.
LOGS_IN, LOGINS, LOGIN_DAYS = 0.55, (1, 1, 2, 2, 3, 5), 45
# Who is suspended, and whose case is settled in the end.
SUSPENDED, UNSUSPENDED, SETTLED_AFTER = 0.03, 0.5, 5


def demo_events(customers: int, period: Period, seed: int) -> list[DemoEvent]:
    """All events in the order of their effect."""
    people, busy = People(), Busy(period)
    told: list[DemoEvent] = []
    for number in range(1, customers + 1):
        told += _life(number, people, busy, seed).told
    # A stable sort: what one customer does at the same moment stays in its order.
    return sorted(told, key=attrgetter("at"))


def digest(told: Iterable[DemoEvent]) -> str:
    """Of the whole story: two runs with the same arguments must agree."""
    found = hashlib.sha256()
    for event in told:
        found.update(to_json([event.at, event.customer, event.action, event.data, event.source]).encode())
    return found.hexdigest()


class Busy:
    """Chooses days, busy ones more often."""

    def __init__(self, period: Period) -> None:
        self.days = period.days
        self._until = list(accumulate(shop.busyness(day) for day in self.days))

    def months(self, start: int) -> float:
        return (len(self.days) - start) / 30.4

    def some(self, random: Random, count: int, start: int) -> list[int]:
        """Indices of so many days from `start` on, in order; a day may come twice."""
        base = self._until[start - 1] if start else 0.0
        total = self._until[-1] - base
        return sorted(self._index(base + random.random() * total, start) for _ in range(count))

    def _index(self, weight: float, start: int) -> int:
        low, high = start, len(self.days) - 1
        while low < high:
            middle = (low + high) // 2
            low, high = (middle + 1, high) if self._until[middle] <= weight else (low, middle)
        return low


def _life(number: int, people: People, busy: Busy, seed: int) -> Life:
    random = Random(f"{seed}:{number}")  # noqa: S311  a story, no secret
    person = people.person(random, busy.days[-1])
    life = Life(f"D{seed}-{number:06}", person, random, busy.days[-1], member=random.random() < 0.9)
    # Two of five came with the shop's old system on the first day, the others over the period.
    imported = random.random() < 0.4
    start = 0 if imported else busy.some(random, 1, 0)[0]
    _enrol(life, busy.days[start], "import" if imported else "api")
    moves: list[tuple[dt.datetime, str]] = []
    moves += _purchases(life, busy, start)
    moves += _other_moves(life, busy, start)
    for at, what in sorted(moves):
        MOVES[what](life, at)
    _suspend(life)
    return life


def _moment(day: dt.date, time: dt.timedelta) -> dt.datetime:
    return dt.datetime.combine(day, dt.time(), dt.UTC) + time


def _enrol(life: Life, day: dt.date, source: str) -> None:
    """Members opt in; some give no more than an address and stay inactive."""
    at = _moment(day, dt.timedelta(hours=5, seconds=life.random.randrange(3600)))
    profile = life.person.profile(life.random)
    src = "import" if source == "import" else life.random.choice(("web", "app", "store"))
    if life.member:
        life.tell(at, "opt_in", {**profile, "src": src}, source)
    else:
        kept = {name: profile[name] for name in ("email", "language", "country", "currency")}
        life.tell(at, "subscribe", {**kept, "src": src}, source)


def _purchases(life: Life, busy: Busy, start: int) -> Iterator[tuple[dt.datetime, str]]:
    [(rate, _)] = life.random.choices(HABITS, [weight for _, weight in HABITS])
    if not life.member:
        rate *= 0.3
    indices = busy.some(life.random, _poisson(life.random, rate * busy.months(start)), start)
    # Who joins usually does so with a first purchase.
    for index in [start] * (life.random.random() < 0.6) + indices:
        [channel] = life.random.choices(list(shop.CHANNELS), list(shop.CHANNELS.values()))
        yield _moment(busy.days[index], shop.time_of_day(life.random, channel)), channel


def _poisson(random: Random, mean: float) -> int:
    """Events that come at random moments: how many fall into a span that has `mean` on average."""
    count, passed = 0, random.expovariate(1)
    while passed < mean:
        count += 1
        passed += random.expovariate(1)
    return count


def _other_moves(life: Life, busy: Busy, start: int) -> Iterator[tuple[dt.datetime, str]]:
    if not life.member:
        return
    later = busy.days[start + 1 :]
    if not later:
        return
    for day in _birthdays(life.person.birth_date, later):
        yield _moment(day, dt.timedelta(hours=8)), "birthday"
        yield _moment(day + COUNTED_ON * DAY, dt.timedelta(hours=8)), "gift_is_over"
    yield from _logins(life, later[-LOGIN_DAYS:])
    for what, share in OTHER_MOVES:
        if life.random.random() < share:
            day = life.random.choice(later)
            yield _moment(day, dt.timedelta(hours=9, seconds=life.random.randrange(8 * 3600))), what
    if life.random.random() < BASKETS:
        yield _moment(life.random.choice(later[-BASKET_DAYS:]), dt.timedelta(hours=19)), "basket"


def _logins(life: Life, days: Sequence[dt.date]) -> Iterator[tuple[dt.datetime, str]]:
    """Of customers who use the app; more of them lately."""
    if life.random.random() < LOGS_IN:
        for _ in range(life.random.choice(LOGINS)):
            day = days[int(life.random.triangular(0, len(days), len(days)) - 1e-9)]
            yield _moment(day, dt.timedelta(hours=7, seconds=life.random.randrange(16 * 3600))), "login"


def _suspend(life: Life) -> None:
    """After all else, since nothing can be spent then; some come back."""
    at = life.told[-1].at + dt.timedelta(hours=2)
    if life.member and life.random.random() < SUSPENDED and at.date() <= life.last:
        suspend(life, at)
        back = at + SETTLED_AFTER * DAY
        if life.random.random() < UNSUSPENDED and back.date() <= life.last:
            unsuspend(life, back)


def _birthdays(birth: dt.date, days: Sequence[dt.date]) -> list[dt.date]:
    kept = (kept_on(birth, year) for year in range(days[0].year, days[-1].year + 1))
    return [day for day in kept if days[0] <= day <= days[-1]]
