"""The outbox: written while somebody has subscribed, from the very moment, and swept when nobody has."""

import datetime as dt
import threading
import time
from collections.abc import Callable
from contextlib import contextmanager

import pytest
from django.db import connection, transaction

from loyalty.points.expiry.operations import expire_points
from loyalty.sync import operations
from loyalty.sync.operations import subscribe, sweep, unsubscribe
from tests.engine.races.racing import BALANCES, waiting
from tests.engine.world import NOW, accepted, event, rows

EVENTS = "SELECT id FROM events_event WHERE parent_id IS NULL ORDER BY id"
OUTBOX = "SELECT event_id FROM sync_outboxrow ORDER BY event_id"


@pytest.mark.django_db
class TestARow:
    def test_is_written_for_nobody_while_nobody_has_subscribed(self) -> None:
        accepted(event("ann", "opt_in"), event("ann", "point_add", points=5))

        assert rows(OUTBOX) == []

    def test_is_written_from_the_subscription_on_until_it_ends(self) -> None:
        accepted(event("ann", "opt_in"))
        subscribe("webhooks")
        accepted(event("ann", "point_add", points=5))
        unsubscribe("webhooks")
        accepted(event("ann", "point_add", points=6))

        assert rows(OUTBOX) == rows(EVENTS)[1:2]

    @pytest.mark.parametrize("subscribed", [False, True])
    def test_of_points_that_expire_follows_the_same(self, subscribed: bool) -> None:
        accepted(event("ann", "opt_in"), event("ann", "point_add", points=30, expdate="2026-03-10"))
        if subscribed:
            subscribe("webhooks")

        expire_points(now=lambda: NOW + dt.timedelta(days=30))

        assert rows("SELECT action FROM sync_outboxrow") == [("point_expire",)] * subscribed


def in_thread(work: Callable[[], object]) -> threading.Thread:
    def run() -> None:
        try:
            work()
        finally:
            connection.close()

    thread = threading.Thread(target=run)
    thread.start()
    return thread


def wait_until(number: int) -> None:
    """So many wait for locks."""
    deadline = time.monotonic() + 20
    while waiting() < number and time.monotonic() < deadline:
        time.sleep(0.005)
    assert waiting() >= number


@pytest.mark.usefixtures("committed_db")
class TestASubscriptionAtTheSameMoment:
    def race(self) -> tuple[int, int]:
        """How many events there are when the subscription is made, and how many outbox rows in the end, of one writer who
        has read that nobody has subscribed before that."""
        accepted(event("ann", "opt_in"))
        seen: list[int] = []
        with transaction.atomic():
            rows(BALANCES)
            writer = in_thread(lambda: accepted(event("ann", "point_add", points=5)))
            wait_until(1)
            subscriber = in_thread(lambda: seen.append(_events_when_subscribed()))
            time.sleep(0.3)
        writer.join(30)
        subscriber.join(30)
        return seen[0], len(rows(OUTBOX))

    def test_waits_for_writers_who_have_read_that_there_is_nobody(self) -> None:
        assert self.race() == (2, 0)

        accepted(event("ann", "point_add", points=6))
        assert len(rows(OUTBOX)) == 1

    def test_control_without_the_lock_an_event_after_it_is_lost(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(operations, "connection", _Lockless())

        # Subscribed, then the event was committed, and nobody is told of it.
        assert self.race() == (1, 0)

    def test_lets_nobody_read_before_it_is_made(self) -> None:
        """Who comes while it waits is told of."""
        accepted(event("ann", "opt_in"), event("bob", "opt_in"))
        with transaction.atomic():
            rows(BALANCES)
            threads = [in_thread(lambda: accepted(event("ann", "point_add", points=5)))]
            wait_until(1)
            threads.append(in_thread(lambda: subscribe("webhooks")))
            wait_until(2)
            threads.append(in_thread(lambda: accepted(event("bob", "point_add", points=5))))
            wait_until(3)
        for thread in threads:
            thread.join(30)

        assert rows("SELECT public_id FROM sync_outboxrow JOIN customers_customer c ON c.id = customer_id") == [
            ("bob",)
        ]


def _events_when_subscribed() -> int:
    subscribe("webhooks")
    return len(rows(EVENTS))


class _Lockless:
    """Django's connection, deaf to the lock."""

    @contextmanager
    def cursor(self):  # type: ignore[no-untyped-def]
        yield self

    def execute(self, statement: str) -> None:
        assert statement.startswith("LOCK")


@pytest.mark.django_db
class TestTheSweep:
    def fill(self, number: int) -> None:
        accepted(event("ann", "opt_in"))
        rows(
            "INSERT INTO sync_outboxrow (customer_id, event_id, action, created_at)"
            " SELECT c.id, n, 'profile', now() FROM customers_customer c, generate_series(1, %s) n",
            [number],
        )

    def test_takes_all_in_chunks(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(operations, "CHUNK", 2)
        self.fill(5)

        assert sweep() == 5
        assert sweep() == 0

    def test_leaves_what_somebody_has_subscribed_to(self) -> None:
        self.fill(5)
        subscribe("webhooks")

        assert sweep() == 0

    def test_goes_on_where_it_was(self) -> None:
        """What it has deleted stays in the index while somebody's snapshot may see it: it is not read again."""
        self.fill(20_000)
        rows("DELETE FROM sync_outboxrow WHERE id < (SELECT max(id) - 100 FROM sync_outboxrow)")
        [last] = rows("SELECT customer_id, min(id) - 1 FROM sync_outboxrow GROUP BY 1")

        assert self.pages(last) * 5 < self.pages((0, 0))

    def pages(self, last: tuple[int, ...]) -> int:
        """That one chunk's search reads, from there on."""
        search = operations._SWEEP.split("IN (")[1].split(") RETURNING")[0]
        rows("SET LOCAL enable_seqscan = off")
        rows("SET LOCAL enable_bitmapscan = off")
        [(plan,)] = rows(f"EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON) {search}", [*last, 10])
        return int(plan[0]["Plan"]["Shared Hit Blocks"])
