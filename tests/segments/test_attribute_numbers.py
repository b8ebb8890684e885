"""What is no number is missing, whatever PostgreSQL reads as one; and what is no day, too."""

from typing import Any

import pytest

from customers.fields.models import Field
from segments.language.compiling import compile_rule
from segments.language.parsing import rule_of
from segments.language.vocabulary import read_vocabulary
from tests.engine.world import rows
from tests.segments.peopled import BERLIN, selected
from tests.segments.segmenting import START, done

pytestmark = pytest.mark.django_db


def selects(sentence: str) -> bool:
    vocabulary = read_vocabulary()
    statement = compile_rule(rule_of(sentence, vocabulary), vocabulary, today=START.date(), zone=BERLIN)
    return bool(selected(statement.sql, statement.params))


@pytest.mark.parametrize(
    ("score", "is_number"),
    [(7, True), ("7", True), ("7.5", True), (" 8 ", True), ("1e3", True), ("NaN", False), ("nan", False),
     ("Infinity", False), ("+inf", False), ("-Infinity", False), ("9e131071", False), ("many", False), ("", False)],
)  # fmt: skip
def test_an_attribute_that_is_no_number_is_missing(score: Any, is_number: bool) -> None:
    done("opt_in")
    done("login", score=score)
    done("login", score=score)

    assert selects("has done login where score is at least 5") == is_number
    assert not selects("has done login where score is less than 5")
    assert selects("has done login where score is not 7") == (score not in (7, "7"))
    assert selects("sum of attribute score of login is at least 5") == is_number


@pytest.mark.parametrize(
    ("kept", "is_day"), [("2025-06-09", True), ("infinity", False), ("today", False), ("soon", False)]
)
@pytest.mark.parametrize("type", ["date", "datetime"])
def test_a_value_from_before_a_field_was_of_days_is_missing_unless_it_is_one(
    type: str, kept: str, is_day: bool
) -> None:
    Field.objects.create(slug="joined_on", name="Joined on", type=type)
    done("opt_in")
    rows("UPDATE customers_customer SET properties = jsonb_build_object('joined_on', %s::text)", [kept])

    assert selects("field joined_on is not empty") == is_day
    assert selects("field joined_on is after 2025-01-01") == is_day
