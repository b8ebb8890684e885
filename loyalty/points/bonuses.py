"""Bonuses: which of them apply to a purchase, what they give, and what is left of their limits. Pure."""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import ROUND_CEILING, ROUND_FLOOR, ROUND_HALF_DOWN, ROUND_HALF_UP, Decimal
from typing import Any

from events.orders import read_line
from loyalty.engine.types import Batch, Incoming, Part, Program, Row, State, Table

from .enums import Rounding
from .queries import BonusRule, PointsConfig

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


class FreedRow(Row):
    """What an order had of a bonus by promises that were cancelled. Counted, never written."""

    __slots__ = ("bonus_id", "points", "transaction_id")
    TABLE = Table(
        name="freed",
        columns={"transaction_id": "text", "bonus_id": "bigint", "points": "bigint"},
        key=("transaction_id", "bonus_id"),
        mutable=("points",),
    )

    points: int


USES = Part(
    "bonus_uses",
    f"SELECT {', '.join(BonusUseRow.TABLE.columns)} FROM points_bonususe WHERE customer_id IN ({{customers}})",
    lambda state, row: state.part("bonus_uses").update({row[1]: BonusUseRow.load(row)}),
)
# Locked after the customers, in the order of their ids, until the end of the transaction. Those that are used up, and
# will be so whatever happens to this purchase, keep nobody waiting.
TOTALS = Part(
    "bonus_totals",
    "SELECT t.bonus_id, t.points FROM points_bonustotal t JOIN points_bonus b ON b.id = t.bonus_id"
    " WHERE b.active AND t.points < b.total_limit ORDER BY t.bonus_id FOR NO KEY UPDATE OF t",
    lambda shared, row: shared.part("bonus_totals").update({row[0]: BonusTotalRow.load(row)}),
    shared=True,
)


def limits(incoming: Incoming, program: Program, at: datetime) -> Iterable[Part]:
    """What must be read for the limits of the bonuses that the event may meet; nothing where none has a limit."""
    config: PointsConfig = program.config["points"]
    account = config.accounts.get(incoming.account or "", config.default)
    rules: Sequence[BonusRule] = config.bonuses.get(account.id, ())
    # Of an order that came before, or takes effect at another time, nobody knows yet when.
    if incoming.action == "checkout" and "effective_timestamp" not in incoming.data:
        rules = [rule for rule in rules if rule.is_on(at)]
    if any(rule.customer_limit for rule in rules):
        yield USES
    if any(rule.total_limit for rule in rules):
        yield TOTALS


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

    def give(self, state: State, batch: Batch, order: str | None) -> int:
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
            total += self._give(rule, places, amount, points, Limits(rule, state, batch, order))
        return total

    def _give(self, rule: BonusRule, places: list[int], amount: Decimal, wanted: int, limits: "Limits") -> int:
        points = limits.take(wanted)
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


def free(state: State, batch: Batch, order: str, arithmetic: str | None) -> None:
    """A promise of the order is cancelled: what it used of limits the order's next promise may use again."""
    if arithmetic is None or '"bonuses"' not in arithmetic:
        return
    freed = state.part("freed")
    for given in json.loads(arithmetic)["bonuses"]:
        key = (order, given["id"])
        if key not in freed:
            batch.file(freed, key, FreedRow.load((order, given["id"], 0)))
        batch.edit(freed[key]).points += max(given["points"], 0)


class Limits:
    """What is left of a bonus for an order."""

    def __init__(self, rule: BonusRule, state: State, batch: Batch, order: str | None) -> None:
        self.rule, self.state, self.batch = rule, state, batch
        self.freed: FreedRow | None = state.part("freed").get((order, rule.id))
        self.before = self.freed.points if self.freed else 0
        self.reached: str | None = None

    def take(self, wanted: int) -> int:
        """As many of these points as the limits leave; they are used from now on."""
        rule, points = self.rule, wanted
        if rule.customer_limit is not None:
            used: BonusUseRow | None = self.state.part("bonus_uses").get(rule.id)
            points = self._within(points, "customer", rule.customer_limit - (used.points if used else 0))
        if rule.total_limit is not None:
            # One that is not there is used up, or no longer active.
            total: BonusTotalRow | None = self.batch.shared.part("bonus_totals").get(rule.id)
            points = self._within(points, "total", rule.total_limit - total.points if total else 0)
        if self.freed and points > 0:
            self.batch.edit(self.freed).points -= min(points, self.before)
        if points > self.before:
            self._use(points - self.before)
        return points

    def _within(self, points: int, limit: str, left: int) -> int:
        most = max(left, 0) + self.before
        if points <= most:
            return points
        self.reached = limit
        return most

    def _use(self, points: int) -> None:
        rule, uses = self.rule, self.state.part("bonus_uses")
        if rule.customer_limit is not None and rule.id not in uses:
            row = BonusUseRow.load((self.state.customer.id, rule.id, 0))
            self.batch.file(uses, rule.id, self.batch.add(row))
        if rule.customer_limit is not None:
            self.batch.edit(uses[rule.id]).points += points
        if rule.total_limit is not None:
            self.batch.edit(self.batch.shared.part("bonus_totals")[rule.id]).points += points


def plain(number: Decimal) -> str:
    """In digits, without zeros that say nothing."""
    return f"{number.normalize():f}"
