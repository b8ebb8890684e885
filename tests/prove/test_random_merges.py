"""200 random merges among 50 customers while 8 writers send events: points constant, no event lost, every ID resolves."""

import random
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import count
from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction

from customers.merging.operations import record_merge
from customers.queries import customer_named, customers_named
from loyalty.engine.events import Incoming
from loyalty.engine.status import DEPARTED
from tests.engine.merging.families import check_families
from tests.engine.world import BY, NOW, accepted, configure, event, rows, send

pytestmark = [pytest.mark.prove, pytest.mark.usefixtures("committed_db")]

LIVING, WRITERS, MERGES = 50, 8, 200
# What a writer may be told: too few points, an order that is refunded already, one that it does not own.
EXPECTED = {120241, 112201, 112203, 112204, 0}
Merge = Callable[[str, str], None]


@dataclass
class Writer:
    """Sends events by IDs that may have been merged away long ago, and adds up what it was told."""

    seed: int
    ids: list[str]
    events: int = 0
    points: int = 0
    refusals: set[int] = field(default_factory=set)
    failures: list[Exception] = field(default_factory=list)

    def run(self, is_over: threading.Event) -> None:
        dice, orders, numbers = random.Random(self.seed), list[tuple[str, str]](), count()
        try:
            while not is_over.is_set():
                self._send(self._event(dice, orders, f"{self.seed}-{next(numbers)}"))
        except Exception as error:
            self.failures.append(error)
        finally:
            connection.close()

    def _event(self, dice: random.Random, orders: list[tuple[str, str]], order: str) -> Incoming:
        name, points = dice.choice(self.ids), dice.randint(1, 50)
        kind = dice.choice(["add", "add", "spend", "checkout", "checkout", "refund", "reserve", "profile"])
        if kind == "refund" and orders:
            owner, id = orders.pop(dice.randrange(len(orders)))
            return event(owner, "partial_refund" if points % 2 else "refund", transaction_id=id, amount=1)
        if kind in ("checkout", "refund"):
            orders.append((name, order))
            return event(name, "checkout", transaction_id=order, total=points, points_burned=points % 3)
        if kind == "reserve":
            return event(name, "reserve_points", transaction_id=order, points=points)
        if kind == "profile":
            return event(name, "profile", nickname=order)
        return event(name, "point_add" if kind == "add" else "point_spend", points=points)

    def _send(self, sent: Incoming) -> None:
        [outcome] = send(sent)
        if outcome.error:
            self.refusals.add(outcome.error.code)
        self.events += len(outcome.events)
        self.points += sum(one.points for one in outcome.events)


def by_operation(source: str, target: str) -> None:
    pair = customers_named([source, target])
    record_merge(pair[source], pair[target], kind="full", by=BY, at=NOW)


def storm(merge: Merge) -> tuple[list[Writer], list[str]]:
    """The writers, and all IDs that there ever were. Whenever two have become one, somebody joins."""
    configure()
    rows("UPDATE points_account SET negative_points = true")
    dice, ids = random.Random(7), [f"c{number}" for number in range(LIVING)]
    accepted(*(event(name, "opt_in") for name in ids))
    writers, is_over = [Writer(seed, ids) for seed in range(WRITERS)], threading.Event()
    threads = [threading.Thread(target=writer.run, args=[is_over]) for writer in writers]
    for thread in threads:
        thread.start()
    try:
        living = list(ids)
        for number in range(MERGES):
            source, target = dice.sample(living, 2)
            merge(source, target)
            accepted(event(f"n{number}", "opt_in"))
            living[living.index(source)] = f"n{number}"
            ids.append(f"n{number}")
            if any(writer.failures for writer in writers):
                break
    finally:
        is_over.set()
        for thread in threads:
            thread.join(60)
    return writers, ids


def check(writers: list[Writer], ids: list[str]) -> None:
    """All that was told is there, once."""
    assert [writer.failures for writer in writers] == [[]] * WRITERS
    assert set().union(*(writer.refusals for writer in writers)) <= EXPECTED
    assert rows("SELECT count(*)::int FROM customers_merge") == [(MERGES,)]
    told = sum(writer.events for writer in writers)
    assert rows("SELECT count(*)::int FROM events_event") == [(told + len(ids) + 2 * MERGES,)]
    assert rows("SELECT sum(spendable - debt)::int FROM points_balance") == [
        (sum(writer.points for writer in writers),)
    ]
    assert not rows(
        "SELECT 1 FROM events_event e JOIN customers_merge m ON m.source_id = e.customer_id WHERE e.id > m.source_event"
    )
    check_families()
    check_ids(ids)


def check_ids(ids: list[str]) -> None:
    """Each names the profile at the end of its chain, which is alive."""
    into = dict(rows('SELECT source_id, "into" FROM customers_merge'))
    own = dict(rows("SELECT public_id, id FROM customers_customer"))
    for name in ids:
        place, steps = own[name], 0
        while place in into:
            place, steps = into[place], steps + 1
            assert steps <= len(into), "a cycle"
        found = customer_named(name)
        assert found is not None
        assert (found.id, found.status in DEPARTED) == (place, False)
    assert rows("SELECT count(*)::int FROM customers_customer WHERE status = 'active'") == [(LIVING,)]


def test_random_merges_under_writers_keep_all_points_events_and_ids() -> None:
    writers, ids = storm(by_operation)

    check(writers, ids)
    assert sum(writer.events for writer in writers) > MERGES


# Adds up what it finds and points the rest to the target, as if nothing happened meanwhile; lots it leaves, since entries
# refer to them.
REPOINT: tuple[str, ...] = (
    "UPDATE customers_identity SET customer_id = %(target)s, origin_id = %(source)s WHERE customer_id = %(source)s",
    "UPDATE points_balance SET earned = earned + %(earned)s WHERE customer_id = %(target)s",
    "DELETE FROM points_balance WHERE customer_id = %(source)s",
    "UPDATE events_transaction SET customer_id = %(target)s, event_id = event_id WHERE customer_id = %(source)s",
    "UPDATE customers_customer SET status = 'merged' WHERE id = %(source)s",
)


def by_repointing(source: str, target: str) -> None:
    pair = customers_named([source, target])
    ids: dict[str, Any] = {"source": pair[source].id, "target": pair[target].id}
    [(ids["earned"],)] = rows("SELECT earned FROM points_balance WHERE customer_id = %(source)s", ids)
    with transaction.atomic():
        rows(
            'INSERT INTO customers_merge (source_id, survivor_id, "into", kind, merged_at, source_event, survivor_event, moved,'
            " filled) VALUES (%(source)s, %(target)s, %(target)s, 'full', now(), 0, 0, '{}', '{}')",
            ids,
        )
        rows("UPDATE customers_merge SET survivor_id = %(target)s WHERE survivor_id = %(source)s", ids)
        for statement in REPOINT:
            rows(statement, ids)


def test_control_a_merge_that_points_rows_to_the_target_is_noticed() -> None:
    try:
        found = storm(by_repointing)
    except DatabaseError:
        # The database's own rules may be the first to notice.
        return
    with pytest.raises(AssertionError):
        check(*found)


def test_events_cannot_be_pointed_to_another_customer_at_all() -> None:
    accepted(event("a", "opt_in"), event("b", "opt_in"))
    with pytest.raises(DatabaseError, match="permission denied"):
        rows("UPDATE events_event SET customer_id = (SELECT max(id) FROM customers_customer)")
