"""The rules need no database and no clock: the same event on the same state gives the same rows."""

import copy
import datetime as dt
from decimal import Decimal
from itertools import count
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from customers.fields.rules import CustomersConfig
from events.types import near_misses
from loyalty.composition import COMPOSITION
from loyalty.engine.batch import Batch
from loyalty.engine.events import Actor, Incoming
from loyalty.engine.mechanism import Outcome
from loyalty.engine.program import EventRule, Program
from loyalty.engine.reduce import reduce
from loyalty.engine.rows import CustomerRow
from loyalty.engine.state import State
from loyalty.points.config import AccountRule, Earning, PointsConfig

NOW = dt.datetime(2026, 3, 1, 12, tzinfo=dt.UTC)
MAIN = AccountRule(1, "main", "Main")
ACTIONS = ("opt_in", "profile", "checkout", "point_add", "point_spend")
PROGRAM = Program(
    version=1,
    time_zone=ZoneInfo("Europe/Budapest"),
    auto_subscribe="any",
    currency="EUR",
    modules=frozenset({"expiring_points"}),
    event_rules={action: EventRule(action, action, factory=True) for action in ACTIONS},
    config={
        "customers": CustomersConfig(),
        near_misses.APP: near_misses.names_of([], [], COMPOSITION.actions),
        "points": PointsConfig({"main": MAIN}, MAIN, {1: Earning("item", "up", Decimal("12.5"), {})}, {1: MAIN}),
    },
)
STORY: list[tuple[str, dict[str, Any]]] = [
    ("opt_in", {"first_name": "Ann", "shoe_size": 38}),
    ("point_add", {"points": 50, "expdate": "2026-03-29"}),
    ("point_spend", {"points": 51}),
    (
        "checkout",
        {"transaction_id": "t", "items": [{"price": "9.99"}, {"price": 5, "quantity": 3}], "points_burned": 20},
    ),
    ("profile", {"email": "nobody"}),
]


def run() -> tuple[Batch, State, list[Outcome]]:
    numbers = count(1)
    batch = Batch(program=PROGRAM, by=Actor("api"), at=NOW, new_id=lambda sequence: next(numbers))
    state = State(CustomerRow.new(7, "ann", NOW), exists=False)
    sent = [Incoming("ann", action, copy.deepcopy(data)) for action, data in STORY]
    return batch, state, [reduce(batch, COMPOSITION, incoming, state) for incoming in sent]


def written(batch: Batch) -> dict[str, list[Any]]:
    return {table.name: [table.values(row) for row in rows] for table, rows in batch.added.items()}


@pytest.fixture(autouse=True)
def current_program() -> None:
    """Nothing here may touch the database; pytest-django refuses it."""


def test_reduce_is_pure_the_same_events_give_the_same_rows() -> None:
    first, second = run()[0], run()[0]
    assert written(first) == written(second)
    assert len(written(first)["events_event"]) == 6


def test_reduce_is_pure_it_does_not_change_what_was_sent() -> None:
    data = copy.deepcopy(dict(STORY)["checkout"])
    numbers = count(1)
    batch = Batch(program=PROGRAM, by=Actor("api"), at=NOW, new_id=lambda sequence: next(numbers))
    state = State(CustomerRow.new(7, "ann", NOW), exists=False)
    reduce(batch, COMPOSITION, Incoming("ann", "checkout", data), state)
    assert data == dict(STORY)["checkout"]


def test_reduce_computes_what_is_due() -> None:
    _, state, outcomes = run()
    assert [outcome.error.code if outcome.error else None for outcome in outcomes] == [None, None, 120241, None, 0]
    balance = state.part("balances")[1]
    # 12.5 % of 9.99 and of 15, both up; 20 of the 50 are spent.
    assert (balance.earned, balance.spent, balance.spendable) == (54, 20, 34)
    assert state.customer.purchase_total == Decimal("24.99")
    assert [lot.remaining for lot in state.part("lots").values()] == [30, 2, 2]


def test_a_refusal_restores_every_row_and_part() -> None:
    batch, state, _ = run()
    before = written(batch), state.customer.TABLE.values(state.customer), set(state.part("lots"))
    refused = Incoming(
        "ann", "checkout", {"transaction_id": "u", "items": [{"price": 1}, {"price": 1}], "channel": "x" * 3_000}
    )
    outcome = reduce(batch, COMPOSITION, refused, state)
    assert outcome.error is not None
    assert (written(batch), state.customer.TABLE.values(state.customer), set(state.part("lots"))) == before
