"""Who waits for the stock of a reward: only those who could claim it otherwise."""

import threading
import time
from typing import Any

import pytest
from django.db import connection, transaction

from rewards.claims.life import claiming
from tests.claims.claiming import claim, make_reward, members, taken
from tests.engine.races.racing import waiting
from tests.engine.world import NOW, accepted, event, rows

pytestmark = pytest.mark.usefixtures("committed_db")


def waits(**data: Any) -> bool:
    """Whether a claim waits while somebody else holds the row of the stock."""

    def run() -> None:
        try:
            claim("ann", **data)
        finally:
            connection.close()

    thread = threading.Thread(target=run)
    with transaction.atomic():
        rows("SELECT FROM claims_taken FOR UPDATE")
        thread.start()
        deadline = time.monotonic() + 30
        while thread.is_alive() and not waiting() and time.monotonic() < deadline:
            time.sleep(0.005)
        waited = thread.is_alive()
    thread.join(30)
    assert not thread.is_alive()
    return waited


# What is in the way of ann, besides.
CASES: dict[str, dict[str, Any]] = {
    "points": {"prices": {"EUR": 2_000}},
    "limit": {"max_claims": 1},
    "schedule": {"starts_at": "2027-01-01"},
    "audience": {"audience": {"any": [{"list": "vip"}]}},
    "status": {"status": "inactive"},
    "price": {"prices": {"USD": 1}},
    "interval": {"repeat_interval": {"after": 1, "unit": "days"}},
    "sold out": {"stock": 1},
}


@pytest.mark.parametrize("case", CASES)
def test_who_cannot_claim_waits_for_nobody(case: str) -> None:
    rows("INSERT INTO lists_customerlist (slug, name, status) VALUES ('vip', 'VIP', 'active')")
    members("ann", "ben")
    make_reward(stock=5)
    assert claim("ann") is None
    make_reward(**{"stock": 5, **CASES[case]})

    assert not waits()
    assert taken() == 1


def test_who_can_waits() -> None:
    members("ann")
    make_reward(stock=5)

    assert waits()
    assert taken() == 1


def test_without_a_stock_nobody_waits() -> None:
    members("ann")
    make_reward()

    assert not waits()


def test_a_reward_that_is_being_claimed_is_locked_at_once() -> None:
    members("ann")
    make_reward(lock="reward")

    assert not waits()
    assert claim("ann") is None


def test_whoever_opts_in_within_the_batch_waits_as_others_do() -> None:
    accepted(event("ann", "opt_in"), at=NOW)
    make_reward(stock=5, prices={"EUR": 0})

    assert waits()


def test_control_where_all_may_want_it_everybody_waits(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(claiming, "_is_out_of_question", lambda *_arguments: False)
    members("ann")
    make_reward(stock=5, prices={"EUR": 2_000})

    assert waits()
