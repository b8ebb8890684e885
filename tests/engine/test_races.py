"""Many at once. A blocker lets every thread read before any may write; each race has a control, which is the same race
with the protection taken out: there the harm must show.
"""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest
from django.db import DatabaseError, connection, transaction

from loyalty.engine import record as engine
from loyalty.engine.types import Incoming

from .world import accepted, check_books, counts, event, rows, send, spendable

pytestmark = pytest.mark.usefixtures("committed_db")
THREADS = 16


def waiting() -> int:
    """How many backends of this database wait for a lock."""
    rows("SELECT pg_stat_clear_snapshot()")  # a transaction sees the same backends throughout otherwise
    return int(
        rows(
            "SELECT count(*) FROM pg_locks l JOIN pg_stat_activity a USING (pid)"
            " WHERE NOT l.granted AND a.datname = current_database()"
        )[0][0]
    )


@contextmanager
def blocked(statement: str, until: int) -> Iterator[None]:
    """Hold what `statement` locks until so many wait."""
    with transaction.atomic():
        rows(statement)
        yield
        deadline = time.monotonic() + 30
        while waiting() < until and time.monotonic() < deadline:
            time.sleep(0.01)
        assert waiting() >= until


Result = int | None | Exception


def race(
    batches: list[list[Incoming]], blocker: str, prepare: Callable[[int], None] = lambda index: None
) -> list[Result]:
    """Each batch in a thread of its own; the codes of their last events, or what they raised."""
    results: list[Result] = [None] * len(batches)

    def run(index: int) -> None:
        try:
            prepare(index)
            error = send(*batches[index])[-1].error
            results[index] = error.code if error else None
        except Exception as error:
            results[index] = error
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=[index]) for index in range(len(batches))]
    with blocked(blocker, until=len(batches)):
        for thread in threads:
            thread.start()
    for thread in threads:
        thread.join(60)
    assert not any(thread.is_alive() for thread in threads)
    return results


# Updates wait for it, reads and the locks of customers do not.
BALANCES = "LOCK TABLE points_balance IN SHARE MODE"
CUSTOMERS = "LOCK TABLE customers_customer IN SHARE MODE"
WITHOUT_LOCK = engine._LOCK.replace("FOR NO KEY UPDATE", "")
# Looks first and writes then, as if nobody came between.
CHECKED_NOT_CLAIMED = (
    "WITH free AS (SELECT key FROM unnest($2::text[]) AS key WHERE NOT EXISTS (SELECT 1 FROM events_businesskey b"
    " WHERE b.key = key.key)), made AS (INSERT INTO events_businesskey (key, recorded_at) SELECT key, $1::timestamptz"
    " FROM free ON CONFLICT DO NOTHING) SELECT key FROM free"
)
UNCLAIMED = "SELECT value FROM unnest($1::text[], $2::text[], $3::bigint[]) AS claim(scheme, value, customer_id)"


def members(number: int) -> list[str]:
    names = [f"member{index}" for index in range(number)]
    accepted(*(event(name, "opt_in") for name in names))
    return names


def receipts(names: list[str]) -> list[list[Incoming]]:
    return [[event(name, "checkout", transaction_id="t1", total=10)] for name in names]


def test_one_receipt_sent_sixteen_times_for_one_customer_pays_once() -> None:
    found = race(receipts(members(1) * THREADS), BALANCES)
    assert sorted(found, key=str) == [5003] * 15 + [None]
    assert spendable("member0") == 10
    check_books()


def test_without_lock_and_claim_the_one_row_per_order_still_pays_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(engine, "_LOCK", WITHOUT_LOCK)
    monkeypatch.setattr(engine, "_CLAIM_KEYS", CHECKED_NOT_CLAIMED)
    found = race(receipts(members(1) * THREADS), BALANCES)
    assert found.count(None) == 1


def test_one_receipt_sent_for_sixteen_customers_pays_once() -> None:
    found = race(receipts(members(THREADS)), BALANCES)
    assert sorted(found, key=str) == [5003] * 15 + [None]
    assert rows("SELECT sum(earned) FROM points_balance") == [(10,)]


def test_control_without_the_claim_it_pays_several_customers(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(engine, "_CLAIM_KEYS", CHECKED_NOT_CLAIMED)
    race(receipts(members(THREADS)), BALANCES)
    assert rows("SELECT sum(earned) > 10 FROM points_balance") == [(True,)]


def spenders() -> list[list[Incoming]]:
    accepted(event("ann", "opt_in"), event("ann", "point_add", points=100))
    return [[event("ann", "point_spend", points=40)] for _ in range(THREADS)]


def test_the_last_points_are_spent_once() -> None:
    found = race(spenders(), BALANCES)
    assert sorted(found, key=str) == [120241] * 14 + [None] * 2
    assert spendable("ann") == 20
    check_books()


def test_control_without_the_lock_more_is_spent_than_there_is(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(engine, "_LOCK", WITHOUT_LOCK)
    found = race(spenders(), BALANCES)
    assert found.count(None) > 2
    assert rows("SELECT sum(points) < 0 FROM points_entry") == [(True,)]


def newcomers() -> list[list[Incoming]]:
    return [[event("new", "checkout", transaction_id=f"t{index}", total=1)] for index in range(THREADS)]


def test_sixteen_first_events_of_one_customer_make_one_customer_and_lose_none() -> None:
    found = race(newcomers(), CUSTOMERS)
    assert found == [None] * THREADS
    assert (counts()["customers_customer"], counts()["customers_identity"]) == (1, 1)
    assert counts()["events_event"] == THREADS
    assert spendable("new") == THREADS
    check_books()


def test_control_without_the_claim_first_events_are_lost(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(engine, "_CLAIM_IDENTITIES", UNCLAIMED)
    found = race(newcomers(), CUSTOMERS)
    assert any(isinstance(result, DatabaseError) for result in found)
    assert counts()["events_event"] < THREADS


# Holds the customer in the middle, so that each of two batches has one customer and waits.
MIDDLE = "SELECT 1 FROM customers_customer WHERE public_id = 'member1' FOR UPDATE"
EITHER_WAY = engine._LOCK.replace("ORDER BY id", "ORDER BY id * current_setting('test.direction')::int")


def crossing() -> list[list[Incoming]]:
    names = members(3)
    return [[event(name, "point_add", points=1) for name in order] for order in (names, names[::-1])]


def in_opposite_directions(index: int) -> None:
    rows("SELECT set_config('test.direction', %s, false)", [["1", "-1"][index]])


def test_batches_with_crossing_customers_do_not_deadlock(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(engine, "ATTEMPTS", 1)
    assert race(crossing(), MIDDLE, in_opposite_directions) == [None, None]
    assert rows("SELECT DISTINCT earned FROM points_balance") == [(2,)]


def test_control_in_opposite_orders_they_deadlock(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(engine, "ATTEMPTS", 1)
    monkeypatch.setattr(engine, "_LOCK", EITHER_WAY)
    found = race(crossing(), MIDDLE, in_opposite_directions)
    assert [type(result).__name__ for result in found if result is not None] == ["OperationalError"]
    assert rows("SELECT DISTINCT earned FROM points_balance") == [(1,)]


def test_a_deadlock_with_somebody_else_is_retried(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(engine, "_LOCK", EITHER_WAY)
    assert race(crossing(), MIDDLE, in_opposite_directions) == [None, None]
    assert rows("SELECT DISTINCT earned FROM points_balance") == [(2,)]
    check_books()


def test_a_batch_may_be_the_first_thing_in_an_atomic_block() -> None:
    with transaction.atomic():
        accepted(event("ann", "opt_in"))
    assert counts()["events_event"] == 1


def test_a_batch_in_an_atomic_block_goes_with_it() -> None:
    class Away(Exception):
        pass

    def leave() -> None:
        with transaction.atomic():
            accepted(event("ann", "opt_in"))
            raise Away

    with pytest.raises(Away):
        leave()
    assert set(counts().values()) == {0}
