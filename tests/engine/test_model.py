"""Random batches against the model: the engine may differ from it in nothing."""

import datetime as dt
import os
from collections import Counter
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from django.db import transaction
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, precondition, rule, run_state_machine_as_test

from loyalty.engine import record
from loyalty.engine.types import Incoming, Outcome

from . import model, world
from .model import Earning, Model, Refusal, Sent, Setup

SEED = int(os.environ.get("LOYALTY_MODEL_SEED", "20260301"))
BATCHES = 500
# Of a run, seven or eight are batches; the others change a status.
STEPS = 12
# A failure is reported as it came up: shrinking takes minutes. LOYALTY_MODEL_SHRINK=1 does it.
PHASES = [Phase.generate, *([Phase.shrink] if "LOYALTY_MODEL_SHRINK" in os.environ else [])]
CALM = settings(phases=PHASES, deadline=None, database=None, suppress_health_check=list(HealthCheck), print_blob=False)

RATES = {"HUF": "0.25", "USD": "33.3333"}
SETUPS = [
    Setup(
        auto, {"main": main, "bonus": bonus, "plain": None},
        {"review": (5, False), "welcome": (20, True), "visit": (0, False)}, negative=negative,
    )
    for auto, negative in (("off", frozenset()), ("checkout", frozenset({"main"})), ("any", frozenset({"bonus", "plain"})))
    for main, bonus in (
        (Earning("transaction", "nearest", "100", RATES), Earning("item", "up", "10")),
        (Earning("item", "down", "12.5", RATES), Earning("transaction", "up", "0.01")),
        (Earning("item", "nearest", "0", RATES), Earning("transaction", "down", "99.9999")),
    )
]  # fmt: skip

customers = st.sampled_from(["ann", "bob", "cyd", "dan"])
accounts = st.sampled_from([None, None, None, "main", "bonus", "plain"])
points = st.one_of(st.integers(1, 60), st.integers(1, 60).map(str), st.sampled_from(["12.00", Decimal("7"), " 9 "]))
amounts = st.one_of(
    st.integers(0, 99), st.integers(0, 9999).map(lambda n: Decimal(n) / 100), st.sampled_from(["10.50", "0.005", ""])
)
currencies = st.sampled_from(["HUF", "usd", "EUR", "GBP"])
transactions = st.one_of(st.integers(10, 60).map(lambda n: f"t{n}"), st.sampled_from(["t1", " t1 ", 7, "7"]))
backdating = st.sampled_from([3600, 86_400, 900_000])
names = st.sampled_from(["Ann", " Bő ", "", "O'Neil", 5, None])


def some(**optional: st.SearchStrategy[Any]) -> st.SearchStrategy[dict[str, Any]]:
    return st.fixed_dictionaries({}, optional=optional)


profiles = some(
    first_name=names, last_name=names, email=st.sampled_from(["a@b.hu", ""]), language=st.sampled_from(["hu", "en"]),
    country=st.sampled_from(["hu", "AT", None]), currency=currencies, birth_date=st.sampled_from(["1990-02-28", ""]),
    shoe_size=st.integers(30, 50), newsletter=st.booleans(), nested=st.just({"a": [1, Decimal("2.5"), None]}), reason=names,
)  # fmt: skip
lines = st.fixed_dictionaries(
    {"price": amounts.filter(lambda amount: amount != "")},
    optional={
        "quantity": st.sampled_from([0, 1, "3", 12]), "discount": st.sampled_from([0, "0.00", ""]), "subtotal": amounts,
        "currency": currencies, "product_id": st.just("p1"),
    },
)  # fmt: skip
orders = st.fixed_dictionaries(
    {"transaction_id": transactions, "total": amounts},
    optional={"items": st.lists(lines, max_size=3), "currency": currencies, "points_burned": st.integers(0, 40)},
)
additions = st.fixed_dictionaries(
    {"points": points},
    optional={"expdate": st.sampled_from(["2026-03-01", "2026-03-02", "2026-04-30", "2027-01-01", ""])},
)
takings = st.fixed_dictionaries({"points": points}, optional={"reason": names})
fixes = st.fixed_dictionaries(
    {"points": st.one_of(st.integers(-60, 60).filter(bool), st.integers(1, 30).map(lambda number: f"-{number}"))},
    optional={"expdate": st.sampled_from(["2026-04-30", ""])},
)
WELL_FORMED = {
    "subscribe": profiles, "opt_in": profiles, "profile": profiles, "checkout": orders, "point_add": additions,
    "point_sub": takings, "point_spend": takings, "point_unspend": takings, "point_fix": fixes, "review": profiles, "welcome": profiles, "visit": st.just({}),
}  # fmt: skip
# (attribute, value that is not one)
FAULTS = [
    ("transaction_id", [1]), ("transaction_id", "x" * 129), ("transaction_id", True), ("transaction_id", ""),
    ("total", "1,5"), ("total", -1), ("total", "0.00001"), ("total", 10**13), ("total", {}), ("total", True),
    ("items", "two"), ("items", [{"price": 1}, "x"]), ("items", [{"price": "abc"}]), ("items", [{"quantity": 1}]),
    ("items", [{"price": 1, "discount": 2}]), ("items", [{"price": 1, "quantity": "1.5"}]), ("currency", "EURO"),
    ("currency", 12), ("points", 0), ("points", "1.5"), ("points", "many"), ("points", True),
    ("points", 10**12 + 1), ("points", None), ("points", "--5"), ("points_burned", "-1"), ("points_burned", []),
    ("expdate", "2020-01-01"), ("expdate", "01/02/2027"), ("expdate", 20270101), ("email", "nobody"),
    ("email", "a@b@c"), ("birth_date", "yesterday"), ("country", "HUN"), ("first_name", "x" * 201),
    ("first_name", ["Ann"]), ("status", "active"), ("score", 1), ("effective_timestamp", "later"),
    ("effective_timestamp", 4_102_444_800), ("effective_timestamp", -1),
]  # fmt: skip
AT = world.NOW


@st.composite
def well_formed(draw: Callable[..., Any]) -> Sent:
    action = draw(
        st.sampled_from([*WELL_FORMED, "checkout", "point_add", "point_spend", "point_spend", "point_unspend"])
    )
    data = dict(draw(WELL_FORMED[action]))
    if draw(st.integers(0, 9)) == 0:
        data["effective_timestamp"] = int(AT.timestamp()) - draw(backdating)
    return Sent(draw(customers), action, data, draw(accounts) if draw(st.booleans()) else None)


@st.composite
def malformed(draw: Callable[..., Any]) -> Sent:
    sent = draw(well_formed())
    if draw(st.integers(0, 7)) == 0:
        return draw(
            st.sampled_from(
                [
                    Sent(sent.customer, "dance", {}),
                    Sent(sent.customer, "checkout_item", {"price": 5}),
                    Sent(sent.customer, "point_burn", {"points": 1}),
                    Sent(sent.customer, "point_add", {"points": 5}, "nowhere"),
                ]
            )
        )
    name, value = draw(st.sampled_from(FAULTS))
    return Sent(sent.customer, sent.action, {**sent.data, name: value}, sent.account)


def configure(setup: Setup) -> None:
    """The same setup in the programme's tables."""
    world.configure(multi_accounts=True, auto_subscribe=setup.auto_subscribe)
    world.rows("DELETE FROM points_earningrule")
    for slug, earning in setup.accounts.items():
        world.rows(
            "INSERT INTO points_account (slug, name, currency_label, is_default, negative_points) VALUES (%s, %s, 'points', %s, %s)"
            " ON CONFLICT (slug) DO UPDATE SET negative_points = excluded.negative_points",
            [slug, slug, slug == setup.default, slug in setup.negative],
        )
        if earning:
            _configure_earning(slug, earning)
    for action, (default_points, one_time) in setup.custom.items():
        world.rows(
            "INSERT INTO events_eventtype (action, name, labels, description, attributes, personal_attributes,"
            " default_points, one_time, exposed, factory) VALUES (%s, %s, '{}', '', '{}', '{}', %s, %s, true, false)",
            [action, action, default_points, one_time],
        )
    record._programs._program = None


def _configure_earning(slug: str, earning: Earning) -> None:
    [(rule_id,)] = world.rows(
        "INSERT INTO points_earningrule (account_id, basis, rounding, percentage)"
        " SELECT id, %s, %s, %s FROM points_account WHERE slug = %s RETURNING id",
        [earning.basis, earning.rounding, earning.percentage, slug],
    )
    for currency, percentage in earning.rates.items():
        world.rows(
            "INSERT INTO points_earningrate (rule_id, currency, percentage) VALUES (%s, %s, %s)",
            [rule_id, currency, percentage],
        )


def incoming(sent: Sent) -> Incoming:
    return Incoming(sent.customer, sent.action, sent.data, account=sent.account)


def agree(outcome: Outcome, expected: list[tuple[str, int]] | Refusal) -> None:
    if isinstance(expected, Refusal):
        assert outcome.error is not None, (expected.code, expected.about)
        assert (outcome.error.code, outcome.events) == (expected.code, [])
        assert expected.about in outcome.error.message
    else:
        assert outcome.error is None, outcome.error
        assert [(event.action, event.points) for event in outcome.events] == expected


class Members(RuleBasedStateMachine):
    """One savepoint for each run; at each step a batch goes to both sides."""

    tally: Counter[str] = Counter()

    def __init__(self) -> None:
        super().__init__()
        self.savepoint = transaction.savepoint()
        self.at = AT
        self.accepted: list[Sent] = []

    @initialize(setup=st.sampled_from(SETUPS))
    def begin(self, setup: Setup) -> None:
        configure(setup)
        self.model = Model(setup)
        opening = [Sent("ann", "opt_in", {}), Sent("bob", "opt_in", {"first_name": "Bob"})]
        self.send([*opening, Sent("ann", "point_add", {"points": 200}), Sent("bob", "point_add", {"points": "50"})])

    def teardown(self) -> None:
        transaction.savepoint_rollback(self.savepoint)
        record._programs._program = None

    @rule(batch=st.lists(well_formed(), min_size=1, max_size=10))
    def send(self, batch: list[Sent]) -> None:
        self.at += dt.timedelta(hours=5)
        outcomes = world.send(*map(incoming, batch), at=self.at)
        for sent, outcome in zip(batch, outcomes, strict=True):
            expected = self.model.send(sent, self.at)
            agree(outcome, expected)
            self.tally[str(expected.code) if isinstance(expected, Refusal) else sent.action] += 1
            if outcome.error is None:
                self.accepted.append(sent)
        self.tally["batches"] += 1
        self.compare()

    def compare(self) -> None:
        expected = dict(model.end_state(self.model))
        assert world.end_state() == expected
        found = world.counts()
        assert found["customers_customer"] == found["customers_identity"] == len(expected)
        assert found["events_businesskey"] == len(self.model.transactions)
        assert found["events_event"] == sum(len(state["events"]) for state in expected.values())
        assert found["sync_outboxrow"] == sum(state["told"] for state in expected.values())

    @rule(good=st.lists(well_formed(), max_size=4), bad=st.lists(malformed(), min_size=1, max_size=3), data=st.data())
    def send_malformed_ones_among_others(self, good: list[Sent], bad: list[Sent], data: st.DataObject) -> None:
        self.send(data.draw(st.permutations([*good, *bad])))

    @precondition(lambda self: self.accepted)
    @rule(data=st.data(), new=st.lists(well_formed(), max_size=2))
    def send_accepted_ones_again(self, data: st.DataObject, new: list[Sent]) -> None:
        again = data.draw(st.lists(st.sampled_from(self.accepted), min_size=1, max_size=4))
        self.send([*again, *new])

    @precondition(lambda self: any(sent.action == "checkout" for sent in self.accepted))
    @rule(data=st.data(), customer=customers)
    def send_a_receipt_of_somebody_else(self, data: st.DataObject, customer: str) -> None:
        orders = [sent for sent in self.accepted if sent.action == "checkout"]
        order = data.draw(st.sampled_from(orders))
        self.send([Sent(customer, "checkout", order.data, order.account)])

    @precondition(lambda self: self.accepted)
    @rule(data=st.data(), status=st.sampled_from(["suspended", "suspended", "active", "inactive", "banned"]))
    def change_a_status(self, data: st.DataObject, status: str) -> None:
        name = data.draw(st.sampled_from(sorted(self.model.members)))
        self.model.members[name].fields["status"] = status
        world.rows("UPDATE customers_customer SET status = %s WHERE public_id = %s", [status, name])


@pytest.mark.django_db
def test_500_random_batches_never_diverge_from_a_plain_model() -> None:
    print(f"LOYALTY_MODEL_SEED={SEED}")
    Members.tally.clear()
    run_state_machine_as_test(
        seed(SEED)(Members), settings=settings(CALM, max_examples=BATCHES // 5, stateful_step_count=STEPS)
    )
    assert Members.tally["batches"] >= BATCHES
    # The random batches reach every refusal and every action.
    unreached = {"160212", "5003", "112101", "110003", "160216", "120241", "112900", "10001", "0", *WELL_FORMED} - set(
        Members.tally
    )
    assert not unreached, Members.tally
    print(dict(Members.tally))


@pytest.mark.django_db
@seed(SEED)
@settings(CALM, max_examples=60)
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
    found = world.end_state(), world.counts(), world.codes(outcomes)
    transaction.savepoint_rollback(savepoint)
    return found
