"""Many at once. Each race has a control, which is the same race with the protection taken out: there the harm must show."""

import pytest
from django.db import DatabaseError, transaction

from loyalty.engine import record as engine
from loyalty.engine.events import Incoming
from loyalty.engine.storage import statements
from tests.engine.races.racing import BALANCES, CLIENTS, Result, race
from tests.engine.world import accepted, check_books, counts, event, rows, spendable

pytestmark = pytest.mark.usefixtures("committed_db")
CUSTOMERS = "LOCK TABLE customers_customer IN SHARE MODE"
WITHOUT_LOCK = statements.LOCK.replace("FOR NO KEY UPDATE", "")
# Looks first and writes then, as if nobody came between.
CHECKED_NOT_CLAIMED = (
    "WITH free AS (SELECT key FROM unnest($2::text[]) AS key WHERE NOT EXISTS (SELECT 1 FROM events_businesskey b"
    " WHERE b.key = key.key)), made AS (INSERT INTO events_businesskey (key, recorded_at) SELECT key, $1::timestamptz"
    " FROM free ON CONFLICT DO NOTHING) SELECT key, false FROM free"
)
UNCLAIMED = (
    "SELECT scheme, value FROM unnest($1::text[], $2::text[], $3::bigint[]) AS claim(scheme, value, customer_id)"
)


def members(number: int) -> list[str]:
    names = [f"member{index}" for index in range(number)]
    accepted(*(event(name, "opt_in") for name in names))
    return names


def receipts(names: list[str]) -> list[list[Incoming]]:
    return [[event(name, "checkout", transaction_id="t1", total=10)] for name in names]


def test_one_receipt_sent_sixty_four_times_for_one_customer_pays_once() -> None:
    found = race(receipts(members(1) * CLIENTS), BALANCES)
    assert sorted(found, key=str) == [5003] * (CLIENTS - 1) + [None]
    assert spendable("member0") == 10
    check_books()


def test_without_lock_and_claim_the_one_row_per_order_still_pays_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(statements, "LOCK", WITHOUT_LOCK)
    monkeypatch.setattr(statements, "CLAIM_KEYS", CHECKED_NOT_CLAIMED)
    found = race(receipts(members(1) * CLIENTS), BALANCES)
    assert found.count(None) == 1


def test_one_receipt_sent_for_sixty_four_customers_pays_once() -> None:
    found = race(receipts(members(CLIENTS)), BALANCES)
    assert sorted(found, key=str) == [5003] * (CLIENTS - 1) + [None]
    assert rows("SELECT sum(earned) FROM points_balance") == [(10,)]


def test_control_without_the_claim_it_pays_several_customers(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(statements, "CLAIM_KEYS", CHECKED_NOT_CLAIMED)
    race(receipts(members(CLIENTS)), BALANCES)
    assert rows("SELECT sum(earned) > 10 FROM points_balance") == [(True,)]


def spenders() -> list[list[Incoming]]:
    accepted(event("ann", "opt_in"), event("ann", "point_add", points=100))
    return [[event("ann", "point_spend", points=40)] for _ in range(CLIENTS)]


def test_the_last_points_are_spent_once() -> None:
    found = race(spenders(), BALANCES)
    assert sorted(found, key=str) == [120241] * (CLIENTS - 2) + [None] * 2
    assert spendable("ann") == 20
    check_books()


def test_control_without_the_lock_more_is_spent_than_there_is(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(statements, "LOCK", WITHOUT_LOCK)
    found = race(spenders(), BALANCES)
    assert found.count(None) > 2
    assert rows("SELECT sum(points) < 0 FROM points_entry") == [(True,)]


def newcomers() -> list[list[Incoming]]:
    return [[event("new", "checkout", transaction_id=f"t{index}", total=1)] for index in range(CLIENTS)]


def test_sixty_four_first_events_of_one_customer_make_one_customer_and_lose_none() -> None:
    found = race(newcomers(), CUSTOMERS)
    assert found == [None] * CLIENTS
    assert (counts()["customers_customer"], counts()["customers_identity"]) == (1, 1)
    assert counts()["events_event"] == CLIENTS
    assert spendable("new") == CLIENTS
    check_books()


def test_control_without_the_claim_first_events_are_lost(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(statements, "CLAIM_IDENTITIES", UNCLAIMED)
    found = race(newcomers(), CUSTOMERS)
    assert any(isinstance(result, DatabaseError) for result in found)
    assert counts()["events_event"] < CLIENTS


# Holds the customer in the middle, so that each of two batches has one customer and waits.
MIDDLE = "SELECT 1 FROM customers_customer WHERE public_id = 'member1' FOR UPDATE"
EITHER_WAY = statements.LOCK.replace("ORDER BY id", "ORDER BY id * current_setting('test.direction')::int")


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
    monkeypatch.setattr(statements, "LOCK", EITHER_WAY)
    found = race(crossing(), MIDDLE, in_opposite_directions)
    assert [type(result).__name__ for result in found if result is not None] == ["OperationalError"]
    assert rows("SELECT DISTINCT earned FROM points_balance") == [(1,)]


def test_a_deadlock_with_somebody_else_is_retried(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(statements, "LOCK", EITHER_WAY)
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


def decisions() -> list[list[Incoming]]:
    """A pending order of 50 points, accepted by half of the clients and rejected by the others."""
    rows("UPDATE staff_generalsettings SET modules = '{checkout_accept}'")
    accepted(event("ann", "opt_in"), event("ann", "checkout", transaction_id="t", total=50))
    return [
        [event("ann", ("checkout_accept", "checkout_reject")[index % 2], transaction_id="t")]
        for index in range(CLIENTS)
    ]


def ends() -> tuple[int, int]:
    """How often the order was accepted, and what it has brought."""
    [[points]] = rows("SELECT coalesce(sum(points), 0)::int FROM points_entry WHERE kind IN ('earn', 'refund')")
    [[times]] = rows("SELECT count(*) FROM events_event WHERE action = 'checkout_accept'")
    return times, points


def outcomes(found: list[Result]) -> tuple[int, int]:
    """How many acceptances and how many rejections went through."""
    return found[::2].count(None), found[1::2].count(None)


def test_an_order_that_is_accepted_and_rejected_by_sixty_four_has_one_outcome() -> None:
    found = race(decisions(), BALANCES)
    [[status]] = rows("SELECT status FROM events_transaction")
    assert outcomes(found) in {(0, 1), (1, 0)}
    assert (status, spendable("ann"), *ends()) in {("rejected", 0, 0, 0), ("accepted", 50, 1, 50)}
    check_books()


def test_control_without_the_lock_both_decisions_are_taken_many_times(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(statements, "LOCK", WITHOUT_LOCK)
    found = race(decisions(), BALANCES)
    assert sum(outcomes(found)) > 1
