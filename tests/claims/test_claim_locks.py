"""Who waits for the stock of a reward: only those who could claim it otherwise."""

import threading
import time
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection, transaction

from rewards.claims.life import claiming
from rewards.claims.models import Claim, Taken
from tests.claims.claiming import STAFF, claim, make_reward, members, revoke, standing, taken
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


@pytest.mark.parametrize("stock", [None, 5])
def test_a_forced_claim_of_what_is_being_claimed_waits_and_is_counted(stock: int | None) -> None:
    members("ann", points=0)
    made = make_reward(lock="reward", stock=stock)

    assert waits(by=STAFF, forced=True)

    claim = Claim.objects.get()
    assert (claim.forced, taken()) == (True, 1 if stock else 0)
    assert Taken.objects.get(reward=made).locked_until == NOW + timedelta(seconds=60)
    assert revoke("ann", claim.event_id) is None
    assert taken() == 0


@pytest.mark.parametrize("forced", [True, False])
def test_a_claim_that_could_not_be_counted_is_refused(forced: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("TO_CLAIM", "TO_CHANGE"):
        part = getattr(claiming, name)
        monkeypatch.setattr(claiming, name, replace(part, sql=f"{part.sql} WHERE false"))
    members("ann")
    make_reward(lock="reward", stock=5)

    assert claim("ann", by=STAFF, forced=forced) == 120219
    assert (standing(), taken()) == (0, 0)


def test_what_is_told_of_without_a_lock_is_sold_out_even_if_a_claim_is_revoked_just_then(owned_db: None) -> None:
    """A view in place of the table: it is sold out when it is read first, and no longer when it is read again."""
    made = make_reward(stock=1)
    rows("UPDATE claims_taken SET taken = 1")
    rows("ALTER TABLE claims_taken RENAME TO claims_taken_rows")
    rows("CREATE SEQUENCE reads")
    rows(
        "CREATE VIEW claims_taken AS SELECT reward_id, locked_until,"
        " CASE WHEN nextval('reads') = 1 THEN taken ELSE taken - 1 END AS taken FROM claims_taken_rows"
    )

    assert rows("SELECT taken, offered FROM take_rewards(%s, true)", [[made.pk]]) == [(1, 1)]


def test_whoever_opts_in_within_the_batch_waits_as_others_do() -> None:
    accepted(event("ann", "opt_in"), at=NOW)
    make_reward(stock=5, prices={"EUR": 0})

    assert waits()


def test_control_where_all_may_want_it_everybody_waits(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(claiming, "_is_out_of_question", lambda *_arguments: False)
    members("ann")
    make_reward(stock=5, prices={"EUR": 2_000})

    assert waits()
