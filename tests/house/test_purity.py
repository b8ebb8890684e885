"""Rules are pure: what decides sees values only, so that it can be tried, replayed and explained without a database."""

import ast
from functools import cache

import pytest

from tests.house.sources import imports_of, modules, tree_of

PURE_NAMES = {"mechanism", "rows", "rules", "moves", "refunds"}
# Choices are values, though Django keeps their type beside the models.
VALUES = {"TextChoices", "IntegerChoices"}


def says_pure(name: str) -> bool:
    text = ast.get_docstring(tree_of(modules()[name])) or ""
    return name.rpartition(".")[2] in PURE_NAMES or text.rstrip().endswith("Pure.") or "Pure." in text.split("\n")[0]


@cache
def reached(name: str) -> frozenset[str]:
    """The module and all of ours that it imports, directly or not."""
    found, waiting = set[str](), [name]
    while waiting:
        one = waiting.pop()
        if one in found or one not in modules():
            continue
        found.add(one)
        for module, imported in imports_of(modules()[one]):
            waiting += [module, f"{module}.{imported}"]
    return frozenset(found)


def touches_the_database(name: str) -> bool:
    if name.rpartition(".")[2] == "models":
        return True
    return any(
        module.startswith("django.db") and not (module == "django.db.models" and imported in VALUES)
        for module, imported in imports_of(modules()[name])
    )


@pytest.mark.parametrize("name", sorted(name for name in modules() if says_pure(name)))
def test_what_decides_reaches_no_table_and_no_database(name: str) -> None:
    assert sorted(filter(touches_the_database, reached(name))) == []


def test_there_are_modules_that_decide() -> None:
    """Else the rule above would hold of nothing."""
    pure = {name for name in modules() if says_pure(name)}

    assert {"loyalty.points.ledger.moves", "events.orders.refunds", "customers.mechanism", "loyalty.calendar"} <= pure


def test_a_rule_that_opened_the_database_would_be_seen() -> None:
    assert touches_the_database("loyalty.points.ledger.queries")
    assert touches_the_database("customers.models")
    assert "customers.models" in reached("customers.queries")
