"""Merges against each other and against what customers do meanwhile: exactly one wins, and no event is lost."""

import threading
import time
from collections.abc import Callable

import pytest
from django.db import connection

from loyalty.engine.events import Incoming
from loyalty.engine.storage import statements
from tests.engine.merging.families import check_families
from tests.engine.races.racing import CLIENTS, Result, blocked, race, waiting
from tests.engine.world import accepted, codes, counts, event, merging, rows, send, somebody_subscribes, spendable

pytestmark = pytest.mark.usefixtures("committed_db")
# Whoever has recorded something waits, and holds the locks of its customers.
OUTBOX = "LOCK TABLE sync_outboxrow IN SHARE MODE"
BOTH = "SELECT 1 FROM customers_customer WHERE public_id IN ('a', 'b') FOR UPDATE"
# Whom the ID named before anybody was merged.
AS_IT_WAS = (
    "SELECT scheme, value, c.id, NULL::bigint FROM unnest($1::text[], $2::text[]) AS named(scheme, value)"
    " JOIN customers_customer c ON public_id = value"
)
WITHOUT_LOCK = statements.LOCK.replace("FOR NO KEY UPDATE", "")


@pytest.fixture
def pair() -> None:
    somebody_subscribes()
    accepted(
        event("a", "opt_in"), event("b", "opt_in"), event("a", "point_add", points=5), event("b", "point_add", points=7)
    )


def test_of_a_into_b_and_b_into_a_at_once_exactly_one_wins(pair: None) -> None:
    for turn in range(CLIENTS):
        one, other = f"a{turn}", f"b{turn}"
        accepted(
            event(one, "opt_in"),
            event(other, "opt_in"),
            event(one, "point_add", points=5),
            event(other, "point_add", points=7),
        )
        held = f"SELECT 1 FROM customers_customer WHERE public_id IN ('{one}', '{other}') FOR UPDATE"

        found = race([[merging(one, other)], [merging(other, one)]], held)

        assert sorted(found, key=str) == [120032, None]
        assert [spendable(name) for name in (one, other)].count(12) == 1
    assert rows("SELECT count(*) FROM customers_merge") == [(CLIENTS,)]
    check_families()


def test_sixty_four_merges_of_one_profile_into_as_many_others_merge_it_once(pair: None) -> None:
    names = [f"m{index}" for index in range(CLIENTS)]
    accepted(*(event(name, "opt_in") for name in names))

    found = race(
        [[merging("a", name)] for name in names], "SELECT 1 FROM customers_customer WHERE public_id = 'a' FOR UPDATE"
    )

    # The others find that its ID names another profile by now.
    assert sorted(found, key=str) == [160212] * (CLIENTS - 1) + [None]
    assert rows("SELECT count(*) FROM customers_merge") == [(1,)]
    check_families()


def events_of_both() -> list[list[Incoming]]:
    return [[event(("a", "b")[index % 2], "point_add", points=1)] for index in range(CLIENTS - 1)]


def test_events_of_both_during_a_merge_are_all_the_survivors(pair: None) -> None:
    batches = events_of_both()
    batches.insert(CLIENTS // 2, [merging("a", "b")])

    assert race(batches, BOTH) == [None] * CLIENTS

    assert spendable("b") == 12 + CLIENTS - 1
    assert rows("SELECT count(*) FROM events_event WHERE action = 'point_add'") == [(2 + CLIENTS - 1,)]
    # Whichever stream an event is in, none came after the source was merged away.
    assert not rows(
        "SELECT 1 FROM events_event e JOIN customers_merge m ON m.source_id = e.customer_id WHERE e.id > m.source_event"
    )
    check_families()


def _in_a_thread(batch: list[Incoming], results: list[Result]) -> threading.Thread:
    def run() -> None:
        try:
            results.append(codes(send(*batch))[-1])
        except Exception as error:
            results.append(error)
        finally:
            connection.close()

    thread = threading.Thread(target=run)
    thread.start()
    return thread


def change_under_way(then: Callable[[], None]) -> list[Result]:
    """The source's name is about to be written when the merge comes."""
    results: list[Result] = []
    with blocked(OUTBOX, until=2):
        first = _in_a_thread([event("a", "profile", last_name="Late")], results)
        while waiting() < 1:
            time.sleep(0.01)
        then()
        second = _in_a_thread([merging("a", "b")], results)
    for thread in (first, second):
        thread.join(30)
    return results


def last_name() -> str | None:
    [(found,)] = rows("SELECT last_name FROM customers_customer WHERE public_id = 'b'")
    return None if found is None else str(found)


def test_what_is_under_way_for_the_source_comes_before_the_merge(pair: None) -> None:
    assert change_under_way(lambda: None) == [None, None]
    assert last_name() == "Late"
    check_families()


def test_control_a_merge_that_does_not_lock_loses_what_is_under_way(
    pair: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert change_under_way(lambda: monkeypatch.setattr(statements, "LOCK", WITHOUT_LOCK)) == [None, None]
    assert last_name() is None


def merge_under_way() -> list[Result]:
    """Events of the source come while the merge is about to be written."""
    results: list[Result] = []
    with blocked(OUTBOX, until=4):
        threads = [_in_a_thread([merging("a", "b")], results)]
        while waiting() < 1:
            time.sleep(0.01)
        threads += [_in_a_thread([event("a", "point_add", points=10)], results) for _ in range(3)]
    for thread in threads:
        thread.join(30)
    return results


def test_events_of_the_source_that_come_during_the_merge_are_the_survivors(pair: None) -> None:
    assert merge_under_way() == [None] * 4
    assert spendable("b") == 42
    assert rows("SELECT count(*) FROM events_event WHERE via_id IS NOT NULL") == [(3,)]
    check_families()


def test_control_an_id_that_is_looked_up_before_the_lock_loses_the_events(
    pair: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(statements, "RESOLVE", AS_IT_WAS)
    assert sorted(merge_under_way(), key=str) == [160212] * 3 + [None]
    assert spendable("b") == 12


def test_a_merge_waits_for_no_other_customers(pair: None) -> None:
    accepted(event("c", "opt_in"))
    with blocked("SELECT 1 FROM customers_customer WHERE public_id = 'c' FOR UPDATE", until=0):
        assert codes(send(merging("a", "b"))) == [None]
    assert counts()["customers_customer"] == 3
