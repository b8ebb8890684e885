"""Faults planted in the rules of tiers one at a time: lives in a few structures must notice each."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import cache
from itertools import islice
from typing import Any

import pytest
from django.db import DatabaseError, transaction

from loyalty.engine.programs import programs
from loyalty.tiers.expiry import operations
from loyalty.tiers.queries import tiers_config
from tests.tiers.both import Both
from tests.tiers.histories import lives
from tests.tiers.model import Structure
from tests.tiers.structures import structures
from tests.tiers.test_life import SETUPS

from .planting import Mutant, planted

pytestmark = [pytest.mark.prove, pytest.mark.django_db]
RULES, WINDOWS = "loyalty/tiers/rules.py", "loyalty/tiers/status_points/windows.py"
# Enough that every fault meets its case; how many structures, and how many customers live in them.
ROUNDS, STRUCTURES, CUSTOMERS = range(40), 8, 4
# What comes late and changes something is rare.
MANY = 24
MUTANTS = [
    # What is reached and held
    Mutant("a threshold is reached one point too late", RULES, "if level.threshold <= points]", "if level.threshold < points]", "any"),
    Mutant("a level is not held at its very threshold", RULES, "return (reached(rule, points) or LOWEST) >= level", "return (reached(rule, points) or LOWEST) > level", "rolling"),
    Mutant("the first level for nothing is told", RULES, "and rule.levels[LOWEST].threshold <= 0:", "and False:", "without opt-in"),
    Mutant("deductions lower without downgrade", RULES, "or not rule.downgrade or standing.manual", "or standing.manual", "no downgrade"),
    Mutant("deductions lower what was set by hand", RULES, "or not rule.downgrade or standing.manual or", "or not rule.downgrade or", "downgrade"),
    Mutant("deductions lower what is kept for good", RULES, "standing.manual or rule.levels[level].kept:", "standing.manual:", "kept, downgrade"),
    Mutant("once by hand, always by hand", RULES, "level=level, manual=manual, computed", "level=level, manual=standing.manual or manual, computed", "any"),
    # How long
    Mutant("what is kept for good expires", RULES, "rule.method == Method.NEVER or rule.levels[level].kept\n", "rule.method == Method.NEVER\n", "kept"),
    Mutant("levels expire under the method never", RULES, "return level == LOWEST or rule.method == Method.NEVER or", "return level == LOWEST or", "never"),
    Mutant("a month more", RULES, "return later(begins, rule.validity_months, Unit.MONTHS)", "return later(begins, rule.validity_months + 1, Unit.MONTHS)", "months"),
    Mutant("rolling: nothing is valid that points do not hold", RULES, "or later(begins, rule.rolling_months, Unit.MONTHS)", "or later(begins, 1, Unit.MONTHS)", "rolling by hand"),
    Mutant("next_period: only until the end of this one", RULES, "[1] if rule.validity == Validity.NEXT_PERIOD else end", "[1] if False else end", "next period"),
    Mutant("a day by hand outlives the next action", RULES, "    return Step(replace(standing, expires=standing.computed), today)\n", "    return Step(standing, today)\n", "any"),
    # The expiry
    Mutant("a level expires a day late", RULES, "standing.expires is not None and standing.expires <= today:", "standing.expires is not None and standing.expires < today:", "any"),
    Mutant("one_down: by two levels", RULES, "return max(best, level - 1) if", "return max(best, level - 2, LOWEST) if", "one_down"),
    Mutant("one_down: as keep_highest", RULES, "if rule.method == Method.ONE_DOWN else best", "if False else best", "one_down"),
    Mutant("reset: as keep_highest", RULES, "    if rule.method == Method.RESET:\n        return LOWEST\n", "", "reset"),
    Mutant("reset: what was before counts on", RULES, "replace(standing, counts_from=on), Sums(", "standing, Sums(", "reset"),
    Mutant("no grace for a level", RULES, "if target < standing.level and rule.level_grace_days and", "if False and", "grace"),
    Mutant("a grace that never ends", RULES, "rule.level_grace_days and standing.grace is None:", "rule.level_grace_days:", "grace"),
    Mutant("a renewal in the grace is of its own day", RULES, "sums, today, standing.grace or today)", "sums, today, today)", "grace, months"),
    # Windows
    Mutant("a period begins a day after its date", WINDOWS, "return max(one for one in found if one <= day), min(one for one in found if one > day)", "return max(one for one in found if one < day), min(one for one in found if one >= day)", "calendar"),
    Mutant("the first day of a window is left out", WINDOWS, "for at, points in self.days.items() if at >= first)", "for at, points in self.days.items() if at > first)", "any"),
    Mutant("rolling: points leave a day late", WINDOWS, "while self._leaves(found) <= day:", "while self._leaves(found) < day:", "rolling"),
    Mutant("rolling: what is left is told wrong", WINDOWS, "            left -= points\n", "            left += points\n", "rolling"),
    Mutant("late: the grace is a day too long", WINDOWS, "(today - before[1]).days >= rule.points_grace_days", "(today - before[1]).days > rule.points_grace_days", "points grace"),
    Mutant("late: in the period before that one, too", WINDOWS, "before and before[0] <= day < before[1] else day", "before and day < before[1] else day", "two dates"),
    Mutant("late: everything counts on its own day", WINDOWS, "return today if is_over and", "return today if False and", "points grace"),
    Mutant("the period before goes on for a day", WINDOWS, "if first <= at < before[1]), NOTHING)", "if first <= at <= before[1]), NOTHING)", "late, next period"),
    Mutant("what came before the opt-in reaches a level late", WINDOWS, "    return None if found[0] == dt.date.min else found\n", "    return found\n", "next anniversary"),
    Mutant("an anniversary is always a year long", WINDOWS, "    if day < joined:\n        return dt.date.min, joined\n", "", "next anniversary"),
]  # fmt: skip


def _counts_points(one: Structure) -> bool:
    return one.type == "point_based" and one.account == "main" and not one.actions


HISTORIES: dict[str, Callable[[Structure], bool]] = {
    "any": lambda one: one.method == "keep_highest" and _counts_points(one),
    "without opt-in": lambda one: not one.initialise_at_opt_in and one.levels[0].threshold == 0 and bool(one.actions),
    "downgrade": lambda one: one.downgrade and _counts_points(one),
    "no downgrade": lambda one: not one.downgrade and _counts_points(one),
    "kept": lambda one: one.levels[1].kept_for_good and one.method != "never" and one.expiration != "none",
    "kept, downgrade": lambda one: one.levels[1].kept_for_good and one.downgrade and one.type != "invitation_only",
    "never": lambda one: one.method == "never" and one.expiration != "none" and _counts_points(one),
    "rolling": lambda one: one.expiration == "rolling" and one.validity is None and _counts_points(one),
    "rolling by hand": lambda one: one.rolling_months == 12 and one.validity is None and one.method == "keep_highest",
    "months": lambda one: one.validity == "months" and _counts_points(one),
    "next period": lambda one: one.validity == "next_period" and one.points_grace_days == 40 and _counts_points(one),
    "late, next period": lambda one: (
        one.validity == "next_period" and one.points_grace_days == 40 and one.method != "never"
    ),
    "one_down": lambda one: one.method == "one_down" and one.expiration in ("calendar", "rolling"),
    "reset": lambda one: one.method == "reset" and one.validity == "months" and _counts_points(one),
    "grace": lambda one: one.level_grace_days > 0 and one.method == "keep_highest" and _counts_points(one),
    "grace, months": lambda one: one.level_grace_days == 30 and one.validity == "months" and one.method != "never",
    "calendar": lambda one: one.expiration == "calendar" and _counts_points(one),
    "points grace": lambda one: one.expiration == "calendar" and one.points_grace_days > 0 and _counts_points(one),
    "two dates": lambda one: len(one.dates) == 2 and _counts_points(one),
    "anniversary": lambda one: one.expiration == "anniversary" and _counts_points(one),
    "next anniversary": lambda one: (
        one.expiration == "anniversary" and one.validity == "next_period" and one.points_grace_days > 0
    ),
}


@pytest.fixture(autouse=True)
def as_before(settings: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    settings.TIME_ZONE = "Europe/Berlin"
    monkeypatch.setattr(operations, "tiers_config", cache(tiers_config))
    savepoint = transaction.savepoint()
    yield
    transaction.savepoint_rollback(savepoint)
    programs._program = None


def live(history: str) -> None:
    fitting = (one for number in ROUNDS for one in structures(number) if HISTORIES[history](one))
    chosen = [replace(one, id=f"s{number}") for number, one in enumerate(islice(fitting, STRUCTURES))]
    Both(SETUPS[0], chosen, every=30).live(lives(history, MANY if history.startswith("late") else CUSTOMERS, chosen))


@pytest.mark.parametrize("history", HISTORIES)
def test_without_a_fault_lives_agree(history: str) -> None:
    live(history)


@pytest.mark.parametrize("mutant", MUTANTS, ids=lambda mutant: mutant.name)
def test_a_fault_in_the_rules_of_tiers_is_caught(mutant: Mutant) -> None:
    with planted(mutant), pytest.raises((AssertionError, DatabaseError, LookupError, TypeError, ValueError)):
        live(mutant.history)
