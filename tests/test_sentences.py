"""Refusals are sentences for people: programs go by code and field, and no code of ours reads what a sentence says."""

import ast
import re
from collections.abc import Iterator

import pytest

from loyalty.forms.refusals import Words, in_words
from loyalty.refusals import MissingField, Refused, WrongField
from tests.test_conventions import ROOT, python_files

SENTENCES = {"message", "predicate", "sentence"}


def caught(tree: ast.AST) -> set[str]:
    """The names under which the file catches refusals."""
    return {
        node.name
        for node in ast.walk(tree)
        if isinstance(node, ast.ExceptHandler) and node.name and "Refused" in ast.unparse(node.type or node)
    }


def is_sentence(node: ast.AST, names: set[str]) -> bool:
    if isinstance(node, ast.Attribute):
        return node.attr in SENTENCES
    if not (isinstance(node, ast.Call) and getattr(node.func, "id", "") == "str" and len(node.args) == 1):
        return False
    return isinstance(node.args[0], ast.Name) and node.args[0].id in names | {"refusal", "refused"}


def readings(source: str) -> Iterator[int]:
    """The lines that compare a sentence, search it, or take it apart."""
    tree = ast.parse(source)
    names = caught(tree)
    for node in ast.walk(tree):
        read: list[ast.expr] = []
        if isinstance(node, ast.Compare):
            read = [node.left, *node.comparators]
        elif isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            is_pattern = ast.unparse(node.func.value) == "re" or node.func.attr in {
                "search",
                "match",
                "fullmatch",
                "findall",
            }
            read = [node.func.value, *(node.args if is_pattern else ())]
        elif isinstance(node, ast.Subscript):
            read = [node.value]
        elif isinstance(node, ast.Match):
            read = [node.subject]
        if any(is_sentence(one, names) for one in read):
            yield read[0].lineno


@pytest.mark.parametrize(
    "line",
    [
        "refusal.message == 'Customer already exists'",
        "\"'email'\" in refusal.message",
        "re.search(r'items', refusal.message)",
        "PATTERN.findall(refusal.message)",
        "refusal.message.startswith('Invalid action')",
        "str(refusal).partition(':')",
        "error.message[:8]",
        "try:\n    pass\nexcept Refused as found:\n    if str(found) == 'No': pass",
    ],
)
def test_a_planted_reading_is_found(line: str) -> None:
    assert list(readings(line))


def test_nothing_reads_what_a_refusal_says() -> None:
    found = [f"{path.relative_to(ROOT)}:{line}" for path in python_files() for line in readings(path.read_text())]

    assert found == []


def test_whatever_names_an_attribute_says_its_field() -> None:
    """In quotes, as messages do."""
    silent = [
        f"{path.relative_to(ROOT)}:{node.lineno}"
        for path in python_files()
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "Refused"
        if re.search(r"'[\w{}\[\]]+'", "".join(map(ast.unparse, node.args[1:])).strip("'\""))
        if not any(keyword.arg == "field" for keyword in node.keywords)
    ]

    assert silent == []


def test_a_refusal_of_a_part_names_its_place() -> None:
    found = WrongField("price", "must be a number").within("items[0]")
    assert (found.field, found.message, str(found)) == (
        "items[0].price", "items[0]: 'price' must be a number", "items[0]: 'price' must be a number",
    )  # fmt: skip
    whole = Refused(0, "This is no item").within("items[1]")
    assert (whole.field, whole.message) == ("items[1]", "items[1]: This is no item")
    assert in_words(whole) == "This is no item"


def test_pages_put_their_label_in_front_of_what_is_wrong() -> None:
    past = WrongField("expdate", "must not be in the past")
    assert in_words(past, "Expiration date") == "“Expiration date” must not be in the past."
    assert in_words(past.within("items[0]")) == "“Expdate” must not be in the past."
    assert in_words(MissingField("birth_date")) == "“Birth date” is required."
    assert MissingField("birth_date").message == "'birth_date' property is required"


def test_pages_may_have_words_of_their_own_by_code_or_by_code_and_field() -> None:
    words: Words = {10001: "Once only.", (10001, "referred"): "%(label)s was brought before."}
    assert in_words(Refused(10001, "No", field="question"), "Question", words) == "Once only."
    assert in_words(Refused(10001, "No", field="referred"), "Friend", words) == "Friend was brought before."
    assert in_words(Refused(120241, "Not enough points"), "", words) == "Not enough points"
