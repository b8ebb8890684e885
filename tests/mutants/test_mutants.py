"""Faults planted one at a time: each must be caught by a short history that is aimed at it, or by the random machine."""

from collections import Counter
from collections.abc import Iterator
from typing import Any

import pytest
from django.db import DatabaseError, transaction
from hypothesis import seed, settings
from hypothesis.stateful import run_state_machine_as_test

from loyalty.engine.programs import programs
from tests.engine.both import Both
from tests.engine.histories import AT
from tests.engine.model import Sent
from tests.engine.test_model import CALM, SEED, Histories

from .planting import Mutant, Stale, planted
from .scripts import LIST, Script
from .table import ACTIONS, CODES, MUTANTS

pytestmark = [pytest.mark.prove, pytest.mark.django_db]
RANDOM = settings(CALM, max_examples=20, stateful_step_count=20)


@pytest.fixture(autouse=True)
def as_before() -> Iterator[None]:
    savepoint = transaction.savepoint()
    yield
    transaction.savepoint_rollback(savepoint)
    programs._program = None


def play(script: Script) -> None:
    both = Both(script.setup, AT)
    for step in script.steps:
        if isinstance(step, int):
            both.let_days_pass(step)
        elif isinstance(step, tuple):
            both.set_status(*step)
        else:
            both.send([with_ids(sent, both) for sent in step])


def with_ids(sent: Sent, both: Both) -> Sent:
    """The IDs of events that are there, in the place of their numbers."""

    def known(value: Any) -> Any:
        if isinstance(value, list):
            return [known(one) for one in value]
        is_number = isinstance(value, str) and value.startswith("@")
        return str(both.model.members[sent.customer].ids[int(value[1:])]) if is_number else value

    data = {name: known(value) for name, value in sent.data.items()}
    return Sent(sent.customer, sent.action, data, sent.account, sent.nonce, sent.guest)


@pytest.mark.parametrize("name", LIST)
def test_without_a_fault_a_history_goes_through(name: str) -> None:
    play(LIST[name])


def is_caught(mutant: Mutant) -> str:
    """By what: its own history, or the random ones; empty if by nothing."""
    with planted(mutant):
        savepoint = transaction.savepoint()
        try:
            play(LIST[mutant.history])
        except (AssertionError, ArithmeticError, AttributeError, DatabaseError, LookupError, TypeError):
            return "history"
        finally:
            transaction.savepoint_rollback(savepoint)
            programs._program = None
        try:
            run_state_machine_as_test(seed(SEED)(Histories), settings=RANDOM)
        except Exception:
            return "machine"
    return ""


def test_every_planted_fault_is_caught() -> None:
    by = {mutant.name: is_caught(mutant) for mutant in MUTANTS}
    unnoticed = [name for name, what in by.items() if not what]
    print(f"caught {len(by) - len(unnoticed)} of {len(by)} faults: {dict(Counter(by.values()))}")
    assert not unnoticed


def test_there_is_a_fault_for_each_action_and_refusal() -> None:
    about = {mutant.name.partition(":")[0] for mutant in MUTANTS}
    assert not {*ACTIONS, *CODES} - about
    assert len({mutant.name for mutant in MUTANTS}) == len(MUTANTS)


def test_a_fault_whose_place_is_gone_is_no_silent_success() -> None:
    with pytest.raises(Stale), planted(Mutant("gone", "events/orders/refunds.py", "no such text", "", "people")):
        pass
