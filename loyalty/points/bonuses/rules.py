"""Bonuses: which of them apply to a purchase, what they give, and what is left of their limits. Pure."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import ROUND_CEILING, ROUND_FLOOR, ROUND_HALF_DOWN, ROUND_HALF_UP, Decimal
from typing import Any

from events.orders.lines.rules import read_line
from events.orders.rows import Booking, TransactionRow
from loyalty.accounts.enums import Rounding
from loyalty.engine.batch import Batch
from loyalty.engine.state import Row, State, Table
from loyalty.points.config import BonusRule

ROUNDINGS = {Rounding.NEAREST: ROUND_HALF_UP, Rounding.UP: ROUND_CEILING, Rounding.DOWN: ROUND_FLOOR}
# How many of the things that a bonus is about its arithmetic names.
NAMED = 5


@dataclass(frozen=True, slots=True)
class Purchase:
    """What is bought: an order, or a line where earning is per item. `percentage` points for every 100 units of money."""

    amount: Decimal
    currency: str
    percentage: Decimal
    rounding: str
    lines: Sequence[Mapping[str, Any]]
    channel: str | None
    at: datetime

    def points(self, amount: Decimal) -> int:
        """Rounded by the account's rule; half a point goes up, below 0 too."""
        exact, how = amount * self.percentage / 100, ROUNDINGS[Rounding(self.rounding)]
        return int(exact.to_integral_value(ROUND_HALF_DOWN if exact < 0 and how == ROUND_HALF_UP else how))


class BonusUseRow(Row):
    """What a bonus has given to the customer, if it has a limit per customer."""

    __slots__ = ("bonus_id", "customer_id", "points")
    TABLE = Table(
        name="points_bonususe",
        columns=dict.fromkeys(["customer_id", "bonus_id", "points"], "bigint"),
        key=("customer_id", "bonus_id"),
        mutable=("points",),
    )

    customer_id: int
    bonus_id: int
    points: int


class BonusTotalRow(Row):
    """What a bonus has given to everybody, if it has a limit in total."""

    __slots__ = ("bonus_id", "points")
    TABLE = Table(
        name="points_bonustotal",
        columns=dict.fromkeys(["bonus_id", "points"], "bigint"),
        key=("bonus_id",),
        mutable=("points",),
    )

    bonus_id: int
    points: int


def applying(rules: Iterable[BonusRule], purchase: Purchase) -> list[BonusRule]:
    """Those whose days, currency and channel are the purchase's."""
    channel = (purchase.channel or "").casefold()
    return [
        rule
        for rule in rules
        if rule.is_on(purchase.at)
        and rule.currency in (None, purchase.currency)
        and (not rule.channels or channel in rule.channels)
    ]


class Applied:
    """Bonuses applied to a purchase, in their order: `left` is the amount that earns, `given` what each of them did."""

    def __init__(self, purchase: Purchase, rules: Sequence[BonusRule]) -> None:
        self.purchase, self.rules = purchase, rules
        self.left = purchase.amount
        self.excluded: set[int] = set()
        self.given: list[dict[str, Any]] = []
        self.booked: list[Booking] = []
        for rule in rules:
            if rule.multiplier == 0:
                self._leave_out(rule)

    def _places(self, rule: BonusRule) -> list[int]:
        return [
            place
            for place, line in enumerate(self.purchase.lines)
            if place not in self.excluded and matches(rule, line)
        ]

    def _amount(self, rule: BonusRule, places: Iterable[int]) -> Decimal:
        """What the bonus is about: the lines that match, at most what is left; all of it without such a condition."""
        if not rule.products and not rule.categories:
            return self.left
        lines = self.purchase.lines
        return min(sum((read_line(lines[place], place).subtotal for place in places), Decimal(0)), self.left)

    def _leave_out(self, rule: BonusRule) -> None:
        places = self._places(rule)
        amount = self._amount(rule, places)
        if amount > 0 and amount >= rule.minimum:
            self.excluded.update(places)
            self.left -= amount
            self._note(rule, places, amount, 0)

    def give(self, state: State, batch: Batch) -> int:
        """The points of all bonuses, within their limits; fewer than 0 where some of them lower what is earned."""
        total = 0
        for rule in self.rules:
            places = self._places(rule)
            amount = self._amount(rule, places)
            if rule.multiplier == 0 or amount <= 0 or amount < rule.minimum:
                continue
            points = rule.points
            if rule.multiplier is not None:
                points = self.purchase.points(amount * (rule.multiplier - 1))
            total += self._give(rule, places, amount, points, Limits(rule, state, batch))
        return total

    def _give(self, rule: BonusRule, places: list[int], amount: Decimal, wanted: int, limits: "Limits") -> int:
        points = limits.take(wanted)
        self.booked += limits.booked
        cut = {"wanted": wanted, "limit": limits.reached} if points < wanted else {}
        self._note(rule, places, amount, points, **cut)
        return points

    def _note(self, rule: BonusRule, places: list[int], amount: Decimal, points: int, **more: Any) -> None:
        note: dict[str, Any] = {"id": rule.id, "name": rule.name, "amount": plain(amount)}
        if rule.multiplier is not None:
            note["multiplier"] = plain(rule.multiplier)
        if rule.products or rule.categories:
            name = "product_category" if rule.categories else "product_id"
            found = [str(self.purchase.lines[place].get(name)) for place in places]
            note["of"] = list(dict.fromkeys(found))[:NAMED]
        self.given.append({**note, "points": points, **more})


def matches(rule: BonusRule, line: Mapping[str, Any]) -> bool:
    """Whether the line is one of the products and of the categories that the bonus is about."""
    if rule.products and str(line.get("product_id") or "").strip() not in rule.products:
        return False
    return not rule.categories or str(line.get("product_category") or "").strip().casefold() in rule.categories


class Limits:
    """What is left of a bonus, and what is used of it."""

    def __init__(self, rule: BonusRule, state: State, batch: Batch) -> None:
        self.rule, self.state, self.batch = rule, state, batch
        self.reached: str | None = None
        self.booked: list[Booking] = []

    def take(self, wanted: int) -> int:
        """As many of these points as the limits leave; they are used from now on."""
        rule, points = self.rule, wanted
        if rule.customer_limit is not None:
            used: BonusUseRow | None = self.state.part("bonus_uses").get(rule.id)
            points = self._within(points, "customer", rule.customer_limit - (used.points if used else 0))
        if rule.total_limit is not None:
            # One that is not there is used up, or no longer active: `limits.py` asks for each that the order may meet.
            total: BonusTotalRow | None = self.batch.shared.part("bonus_totals").get(rule.id)
            points = self._within(points, "total", rule.total_limit - total.points if total else 0)
        if points > 0 and (rule.customer_limit, rule.total_limit) != (None, None):
            of_customer, of_all = (0 if limit is None else points for limit in (rule.customer_limit, rule.total_limit))
            self.booked.append(Booking(rule.id, customer=of_customer, total=of_all))
            use(self.state, self.batch, self.booked[-1])
        return points

    def _within(self, points: int, limit: str, left: int) -> int:
        if points <= max(left, 0):
            return points
        self.reached = limit
        return max(left, 0)


def use(state: State, batch: Batch, booking: Booking, sign: int = 1) -> None:
    """The limits are used by so many points more; with a sign of -1, they are given back."""
    uses = state.part("bonus_uses")
    if booking.customer and booking.bonus not in uses:
        row = BonusUseRow.load((state.customer.id, booking.bonus, 0))
        batch.put(uses, booking.bonus, batch.add(row))
    if booking.customer:
        batch.edit(uses[booking.bonus]).points += sign * booking.customer
    if booking.total:
        batch.edit(batch.shared.part("bonus_totals")[booking.bonus]).points += sign * booking.total


def release_limits(state: State, batch: Batch, order: TransactionRow, given_back: Callable[[Booking], bool]) -> None:
    """What the order has used of limits can be used again: those parts of it."""
    for booking in filter(given_back, order.booked):
        use(state, batch, booking, -1)
    order.booked = tuple(booking for booking in order.booked if not given_back(booking))


def plain(number: Decimal) -> str:
    """In digits, without zeros that say nothing."""
    return f"{number.normalize():f}"
