"""Thousands of requests made out of the description, signed, against a real server."""

import json
from collections import Counter
from pathlib import Path

import pytest

from loyalty.api.docs.openapi import document
from tests.api.docs.schemathesis_run import SEED, run

pytestmark = pytest.mark.prove


def test_no_answer_differs_from_the_description(committed_db: None, tmp_path: Path) -> None:
    answers = run(tmp_path, cases=60, phases="examples,coverage,fuzzing,stateful")

    statuses: Counter[str] = Counter()
    for answer, number in answers.items():
        statuses[answer.rpartition(" ")[2]] += number
    print(f"\nSchemathesis, seed {SEED}: {answers.total()} answers, {dict(statuses.most_common())}")
    operations = {f"{method.upper()} {path}" for path, methods in document()["paths"].items() for method in methods}
    # Only what was let in can show an ignored signature or a wrong answer.
    assert {answer.removesuffix(" 200") for answer in answers if answer.endswith(" 200")} == operations


@pytest.mark.parametrize("wrong", ["answer", "status"])
def test_a_wrong_description_is_found(committed_db: None, tmp_path: Path, wrong: str) -> None:
    """The control."""
    told = json.loads(json.dumps(document()))
    if wrong == "answer":
        told["components"]["schemas"]["Count"]["properties"]["active"] = {"type": "string"}
        path, found = "/customers/-/count", "Response violates schema"
    else:
        path, found = "/erasures/{reference}", "Undocumented status code"
        del told["paths"][path]["get"]["responses"]["404"]

    with pytest.raises(AssertionError, match=found):
        run(tmp_path, cases=10, phases="examples,fuzzing", told=told, path=path)
