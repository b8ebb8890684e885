"""What rules ask of purchases by product, category and number: the first, the n-th, how many items; in any window."""

import random
from collections.abc import Callable
from typing import Any

import pytest

from customers.models import Customer
from segments.language.compiling import compile_rule
from segments.language.parsing import rule_of
from segments.language.printing import sentence_of
from segments.language.reading import read_rule
from segments.language.refusals import WrongRule
from segments.language.using import moves_by_day
from segments.language.vocabulary import read_vocabulary
from tests.segments.naive import Person
from tests.segments.peopled import BERLIN, TODAYS, configured, live, people, selected
from tests.segments.random_rules import RandomRules
from tests.segments.segmenting import START, buy, done, local

pytestmark = pytest.mark.django_db
Select = Callable[[str], set[str]]


def lines(*products: str, quantity: int = 1) -> list[dict[str, Any]]:
    return [
        {"product_id": one, "name": one, "product_category": f"{one}s", "quantity": quantity, "subtotal": 10}
        for one in products
    ]


@pytest.fixture
def select(settings: Any) -> Select:
    """Ann: a jug in May, mugs on 1 June, jug and mug on 5 June. Ben: mugs on 1 June. Eve: nothing. Today is 10 June."""
    settings.TIME_ZONE = "Europe/Berlin"
    for name in ("ann", "ben", "eve"):
        done("opt_in", local("2025-01-01"), name)
    buy("T-1", 10, local("2025-05-01"), items=lines("jug"))
    buy("T-2", 10, local("2025-06-01"), items=lines("MUG", quantity=3))
    buy("T-3", 20, local("2025-06-05"), items=lines("jug", "mug"))
    buy("T-4", 10, local("2025-06-01"), "ben", items=lines("mug"))
    vocabulary = read_vocabulary()

    def found(sentence: str) -> set[str]:
        rule = rule_of(sentence, vocabulary)
        assert sentence_of(rule, vocabulary) == sentence
        statement = compile_rule(rule, vocabulary, today=START.date(), zone=BERLIN)
        ids = selected(statement.sql, statement.params)
        return set(Customer.objects.filter(id__in=ids).values_list("public_id", flat=True))

    return found


@pytest.mark.parametrize(
    ("sentence", "expected"),
    [
        ("first purchase of product mug is on 2025-06-01", {"ann", "ben"}),
        ("first purchase of category mugs is in the last 5 days", set()),
        ("first purchase in the last 30 days is on 2025-06-01", {"ann", "ben"}),
        ("first purchase since 2025-06-02 is on 2025-06-05", {"ann"}),
        ("last purchase until 2025-06-04 is on 2025-06-01", {"ann", "ben"}),
        ("purchase number 2 is on 2025-06-01", {"ann"}),
        ("purchase number 2 of product mug is on 2025-06-05", {"ann"}),
        ("purchase number 2 of category jugs is on 2025-06-05", {"ann"}),
        ("purchase number 1 of product jug this month is on 2025-06-05", {"ann"}),
        ("purchase number 3 of product mug is empty", {"ann", "ben", "eve"}),
        ("bought as purchase number 1 of product mug", {"ben"}),
        ("bought as purchase number 1 of product jug", {"ann"}),
        ("bought as purchase number 1 of product mug this month", {"ann", "ben"}),
        ("bought as purchase number 3 of product jug of category jugs", {"ann"}),
        ("bought as purchase number 3 of product jug of category mugs", set()),
        ("bought as purchase number 2", {"ann"}),
        ("has not bought as purchase number 1 of product jug", {"ben", "eve"}),
        ("purchased items of product mug is at least 4", {"ann"}),
        ("purchased items of category jugs since 2025-06-01 is 1", {"ann"}),
        ("purchased items of product mug is 0", {"eve"}),
    ],
)
def test_the_first_and_nth_purchase_by_product_and_category_in_a_window(
    sentence: str, expected: set[str], select: Select
) -> None:
    assert select(sentence) == expected


def test_refunded_items_of_a_product_do_not_count_and_its_purchase_does(select: Select) -> None:
    done("refund_item", transaction_id="T-2", product_id="MUG", quantity=2)

    assert select("purchased items of product mug is 2") == {"ann"}
    assert select("bought as purchase number 2 of product mug") == {"ann"}


def test_a_window_that_moves_lets_members_go_at_midnight(select: Select) -> None:
    vocabulary = read_vocabulary()

    assert moves_by_day(rule_of("bought as purchase number 1 in the last 30 days", vocabulary), vocabulary)
    assert not moves_by_day(rule_of("bought as purchase number 1 since 2025-01-01", vocabulary), vocabulary)


@pytest.mark.parametrize("number", [0, -1, "one", None])
def test_a_number_of_no_purchase_is_refused_at_its_place(number: Any, select: Select) -> None:
    rule = {"fact": "purchases.bought_nth", "options": {"number": number}}

    with pytest.raises(WrongRule) as refused:
        read_rule(rule, read_vocabulary())
    assert refused.value.place.startswith("rule.options")


def test_random_rules_of_purchases_select_whom_a_plain_reading_selects(settings: Any) -> None:
    settings.TIME_ZONE = "Europe/Berlin"
    configured()
    vocabulary, chance = read_vocabulary(), random.Random(16)
    live(chance, people(chance, 24))
    made = RandomRules(chance, vocabulary)
    made.facts = [fact for fact in made.facts if fact.name.startswith("purchases.")]
    there = list(Customer.objects.exclude(status__in=("opted_out", "banned", "merged")))
    persons = [Person(one, TODAYS[0]) for one in there]
    asked = set[str]()
    for number in range(120):
        data, today = made.condition(), TODAYS[number % len(TODAYS)]
        asked.add(data["fact"])
        rule = read_rule(data, vocabulary)
        statement = compile_rule(rule, vocabulary, today=today, zone=BERLIN)
        for person in persons:
            person.today = today
        wanted = {one.customer.id for one in persons if one.holds(data)}
        assert selected(statement.sql, statement.params) == wanted, (sentence_of(rule, vocabulary), today)
        assert rule_of(sentence_of(rule, vocabulary), vocabulary) == rule
    assert asked == {fact.name for fact in made.facts}
