"""Requests made out of the description, signed, against a real server: every answer is one that it describes."""

from pathlib import Path

from tests.api.docs.schemathesis_run import run


def test_every_operation_answers_as_described(committed_db: None, tmp_path: Path) -> None:
    """`make prove` sends many more."""
    assert run(tmp_path, cases=4, phases="examples,fuzzing").total() > 100
