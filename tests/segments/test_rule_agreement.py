"""Random rules over random people: the compiled statement and a plain reading of the page select the same customers, and each
rule's sentence is read back to the same rule."""

import os
import random
from typing import Any

import pytest

from customers.models import Customer
from segments.language.compiling import compile_rule
from segments.language.parsing import rule_of
from segments.language.printing import sentence_of
from segments.language.reading import read_rule
from segments.language.tree import to_json
from segments.language.vocabulary import Vocabulary, read_vocabulary
from tests.segments.naive import Person
from tests.segments.peopled import BERLIN, TODAYS, configured, live, people, selected
from tests.segments.random_rules import RandomRules

pytestmark = pytest.mark.django_db
GONE = ("opted_out", "banned", "merged")


@pytest.fixture
def vocabulary(settings: Any) -> Vocabulary:
    settings.TIME_ZONE = "Europe/Berlin"
    configured()
    return read_vocabulary()


def agree(vocabulary: Vocabulary, seed: int, number: int) -> tuple[int, int]:
    """How many rules selected somebody but not everybody, and how many there were."""
    chance = random.Random(seed)
    live(chance, people(chance))
    there = list(Customer.objects.exclude(status__in=GONE))
    persons = {today: [Person(one, today) for one in there] for today in TODAYS}
    made, telling = RandomRules(chance, vocabulary), 0
    for _ in range(number):
        data, today = made.rule(), chance.choice(TODAYS)
        rule = read_rule(data, vocabulary)
        statement = compile_rule(rule, vocabulary, today=today, zone=BERLIN)
        found = selected(statement.sql, statement.params)
        wanted = {one.customer.id for one in persons[today] if one.holds(data)}
        sentence = sentence_of(rule, vocabulary)
        assert found == wanted, (sentence, today, data)
        assert rule_of(sentence, vocabulary) == rule, (sentence, data)
        assert read_rule(to_json(rule), vocabulary) == rule
        few = chance.sample(there, 5)
        scoped = compile_rule(rule, vocabulary, today=today, zone=BERLIN, only=[one.id for one in few])
        assert selected(scoped.sql, scoped.params) == wanted & {one.id for one in few}, (sentence, "of a few")
        telling += 0 < len(found) < len(there)
    return telling, number


def test_random_rules_select_whom_a_plain_reading_of_the_page_selects(vocabulary: Vocabulary) -> None:
    telling, number = agree(vocabulary, random.randrange(10**6) if "EXAMPLES" in os.environ else 7, 150)

    assert telling > number // 3


@pytest.mark.prove
def test_two_thousand_random_rules_select_whom_a_plain_reading_of_the_page_selects(vocabulary: Vocabulary) -> None:
    telling, number = agree(vocabulary, 2_026, 2_000)

    assert telling > number // 3
