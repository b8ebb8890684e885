"""The arithmetic of earning against the same in fractions, and its limits, on any figures."""

import datetime as dt
import math
from decimal import Decimal
from fractions import Fraction
from itertools import count
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from loyalty.engine.batch import Batch
from loyalty.engine.events import Actor
from loyalty.engine.program import Program
from loyalty.engine.rows import CustomerRow
from loyalty.engine.state import State
from loyalty.points.bonuses.rules import BonusTotalRow
from loyalty.points.config import AccountRule, BonusRule, Earning, PointsConfig
from loyalty.points.orders.earning import Award, award, describe

NOW = dt.datetime(2026, 3, 1, 12, tzinfo=dt.UTC)
MAIN = AccountRule(1, "main", "Main")


def _decimals(most: int) -> st.SearchStrategy[Decimal]:
    """With four places: quicker to draw than `st.decimals`."""
    return st.integers(0, most * 10_000).map(lambda number: Decimal(number).scaleb(-4))


MONEY, PERCENTAGES, MULTIPLIERS = _decimals(10**7), _decimals(10_000), _decimals(100)
ROUNDINGS = st.sampled_from(["nearest", "up", "down"])
EXPECTED = {"nearest": lambda x: math.floor(x + Fraction(1, 2)), "up": math.ceil, "down": math.floor}
LINES = st.lists(
    st.fixed_dictionaries({"product_category": st.sampled_from(["shoes", "hats", None]), "subtotal": MONEY}), max_size=6
)


@pytest.fixture(autouse=True)
def current_program() -> None:
    """Nothing here may touch the database; pytest-django refuses it."""


def batch_of(*rules: BonusRule) -> Batch:
    config = PointsConfig({"main": MAIN}, MAIN, {}, {1: MAIN}, {1: rules} if rules else {})
    program = Program(1, ZoneInfo("UTC"), "any", "EUR", frozenset(), {}, {"points": config})
    numbers = count(1)
    return Batch(program=program, by=Actor("api"), at=NOW, new_id=lambda sequence: next(numbers))


def give(
    amount: Decimal, rules: list[BonusRule], *, batch: Batch | None = None, state: State | None = None, **more: Any
) -> Award:
    earning = Earning("transaction", more.pop("rounding", "nearest"), more.pop("percentage", Decimal(100)), {})
    found = award(
        state or State(CustomerRow.new(7, "ann", NOW), exists=True),
        batch or batch_of(*rules),
        account=MAIN,
        earning=earning,
        amount=amount,
        currency="EUR",
        lines=more.pop("lines", ()),
        channel=None,
        at=NOW,
    )
    assert found
    return found


@settings(deadline=None)
@given(MONEY, PERCENTAGES, ROUNDINGS)
def test_points_are_the_percentage_of_the_amount_rounded_once(
    amount: Decimal, percentage: Decimal, rounding: str
) -> None:
    found = give(amount, [], percentage=percentage, rounding=rounding)

    assert found.points == EXPECTED[rounding](Fraction(amount) * Fraction(percentage) / 100)
    assert (found.bonus, found.arithmetic["points"]) == (0, found.points)


@settings(deadline=None)
@example(Decimal(1), Decimal(100), "nearest", [Decimal("0.5")])
@given(MONEY, PERCENTAGES, ROUNDINGS, st.lists(MULTIPLIERS, min_size=1, max_size=3))
def test_each_multiplier_adds_its_own_part_rounded_by_itself(
    amount: Decimal, percentage: Decimal, rounding: str, multipliers: list[Decimal]
) -> None:
    rules = [BonusRule(place, f"B{place}", multiplier) for place, multiplier in enumerate(multipliers, 1)]
    found = give(amount, rules, percentage=percentage, rounding=rounding)

    one = Fraction(amount) * Fraction(percentage) / 100
    excluded = 0 in multipliers
    parts = [0 if excluded else EXPECTED[rounding](one * (Fraction(multiplier) - 1)) for multiplier in multipliers]
    base = 0 if excluded else EXPECTED[rounding](one)
    assert found.points == max(base + sum(parts), 0)
    assert found.bonus == min(sum(max(part, 0) for part in parts), found.points)


@settings(deadline=None)
@given(LINES, MONEY, MULTIPLIERS, PERCENTAGES, ROUNDINGS)
def test_what_is_shown_adds_up_to_what_is_given(
    lines: list[dict[str, Any]], amount: Decimal, multiplier: Decimal, percentage: Decimal, rounding: str
) -> None:
    rules = [
        BonusRule(1, "No hats", Decimal(0), categories=frozenset({"hats"})),
        BonusRule(2, "Shoes", multiplier, categories=frozenset({"shoes"})),
        BonusRule(3, "Ten", points=10),
    ]
    found = give(amount, rules, lines=lines, percentage=percentage, rounding=rounding)

    shown, given_by = found.arithmetic, found.arithmetic.get("bonuses", [])
    assert found.points == max(shown.get("base", found.points) + sum(part["points"] for part in given_by), 0)
    assert sum(Decimal(part["amount"]) for part in given_by if part.get("multiplier") == "0") <= amount
    assert all(Decimal(part["amount"]) <= amount for part in given_by)
    assert all(isinstance(sentence, str) for sentence in describe(shown))


@settings(deadline=None)
@given(st.lists(st.tuples(MONEY, st.booleans()), max_size=20), st.integers(1, 10_000), st.integers(1, 10_000))
def test_no_series_of_orders_gets_more_than_the_limits(
    orders: list[tuple[Decimal, bool]], customer_limit: int, total_limit: int
) -> None:
    rule = BonusRule(1, "Double", Decimal(2), customer_limit=customer_limit, total_limit=total_limit)
    batch = batch_of(rule)
    batch.shared.part("bonus_totals")[1] = BonusTotalRow.load((1, 0))
    members = [State(CustomerRow.new(id, f"C-{id}", NOW), exists=True) for id in (1, 2)]
    given_to = [0, 0]
    for amount, second in orders:
        given_to[second] += give(amount, [rule], batch=batch, state=members[second]).bonus

    assert max(given_to) <= customer_limit
    assert sum(given_to) <= total_limit
    assert batch.shared.part("bonus_totals")[1].points == sum(given_to)
    assert [
        state.part("bonus_uses")[1].points if given_to[place] else 0 for place, state in enumerate(members)
    ] == given_to
