"""Answers to profiling questions: stored in the profile, rewarded once for each question. Pure."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from customers.fields.reserved import ABOUT_THE_EVENT, SECRETS
from loyalty.engine import values
from loyalty.engine.batch import Batch
from loyalty.engine.events import Incoming, Ref
from loyalty.engine.mechanism import Circumstances
from loyalty.engine.program import Program
from loyalty.engine.rows import EventRow
from loyalty.engine.state import Part, State
from loyalty.identifiers import normal
from loyalty.refusals import MissingField, Refused, WrongField

from .actions import MAX_QUESTION
from .attributes import _claims_in, _take_over

ANSWER = "profiling_answer"


def _put_answered(state: State, row: Sequence[Any]) -> None:
    """As the event was sent: brought into the form in which questions are compared. Of an erased one nothing is left."""
    texts = (values.text({"question": text}, "question") for text in row[1:])
    if question := next(filter(None, texts), None):
        state.part("answered")[question] = question


# What was answered before, by question: read only where the type says that a question is answered once.
ANSWERED = Part(
    "answered",
    "SELECT family.survivor, e.data ->> 'question', e.data ->> 'attribute' FROM {family} family"
    f" JOIN events_event e ON e.customer_id = family.id WHERE e.action = '{ANSWER}'",
    _put_answered,
)


def profiling_answer(event: EventRow, state: State, batch: Batch) -> None:
    """The answer becomes the customer's attribute, as a profile event would say it; once a question if the type says so."""
    question = _question(event.data)
    if batch.program.event_rules[ANSWER].one_time:
        if question in state.part("answered"):
            raise Refused(10001, "This action cannot be repeated: 'question' was answered before", field="question")
        batch.put(state.part("answered"), question, question)
    answer = _answer(event.data)
    try:
        _take_over(answer, event, state, batch)
    except WrongField as refusal:
        refusal.field = "answer"
        raise
    if isinstance(named := answer.get("referrer"), str):
        # In the one form, by which an erasure finds what others say of a person.
        event.data = {**event.data, "answer": normal(named)}


def _question(data: Mapping[str, Any]) -> str:
    found = values.text(data, "question", limit=MAX_QUESTION) or values.text(data, "attribute", limit=MAX_QUESTION)
    if found is None:
        raise MissingField("attribute")
    return found


def _answer(data: Mapping[str, Any]) -> dict[str, Any]:
    """{attribute: answer}; without an attribute the question is one."""
    name = values.text(data, "attribute", limit=MAX_QUESTION) or _question(data)
    if name in ABOUT_THE_EVENT | SECRETS:
        raise WrongField("attribute", "must be a field of the customer")
    if "answer" not in data:
        raise MissingField("answer")
    return {name: data["answer"]}


def claims_of_answer(incoming: Incoming, program: Program) -> Iterable[Ref]:
    try:
        return _claims_in(_answer(incoming.data), program)
    except Refused:
        return []


def answers_before(incoming: Incoming, known: Circumstances) -> Iterable[Part]:
    return (ANSWERED,) if known.program.event_rules[ANSWER].one_time else ()
