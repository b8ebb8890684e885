"""Lists have one language: each is narrowed by a `ListFilters`, whose filters know their column and read their value."""

import ast
import re
from collections.abc import Iterator
from importlib import import_module

from django_filters import Filter

from events.api.display.docs import SEARCH_MANY_TRANSACTIONS
from events.api.display.filters import TransactionFilters
from loyalty.database.filters import ListFilters
from tests.house.sources import modules, tree_of

NAMED = re.compile(r"Filters?(Form)?$|Criteri|Condition|Narrow")
# Rules of segments, which are stored, printed, and compiled into one statement over the facts of all rooms.
RULES = frozenset(
    {
        "loyalty.facts.kinds.AttributeCondition",
        "segments.language.conditions.Conditions",
        "segments.language.tree.Condition",
    }
)
# Rows that are no queryset: ranges of indexes that are merged, or a ledger that is summed in SQL.
NO_QUERYSET = frozenset(
    {
        "customers.directory.pages.ShownFilter",
        "customers.directory.search.Filters",
        "customers.directory.search.ListFilter",
        "loyalty.points.history.forms.HistoryFilter",
        "loyalty.points.history.queries.Filters",
        "loyalty.trail.filters.TrailFilter",
        "loyalty.trail.queries.Filters",
    }
)
# Forms with labels and with choices that depend on who looks, whose pages narrow by them.
FORMS = frozenset({"events.timeline.forms.FilterForm", "events.transactions.forms.TransactionFilterForm"})


def declarations() -> Iterator[str]:
    """What is called as if it said what a list is narrowed by, and is neither a `ListFilters` nor a filter of one."""
    for name, path in modules().items():
        for node in ast.walk(tree_of(path)):
            if isinstance(node, ast.ClassDef) and NAMED.search(node.name) and not _is_of_the_language(name, node.name):
                yield f"{name}.{node.name}"


def _is_of_the_language(module: str, name: str) -> bool:
    return issubclass(getattr(import_module(module), name), ListFilters | Filter)


def translations(tree: ast.AST) -> Iterator[ast.Call]:
    """Names of columns that are made of what was sent: `.filter(**asked)`, `Q(**{name: value})`."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and any(one.arg is None for one in node.keywords):
            name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
            if name in {"filter", "exclude", "Q"}:
                yield node


def speaks_the_wire(name: str) -> bool:
    return {"api", "entities"} & set(name.split(".")) != set()


def test_every_list_is_narrowed_by_list_filters_but_for_those_that_are_named_here() -> None:
    assert sorted(declarations()) == sorted(RULES | NO_QUERYSET | FORMS)


def test_the_search_by_post_has_a_grammar_of_its_own_but_no_fields_of_its_own() -> None:
    """Its body may have numbers and lists, which the filters of the list by GET read as well."""
    assert SEARCH_MANY_TRANSACTIONS.body_schema
    named = SEARCH_MANY_TRANSACTIONS.body_schema["properties"].keys() - {"limit", "offset"}

    assert named <= TransactionFilters.base_filters.keys()
    asked = TransactionFilters.asked({"id.in": ["R-1", 2], "status": "accepted"})
    assert not asked.unmeant


def test_what_an_api_is_asked_becomes_a_column_in_filters_only() -> None:
    found = {name for name, path in modules().items() if speaks_the_wire(name) and any(translations(tree_of(path)))}

    assert found
    assert {name for name in found if name.rpartition(".")[2] not in {"filters", "compared"}} == set()


def test_a_second_language_would_be_seen() -> None:
    """Else the rules above would hold of nothing."""
    written = "rows.filter(**asked)\nQ(**{f'{column}__{operator}': value})\nrows.filter(status=status)"

    assert len(list(translations(ast.parse(written)))) == 2
    assert NAMED.search("Criterion")
    assert NAMED.search("TransactionFilterForm")
    assert speaks_the_wire("loyalty.accounts.entities")
