"""A year or more in the life of a brand's customers, told as events. Pure: the same arguments tell the same story.

Each customer's story is told by itself, with random numbers of its own, so that more customers change nobody's story.
"""

import datetime as dt
import hashlib
from calendar import isleap
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from decimal import ROUND_HALF_UP, Decimal
from functools import partial
from itertools import accumulate
from operator import attrgetter
from random import Random
from typing import Any

from loyalty.engine.rows import to_json

from . import shop
from .people import People, Person, phone

DAY = dt.timedelta(days=1)
# How often customers buy in a month, and how many of such there are: most seldom, a few all the time.
HABITS = ((0.0, 12), (0.08, 38), (0.35, 30), (0.9, 15), (2.6, 5))
# What a point is worth when it pays for an order: a hundredth of the currency.
WORTH = Decimal("0.01")
BIRTHDAY_POINTS, BIRTHDAY_MONTHS = 200, 3
VOUCHERS = ((500, "Coffee voucher"), (1_000, "Cinema ticket"), (2_500, "Gift box"), (5_000, "Weekend in a spa"))
# What happens beside purchases, and to which share of the members; vouchers are tried for several times.
OTHER_MOVES = (
    *[("voucher", 0.3)] * 4, ("goodwill", 0.05), ("correction", 0.03), ("new_phone", 0.06), ("move_house", 0.04)
)  # fmt: skip
# Few orders end otherwise than as they were bought: returned as a whole, in part, or never paid.
ENDS = {"": 950, "refund": 20, "refund_item": 15, "partial_refund": 10, "checkout_reject": 5}
REASONS = {
    "refund": "Goods returned",
    "refund_item": "Did not fit",
    "partial_refund": "Scratched on arrival",
    "checkout_reject": "Payment failed",
}
# Baskets that wait for their checkout as the story ends.
BASKETS, BASKET_DAYS, HELD = 0.05, 7, (100, 200, 500)
GOODWILL = ("Late delivery", "Complaint settled", "Won at the anniversary draw")


@dataclass(frozen=True, slots=True)
class Told:
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
    told: list[Told] = field(default_factory=list)
    # What can be spent, as the factory setting earns: one point for each unit of the currency.
    points: int = 0

    def tell(self, at: dt.datetime, action: str, data: dict[str, Any], source: str) -> None:
        self.told.append(Told(at, self.id, action, {**data, "effective_timestamp": int(at.timestamp())}, source))


def tell(customers: int, period: Period, seed: int) -> list[Told]:
    """All events in the order of their effect."""
    people, busy = People(), Busy(period)
    told: list[Told] = []
    for number in range(1, customers + 1):
        told += _life(number, people, busy, seed).told
    # A stable sort: what one customer does at the same moment stays in its order.
    return sorted(told, key=attrgetter("at"))


def digest(told: Iterable[Told]) -> str:
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
    for what, share in OTHER_MOVES:
        if life.random.random() < share:
            day = life.random.choice(later)
            yield _moment(day, dt.timedelta(hours=9, seconds=life.random.randrange(8 * 3600))), what
    if life.random.random() < BASKETS:
        yield _moment(life.random.choice(later[-BASKET_DAYS:]), dt.timedelta(hours=19)), "basket"


def _birthdays(birth: dt.date, days: Sequence[dt.date]) -> list[dt.date]:
    """Who was born on a 29 February celebrates on the first of March in other years."""
    found = []
    for year in range(days[0].year, days[-1].year + 1):
        leap_day = (birth.month, birth.day) == (2, 29) and not isleap(year)
        day = dt.date(year, 3, 1) if leap_day else birth.replace(year=year)
        if days[0] <= day <= days[-1]:
            found.append(day)
    return found


def _buy(life: Life, at: dt.datetime, channel: str) -> None:
    order = shop.receipt(life.random, _shop_of(life), at.date(), channel)
    order = {"transaction_id": f"{life.id}-{len(life.told):04}", **order}
    if life.member and life.points >= 500 and life.random.random() < 0.25:
        # Whole hundreds, at most half of the price.
        most = min(life.points, int(order["total"] / WORTH / 2)) // 100 * 100
        if most:
            order["points_burned"] = most
            order["discount"] = most * WORTH
            order["total"] -= most * WORTH
    earned = int(order["total"].to_integral_value(ROUND_HALF_UP))
    life.points += earned - order.get("points_burned", 0)
    life.tell(at, "checkout", order, "api")
    _end(life, at, order, earned)


def _shop_of(life: Life) -> shop.Shop:
    """Mostly the same kind."""
    own = shop.SHOPS[int(life.id[-3:]) * 7 % len(shop.SHOPS)]
    return own if life.random.random() < 0.6 else shop.favourite(life.random)


def _end(life: Life, bought_at: dt.datetime, order: dict[str, Any], earned: int) -> None:
    """Soon after, so that nothing has happened in between; what may come back to the customer is not counted on."""
    at = bought_at + dt.timedelta(minutes=life.random.randrange(20, 50))
    [action] = life.random.choices(list(ENDS), list(ENDS.values()))
    if not action or at.date() > life.last or not order["total"]:
        return
    life.points -= earned
    data = {"transaction_id": order["transaction_id"], "reason": REASONS[action]}
    if action == "refund_item":
        data["product_id"] = life.random.choice(order["items"])["product_id"]
    elif action == "partial_refund":
        data["amount"] = max((order["total"] / 4).quantize(shop.CENT), shop.CENT)
    life.tell(at, action, data, "api" if action == "checkout_reject" else "back_office")


def _basket(life: Life, at: dt.datetime) -> None:
    """An order that is not checked out yet; points are held for it where there are enough."""
    transaction_id = f"{life.id}-{len(life.told):04}"
    [item] = shop.receipt(life.random, _shop_of(life), at.date(), "web")["items"][:1]
    life.tell(at, "checkout_item", {"transaction_id": transaction_id, **item}, "api")
    if within := [points for points in HELD if points <= life.points]:
        points = within[-1]
        life.points -= points
        life.tell(at, "reserve_points", {"transaction_id": transaction_id, "points": points}, "api")


def _birthday(life: Life, at: dt.datetime) -> None:
    """Points that are valid for some months; those whose time has passed already do not run out in this story."""
    life.points += BIRTHDAY_POINTS
    expires = at.date() + dt.timedelta(days=round(BIRTHDAY_MONTHS * 30.4))
    data: dict[str, Any] = {"points": BIRTHDAY_POINTS, "reason": "Birthday gift"}
    if expires > life.last + DAY:
        data["expdate"] = expires.isoformat()
    life.tell(at, "point_add", data, "api")


def _voucher(life: Life, at: dt.datetime) -> None:
    within = [voucher for voucher in VOUCHERS if voucher[0] <= life.points]
    if within:
        points, reason = life.random.choice(within)
        life.points -= points
        life.tell(at, "point_spend", {"points": points, "reason": reason}, "api")


def _goodwill(life: Life, at: dt.datetime) -> None:
    points = life.random.choice((50, 100, 150))
    life.points += points
    life.tell(at, "point_add", {"points": points, "reason": life.random.choice(GOODWILL)}, "back_office")


def _correction(life: Life, at: dt.datetime) -> None:
    points = min(life.points, 20)
    if points:
        life.points -= points
        life.tell(at, "point_sub", {"points": points, "reason": "Counted twice at the till"}, "back_office")


def _new_phone(life: Life, at: dt.datetime) -> None:
    life.tell(at, "profile", {"mobile_phone": phone(life.random, life.person.country)}, "api")


def _move_house(life: Life, at: dt.datetime) -> None:
    life.tell(at, "profile", {"city": life.random.choice(life.person.country.town_names)}, "back_office")


MOVES: dict[str, Callable[[Life, dt.datetime], None]] = {
    **{channel: partial(_buy, channel=channel) for channel in shop.CHANNELS},
    "birthday": _birthday,
    "voucher": _voucher,
    "goodwill": _goodwill,
    "correction": _correction,
    "basket": _basket,
    "new_phone": _new_phone,
    "move_house": _move_house,
}
