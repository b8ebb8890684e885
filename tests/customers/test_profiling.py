"""An answer to a question becomes an attribute of the customer, read as a profile event would, and earns its points."""

from typing import Any

import pytest

from customers.models import Customer
from customers.profiling import ANSWERED
from loyalty.engine.events import Incoming
from loyalty.engine.state import State
from tests.engine.world import accepted, check_books, codes, counts, event, merging, rows, send, spendable

pytestmark = pytest.mark.django_db
FIELD = (
    "INSERT INTO customers_field (slug, name, labels, description, type, format, options, searchable, external_id,"
    " read_only, personal, position, active, factory) VALUES"
    " ('{}', 'F', '{{}}', '', '{}', '', '{}', false, {}, {}, true, 0, true, false)"
)


@pytest.fixture(autouse=True)
def ann(db: None) -> None:
    """A member; an answer earns 5 points."""
    rows("UPDATE events_eventtype SET default_points = 5 WHERE action = 'profiling_answer'")
    rows(FIELD.format("style", "select", "{casual,formal}", "false", "false"))
    rows(FIELD.format("card", "string", "{}", "true", "false"))
    rows(FIELD.format("segment", "string", "{}", "false", "true"))
    accepted(event("ann", "opt_in"), event("bob", "opt_in", card="1"))


def answer(attribute: Any, value: Any, **data: Any) -> Incoming:
    return event("ann", "profiling_answer", attribute=attribute, answer=value, **data)


def test_an_answer_sets_the_attribute_and_earns_its_points() -> None:
    accepted(answer("style", "casual", question="q1"), answer("first_name", "Ann"), answer("shoe_size", 38))
    ann = Customer.objects.get(public_id="ann")
    assert (ann.first_name, ann.properties) == ("Ann", {"style": "casual", "shoe_size": 38})
    assert spendable("ann") == 15
    check_books()


def test_without_an_attribute_the_question_is_one() -> None:
    accepted(event("ann", "profiling_answer", question="style", answer="formal"))
    assert Customer.objects.get(public_id="ann").properties == {"style": "formal"}


def test_an_answer_claims_an_external_id() -> None:
    accepted(answer("card", "77"))
    accepted(Incoming("77", "point_add", {"points": 1}, scheme="card"))
    assert spendable("ann") == 6


@pytest.mark.parametrize(
    ("data", "code", "said"),
    [
        ({}, 0, "'attribute' property is required"),
        ({"attribute": "style"}, 0, "'answer' property is required"),
        ({"attribute": "style", "answer": "sporty"}, 0, "'style' must be one of: casual, formal"),
        ({"attribute": "birth_date", "answer": "soon"}, 0, "'birth_date' must be a date such as 2026-12-31"),
        ({"attribute": "segment", "answer": "A"}, 113402, "'segment' is read-only: leave it out"),
        (
            {"attribute": "status", "answer": "active"},
            113402,
            "'status' cannot be set by an event: leave it out, or give an attribute of yours another name",
        ),
        ({"attribute": "points", "answer": 5}, 0, "'attribute' must be a field of the customer"),
        ({"attribute": "facebook_access_token", "answer": "x"}, 0, "'attribute' must be a field of the customer"),
        ({"attribute": "card", "answer": "1"}, 112102, "'card' belongs to another customer"),
        ({"attribute": "a" * 65, "answer": "1"}, 0, "'attribute' must have at most 64 characters"),
        ({"question": ["q"], "answer": "1"}, 0, "'question' must be a text"),
    ],
)
def test_what_is_no_answer(data: dict[str, Any], code: int, said: str) -> None:
    before = counts()
    [outcome] = send(Incoming("ann", "profiling_answer", data))
    assert outcome.error is not None
    assert (outcome.error.code, outcome.error.message) == (code, said)
    assert counts() == before


@pytest.mark.parametrize("asked", ["Ha\u0301ny e\u0301ves?", "Hány éves?\u00a0", "\tHány éves?\n", " Hány éves? "])
def test_a_question_is_answered_once_in_whatever_form_it_is_sent(asked: str) -> None:
    rows("UPDATE events_eventtype SET one_time = true WHERE action = 'profiling_answer'")
    accepted(answer("style", "casual", question=asked))

    assert codes(send(answer("style", "formal", question=asked))) == [10001]
    assert codes(send(answer("style", "formal", question="Hány éves?"))) == [10001]


def test_each_question_is_answered_once_if_the_type_says_so() -> None:
    accepted(answer("style", "casual", question="q1"), answer("style", "formal", question="q1"))
    rows("UPDATE events_eventtype SET one_time = true WHERE action = 'profiling_answer'")
    found = send(
        answer("style", "casual", question=" q1 "),
        answer("style", "casual", question="q2"),
        answer("style", "casual", question="q2"),
        answer("style", "casual"),
        answer("style", "formal"),
    )
    assert codes(found) == [10001, None, 10001, None, 10001]
    assert spendable("ann") == 20
    # What a profile that was merged into the customer has answered counts, too.
    accepted(merging("ann", "bob"))
    assert codes(send(event("bob", "profiling_answer", question="q1", attribute="style", answer="casual"))) == [10001]


def test_of_an_answer_of_which_nothing_is_left_nothing_is_read() -> None:
    """As of somebody who was erased: whoever reads it is not stopped by it."""
    state = State(None, exists=True)
    for said in ((None, None), ("  ", None), (None, " style ")):
        ANSWERED.put(state, (1, *said))

    assert state.part("answered") == {"style": "style"}
