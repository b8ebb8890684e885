"""Random histories against the model: the engine may differ from it in nothing."""

import os
from collections import Counter
from typing import Any

import pytest
from django.db import transaction
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, precondition, rule, run_state_machine_as_test

from loyalty.engine.programs import programs
from tests.examples import examples

from . import stored, world
from .both import Both, configure, incoming
from .histories import AT, SETUPS, WELL_FORMED, about_events, aimed, customers, malformed, well_formed
from .model import Sent, Setup

SEED = int(os.environ.get("LOYALTY_MODEL_SEED", "20260301"))
OPERATIONS, ROUNDS = 10_000, 10
# Of a run, some three of four are batches; the others change a status, or let time pass.
STEPS = 30
# A failure is reported as it came up: shrinking takes minutes. LOYALTY_MODEL_SHRINK=1 does it.
PHASES = [Phase.generate, *([Phase.shrink] if "LOYALTY_MODEL_SHRINK" in os.environ else [])]
CALM = settings(phases=PHASES, deadline=None, database=None, suppress_health_check=list(HealthCheck), print_blob=False)
CODES = {
    "160212", "5003", "112101", "110003", "160216", "120241", "112900", "10001", "101031", "103902", "112201", "112202",
    "112203", "112204", "114400", "114600", "0", "10002", "10003", "112210", "112211", "112212", "112213", "112214", "112215",
    "112216", "112217", "112218", "112910", "112911", "112920", "113402",
}  # fmt: skip
ACTIONS = {*WELL_FORMED, "pending_accept", "pending_reject", "point_expiration"}


class Histories(RuleBasedStateMachine):
    """One savepoint for each run; at each step a batch goes to both sides."""

    tally: Counter[str] = Counter()

    def __init__(self) -> None:
        super().__init__()
        self.savepoint = transaction.savepoint()
        self.accepted: list[Sent] = []

    @initialize(setup=st.sampled_from(SETUPS))
    def begin(self, setup: Setup) -> None:
        self.both = Both(setup, AT)
        self.send([Sent("ann", "opt_in", {}), Sent("bob", "opt_in", {"first_name": "Bob"}), Sent("cyd", "opt_in", {})])
        points = [Sent("ann", "point_add", {"points": 200}), Sent("bob", "point_add", {"points": "50"})]
        self.send([*points, Sent("ann", "point_add", {"points": 90}, "bonus")])

    def teardown(self) -> None:
        transaction.savepoint_rollback(self.savepoint)
        programs._program = None

    def send(self, batch: list[Sent]) -> None:
        for sent, code in zip(batch, self.both.send(batch), strict=True):
            self.tally[sent.action if code is None else str(code)] += 1
            self.tally["operations"] += 1
            if code is None:
                self.accepted.append(sent)
        self.tally["batches"] += 1

    @rule(data=st.data(), number=st.sampled_from([1, 4, 6, 8]))
    def send_what_fits(self, data: st.DataObject, number: int) -> None:
        self.send_some(data, number)

    def send_some(self, data: st.DataObject, number: int) -> None:
        self.send([data.draw(aimed(self.both.model)) for _ in range(number)])

    @rule(data=st.data(), number=st.sampled_from([9, 18, 24]))
    def send_more_of_what_fits(self, data: st.DataObject, number: int) -> None:
        for _ in range(3):
            self.send_some(data, number // 3)

    @rule(batch=st.lists(well_formed(), min_size=1, max_size=5))
    def send_anything(self, batch: list[Sent]) -> None:
        self.send(batch)

    @rule(data=st.data(), others=st.lists(well_formed(), max_size=2))
    def send_what_names_events(self, data: st.DataObject, others: list[Sent]) -> None:
        self.send([data.draw(about_events(self.both.model)), *others, data.draw(about_events(self.both.model))])

    @rule(good=st.lists(well_formed(), max_size=3), bad=st.lists(malformed(), min_size=1, max_size=3), data=st.data())
    def send_malformed_ones_among_others(self, good: list[Sent], bad: list[Sent], data: st.DataObject) -> None:
        self.send(data.draw(st.permutations([*good, *bad])))

    @precondition(lambda self: self.accepted)
    @rule(data=st.data(), new=st.lists(well_formed(), max_size=2))
    def send_accepted_ones_again(self, data: st.DataObject, new: list[Sent]) -> None:
        orders = [sent for sent in self.accepted if "transaction_id" in sent.data]
        again = data.draw(st.lists(st.sampled_from([*self.accepted[-40:], *orders[-40:]]), min_size=1, max_size=4))
        self.send([*again, *new])

    @rule(data=st.data(), nonce=st.integers(1, 5).map(lambda number: f"n{number}"))
    def send_a_signed_request_twice(self, data: st.DataObject, nonce: str) -> None:
        sent = data.draw(aimed(self.both.model))
        sent.nonce = nonce
        self.send([sent, sent] if data.draw(st.booleans()) else [sent])
        self.send([sent])

    @precondition(lambda self: any(sent.action == "checkout" for sent in self.accepted))
    @rule(data=st.data(), customer=customers)
    def send_a_receipt_of_somebody_else(self, data: st.DataObject, customer: str) -> None:
        orders = [sent for sent in self.accepted if sent.action == "checkout"]
        order = data.draw(st.sampled_from(orders))
        self.send([Sent(customer, "checkout", order.data, order.account)])

    @precondition(lambda self: self.accepted)
    @rule(data=st.data(), status=st.sampled_from(["suspended", "suspended", "active", "active", "inactive", "banned"]))
    def change_a_status(self, data: st.DataObject, status: str) -> None:
        name = data.draw(st.sampled_from(sorted(self.both.model.members)))
        self.both.set_status(name, status)

    @rule(days=st.sampled_from([1, 3, 10, 40, 300]))
    def let_time_pass(self, days: int) -> None:
        self.both.let_days_pass(days)
        self.tally["timers"] += 1


def run(examples: int, start: int) -> None:
    """Adds to the tally; `start`: the seed."""
    print(f"LOYALTY_MODEL_SEED={start}")
    run_state_machine_as_test(
        seed(start)(Histories), settings=settings(CALM, max_examples=examples, stateful_step_count=STEPS)
    )
    print(dict(Histories.tally.most_common()))


@pytest.fixture
def tally() -> Counter[str]:
    Histories.tally.clear()
    return Histories.tally


@pytest.mark.random
@pytest.mark.django_db
def test_random_batches_never_diverge_from_a_plain_model(tally: Counter[str]) -> None:
    run(examples(30), SEED)
    assert tally["operations"] >= 1_000


@pytest.mark.prove
@pytest.mark.django_db
def test_10_000_operations_reach_every_action_and_refusal_and_never_diverge(tally: Counter[str]) -> None:
    """How much a seed reaches differs: another round with the next one until all is reached."""
    for number in range(ROUNDS):
        run(50, SEED + number)
        unreached = (CODES | ACTIONS) - set(tally)
        if tally["operations"] >= OPERATIONS and not unreached:
            break
    assert tally["operations"] >= OPERATIONS
    assert not unreached


@pytest.mark.django_db
@seed(SEED)
@pytest.mark.random
@settings(CALM, max_examples=examples(30))
@given(
    setup=st.sampled_from(SETUPS),
    batch=st.lists(st.one_of(well_formed(), malformed()), min_size=4, max_size=30),
    cuts=st.sets(st.integers(1, 29), min_size=1, max_size=6),
)
def test_splitting_a_batch_differently_never_changes_the_end_state(
    setup: Setup, batch: list[Sent], cuts: set[int]
) -> None:
    whole, split = _sent_in(setup, batch, {0}), _sent_in(setup, batch, {0, *cuts})
    assert whole == split


def _sent_in(setup: Setup, batch: list[Sent], cuts: set[int]) -> tuple[Any, ...]:
    savepoint, outcomes = transaction.savepoint(), []
    configure(setup)
    starts = sorted(cuts)
    for start, end in zip(starts, [*starts[1:], len(batch)], strict=True):
        outcomes += world.send(*map(incoming, batch[start:end]), at=AT)
    found = stored.end_state()[0], world.counts(), world.codes(outcomes)
    transaction.savepoint_rollback(savepoint)
    return found
