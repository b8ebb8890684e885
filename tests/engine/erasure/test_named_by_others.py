"""Whoever is erased stands in no row of others as who brought them."""

import pytest
from django.db import connection

from tests.engine.races.racing import BALANCES, race
from tests.engine.test_write_once import ERASING, connect, harmless, refused
from tests.engine.world import accepted, check_books, event, rows

pytestmark = pytest.mark.usefixtures("committed_db")
SAID = "SELECT count(*) FROM customers_customer WHERE referrer IS NOT NULL"
SAID_BY_EVENTS = "SELECT count(*) FROM events_event WHERE data ? 'referrer'"
# Those who would be waiting for each other in a circle.
RING = 8


def test_they_leave_at_the_same_time_though_each_was_brought_by_the_next() -> None:
    names = [f"r{index}" for index in range(RING)]
    accepted(*(event(name, "opt_in") for name in names))
    accepted(*(event(name, "profile", referrer=names[index - 1]) for index, name in enumerate(names)))
    assert rows(SAID) == rows(SAID_BY_EVENTS) == [(RING,)]

    leaving = [[event(name, "opt_out")] for name in names]
    assert race(leaving, BALANCES) == [None] * RING
    assert rows(SAID) == rows(SAID_BY_EVENTS) == [(0,)]
    check_books()


def test_one_leaves_while_others_are_written_who_name_them_and_are_locked_the_other_way_round() -> None:
    accepted(*(event(name, "opt_in", referrer="zed") for name in ("ann", "bob")))
    accepted(event("zed", "opt_in"))
    accepted(event("ann", "profile", referrer="zed"))
    batches = [[event(name, "point_add", points=1), event("zed", "login")] for name in ("ann", "bob") * 4]
    race([*batches, [event("zed", "opt_out")]], BALANCES)

    assert rows("SELECT status FROM customers_customer WHERE public_id NOT IN ('ann', 'bob')") == [("opted_out",)]
    assert rows(SAID) == rows(SAID_BY_EVENTS) == [(0,)]
    assert rows("SELECT sum(earned) FROM points_balance") == [(8,)]
    check_books()


def test_what_others_events_say_of_the_living_cannot_be_taken_away() -> None:
    accepted(event("ann", "opt_in"), event("bob", "opt_in", referrer="ann", nickname="Bob"))
    away = "UPDATE events_event SET data = data - 'referrer' WHERE data ? 'referrer'"
    for role in ("app", "owner"):
        with connect(role) as raw:
            raw.execute(ERASING)
            refused(raw, away)
    with connect("owner") as raw, raw.transaction(force_rollback=True):
        raw.execute("UPDATE customers_customer SET status = 'opted_out' WHERE public_id = 'ann'")
        refused(raw, away)
        raw.execute(ERASING)
        refused(raw, away.replace("data - 'referrer'", "data - 'nickname'"))
        refused(raw, away.replace("data - 'referrer'", "data - 'referrer', points = 1"))
        harmless(raw, away)


def test_an_id_that_is_somebody_elses_external_id_too_stays_with_those_who_mean_the_other() -> None:
    rows(
        "INSERT INTO customers_field (slug, name, labels, description, type, format, options, searchable, external_id,"
        " read_only, personal, position, active, factory)"
        " VALUES ('card', 'Card', '{}', '', 'string', '', '{}', false, true, false, true, 0, true, false)"
    )
    accepted(event("ann", "opt_in", card="7"), event("7", "opt_in"))
    accepted(event("bob", "opt_in", referrer="7"), event("cid", "opt_in", referrer="card:7"))
    accepted(event("ann", "opt_out"))
    assert rows("SELECT public_id, referrer FROM customers_customer WHERE referrer IS NOT NULL") == [("bob", "7")]


PROFILES = "SELECT id FROM customers_customer WHERE referrer = ANY(ARRAY['ann'])"
EVENTS = (
    "SELECT id FROM events_event e WHERE (e.data ? 'referrer' OR e.action = 'profiling_answer')"
    " AND referrer_said(e.action, e.data) = ANY(ARRAY['ann'])"
)


@pytest.mark.parametrize(("query", "index"), [(PROFILES, "customer_by_referrer"), (EVENTS, "event_by_referrer")])
def test_they_are_found_by_an_index(query: str, index: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SET enable_seqscan = off")
        cursor.execute(f"EXPLAIN {query}")
        plan = "\n".join(line for (line,) in cursor.fetchall())
        cursor.execute("RESET enable_seqscan")
    assert index in plan
