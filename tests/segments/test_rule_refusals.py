"""Hostile rules and hostile sentences are refused quickly, with the place and the cure; nothing that is typed becomes SQL."""

import datetime as dt
import time
from typing import Any

import pytest

from segments.language.compiling import compile_rule
from segments.language.parsing import complete, rule_of
from segments.language.printing import sentence_of
from segments.language.reading import read_rule
from segments.language.refusals import WrongRule
from segments.language.tree import to_json
from segments.language.vocabulary import Vocabulary, read_vocabulary
from tests.segments.peopled import BERLIN, configured, selected

pytestmark = pytest.mark.django_db
Json = Any
AGE: Json = {"fact": "customer.age", "op": "at_least", "value": 18}


@pytest.fixture
def vocabulary() -> Vocabulary:
    configured()
    return read_vocabulary()


def nested(depth: int) -> Json:
    found: Json = AGE
    for _ in range(depth):
        found = {"not": found}
    return found


HOSTILE = {
    "too deep": (nested(30), "rule.not.not.not.not.not.not.not.not", "nested too deeply"),
    "too wide": ({"all": [AGE] * 51}, "rule.all", "at most 50"),
    "too many conditions": ({"any": [{"all": [AGE] * 40}] * 3}, "rule.any[2].all[20]", "one condition too many"),
    "no object": ({"all": [AGE, "DROP TABLE"]}, "rule.all[1]", "must be an object"),
    "an unknown fact": ({"all": [AGE, {"fact": "customer.password"}]}, "rule.all[1].fact", "no known fact"),
    "a fact that is a list": ({"fact": ["customer.age"]}, "rule.fact", "no known fact"),
    "an unknown operator": ({**AGE, "op": "~*"}, "rule.op", "must be one of"),
    "an operator of another kind": ({**AGE, "op": "contains"}, "rule.op", "must be one of"),
    "a text for a number": ({**AGE, "value": "18 OR 1=1"}, "rule.value", "must be a number"),
    "a switch for a number": ({**AGE, "value": True}, "rule.value", "must be a number"),
    "an endless number": ({**AGE, "value": float("inf")}, "rule.value", "at most 15 digits"),
    "a huge list": ({"fact": "customer.country", "op": "in", "value": ["DE"] * 501}, "rule.value", "1 to 500"),
    "a long text": ({"fact": "customer.email", "op": "contains", "value": "(a+)+$" * 50}, "rule.value", "too long"),
    "a null character": ({"fact": "customer.email", "op": "is", "value": "a\x00b"}, "rule.value", "control characters"),
    "a half character": ({"fact": "customer.email", "op": "is", "value": "\ud800"}, "rule.value", "control characters"),
    "an impossible day": ({"fact": "customer.birth_date", "op": "on", "value": "2025-02-29"}, "rule.value", "must be a day"),
    "an endless window": ({"fact": "purchases.any", "window": {"last": 10**9}}, "rule.window.last", "1 to 3650"),
    "a window of a fact without one": ({**AGE, "window": {"last": 3}}, "rule.window", "leave it out"),
    "an unknown choice": ({"fact": "events.done", "options": {"action": "hack"}}, "rule.options.action", "none of the known"),
    "a missing option": ({"fact": "events.done"}, "rule.options.action", "is missing"),
    "a field of ours": ({**AGE, "sql": "1"}, "rule.sql", "leave it out"),
    "two kinds at once": ({"all": [], "any": [AGE]}, "rule.any", "leave it out"),
    "no parts": ({"any": []}, "rule.any", "at least one part"),
    "everyone inside": ({"not": {"all": []}}, "rule.not.all", "at least one part"),
}  # fmt: skip


@pytest.mark.parametrize("kind", HOSTILE)
def test_a_hostile_rule_is_refused_with_its_place_and_the_cure(kind: str, vocabulary: Vocabulary) -> None:
    data, place, message = HOSTILE[kind]

    with pytest.raises(WrongRule) as refused:
        read_rule(data, vocabulary)

    assert refused.value.place == place
    assert message in refused.value.message


SENTENCES = {
    "brackets without end": ("(" * 5_000 + "age is at least 18", "nested too deeply"),
    "contraries without end": ("not " * 3_000 + "age is at least 18", "nested too deeply"),
    "an open quotation": ('country is "DE', "close it"),
    "nothing": ("", "something is missing"),
    "half a condition": ("age is at least", "write a number"),
    "SQL": ("age is at least 18; DROP TABLE customers_customer", "“18;” is not expected here"),
    "too long": ("age is at least 18 and " * 2_000, "too long"),
    "a closing bracket too many": ("age is at least 18)", "“)” is not expected here"),
    "no window": ("points expiring is at least 5", "is missing"),
}  # fmt: skip


@pytest.mark.parametrize("kind", SENTENCES)
def test_a_hostile_sentence_is_refused_at_its_place_at_once(kind: str, vocabulary: Vocabulary) -> None:
    sentence, message = SENTENCES[kind]
    begin = time.perf_counter()

    with pytest.raises(WrongRule) as refused:
        rule_of(sentence, vocabulary)

    assert message in str(refused.value)
    assert time.perf_counter() - begin < 1


def test_a_sentence_is_refused_at_the_character_that_cannot_be_read(vocabulary: Vocabulary) -> None:
    with pytest.raises(WrongRule) as refused:
        rule_of("age is at least 18 and colour of eyes is blue", vocabulary)

    assert refused.value.place == "character 24"


def test_what_is_typed_is_bound_and_never_a_part_of_the_statement(vocabulary: Vocabulary) -> None:
    typed = "x'); DROP TABLE customers_customer; -- %(p0)s %s"
    rule = read_rule({"fact": "customer.first_name", "op": "contains", "value": typed}, vocabulary)

    statement = compile_rule(rule, vocabulary, today=dt.date(2025, 1, 1), zone=BERLIN)

    assert typed not in statement.sql
    assert typed in statement.params.values()
    assert selected(statement.sql, statement.params) == set()


def test_the_example_of_a_manager_is_read(vocabulary: Vocabulary) -> None:
    rule = rule_of("bought in the last 30 days and not in tier Gold", vocabulary)

    assert to_json(rule) == {
        "all": [
            {"fact": "purchases.any", "window": {"last": 30}},
            {"not": {"fact": "tiers.level", "options": {"level": "status/gold"}}},
        ]
    }
    assert sentence_of(rule, vocabulary) == "bought in the last 30 days and not in tier Gold"


def test_and_binds_closer_than_or_and_brackets_keep_their_group(vocabulary: Vocabulary) -> None:
    age, country = "age is at least 18", "country is DE"

    assert rule_of(f"{age} and {country} or {age}", vocabulary) == rule_of(
        f"({age} and {country}) or {age}", vocabulary
    )
    assert rule_of(f"({age} and {country}) and {age}", vocabulary) != rule_of(
        f"{age} and {country} and {age}", vocabulary
    )


@pytest.mark.parametrize(
    ("begun", "expected"),
    [
        ("bought in the l", "last"),
        ("age is at ", "least"),
        ("in tier Go", "Gold"),
        ("in tier Gold ", "and"),
        ("has done re", "Refund"),
        ("bought and cou", "country"),
        ("spendable points ", "in account"),
    ],
)
def test_completion_says_what_may_come_next(begun: str, expected: str, vocabulary: Vocabulary) -> None:
    found = complete(begun, vocabulary)

    assert any(expected in one for one in found), found
