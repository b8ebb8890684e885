"""After a merge the survivor goes on with what the source began: orders, promises, dates, once-only actions, old IDs."""

import datetime as dt
from typing import Any

import pytest

from loyalty.engine.events import Incoming
from loyalty.points.expiry.operations import expire_points
from loyalty.points.orders.operations import accept_due_points
from tests.engine.merging.families import check_families
from tests.engine.world import NOW, accepted, codes, configure, event, merging, rows, run_timers, send

pytestmark = pytest.mark.django_db
LATER = NOW + dt.timedelta(days=40)
BUCKETS = ("earned", "spent", "expired", "reserved", "pending", "debt", "spendable")
# Whoever names the survivor: its own ID, or one that was merged away.
NAMES = ["new", "old"]
CUSTOM = (
    "INSERT INTO events_eventtype (action, name, labels, description, default_points,"
    " one_time, exposed, pending_days, factory) VALUES ('{}', 'X', '{{}}', '', 7, {}, true, {}, false)"
)


@pytest.fixture(autouse=True)
def two() -> None:
    configure()
    accepted(event("old", "opt_in"), event("new", "opt_in"))


def merge(*before: Incoming) -> None:
    """What happened before, then the merge. The survivor has points that are spent first."""
    accepted(*before)
    accepted(event("new", "point_add", points=500, expdate="2026-03-20"))
    accepted(merging("old", "new"))


def balance() -> dict[str, int]:
    [found] = rows(f"SELECT {', '.join(BUCKETS)} FROM points_balance")
    check_families()
    return {name: value for name, value in zip(BUCKETS, found, strict=True) if value}


def lots() -> list[tuple[int, int, int]]:
    return rows(
        "SELECT points, remaining, expired FROM points_lot WHERE customer_id ="
        " (SELECT id FROM customers_customer WHERE public_id = 'new') ORDER BY id"
    )


def order(*columns: str) -> Any:
    return rows(f"SELECT {', '.join(columns)} FROM events_transaction WHERE transaction_id = 't'")[0]


def checkout(**data: Any) -> Incoming:
    return event("old", "checkout", **{"transaction_id": "t", "total": 100, **data})


@pytest.mark.parametrize("name", NAMES)
def test_a_refund_takes_back_from_the_orders_own_lot(name: str) -> None:
    merge(event("old", "point_add", points=30), checkout())

    accepted(event(name, "refund", transaction_id="t"))

    assert lots() == [(30, 30, 0), (100, 0, 0), (500, 500, 0)]
    assert (balance(), order("status", "taken_back")) == ({"earned": 530, "spendable": 530}, ("refunded", 100))


def test_partial_refunds_before_and_after_count_together() -> None:
    bought = event("new", "checkout", transaction_id="u", total=60)
    merge(bought, checkout(), event("old", "partial_refund", transaction_id="t", amount=30))

    accepted(event("new", "partial_refund", transaction_id="t", amount=20))
    assert (lots(), order("refunded", "taken_back")) == ([(60, 60, 0), (100, 50, 0), (500, 500, 0)], (50, 50))
    assert codes(send(event("new", "partial_refund", transaction_id="t", amount=51))) == [112203]
    accepted(event("old", "refund", transaction_id="t"))
    assert (balance(), order("status", "taken_back")) == ({"earned": 560, "spendable": 560}, ("refunded", 100))


def test_a_returned_line_takes_from_its_own_lot() -> None:
    rows("UPDATE points_earningrule SET basis = 'item'")
    items = [{"product_id": "a", "price": 40}, {"product_id": "b", "price": 60}]
    merge(checkout(items=items))

    accepted(event("new", "refund_item", transaction_id="t", product_id="b"))

    assert lots() == [(40, 40, 0), (60, 0, 0), (500, 500, 0)]


def test_what_an_order_burned_comes_back_to_the_lots_it_came_from() -> None:
    merge(event("old", "point_add", points=80), checkout(points_burned=50))

    accepted(event("new", "point_unspend", transaction_id="t", points=20))
    assert (lots()[0], order("given_back")) == ((80, 50, 0), (20,))
    accepted(event("new", "refund", transaction_id="t"))
    assert lots() == [(80, 80, 0), (100, 0, 0), (500, 500, 0)]
    assert balance() == {"earned": 580, "spendable": 580}


def test_spent_points_come_back_to_the_lots_drawn_on_last_of_both() -> None:
    accepted(event("old", "point_add", points=40), event("new", "point_add", points=40))
    accepted(event("new", "point_spend", points=30), event("old", "point_spend", points=25))
    accepted(merging("old", "new"))

    accepted(event("new", "point_unspend", points=35))

    assert lots() == [(40, 40, 0), (40, 20, 0)]
    assert codes(send(event("new", "point_unspend", points=21))) == [112900]
    assert balance() == {"earned": 80, "spent": 20, "spendable": 60}


def test_reserved_points_are_released_into_their_lots() -> None:
    reserve = event("old", "reserve_points", transaction_id="t", points=30)
    merge(event("old", "point_add", points=80), reserve)

    accepted(event("old", "release_points", transaction_id="t", points=10))
    assert (lots()[0], order("reserved")) == ((80, 60, 0), (20,))
    accepted(event("new", "release_points", transaction_id="t"))
    assert (lots()[0], balance()) == ((80, 80, 0), {"earned": 580, "spendable": 580})


def test_reserved_points_pay_for_the_order_first() -> None:
    merge(event("old", "point_add", points=80), event("old", "reserve_points", transaction_id="t", points=30))

    accepted(event("new", "checkout", transaction_id="t", total=10, points_burned=35))

    assert lots() == [(80, 50, 0), (500, 495, 0), (10, 10, 0)]
    assert balance() == {"earned": 590, "spent": 35, "spendable": 555}


@pytest.mark.parametrize(("action", "earned"), [("checkout_accept", 600), ("checkout_reject", 500)])
def test_a_pending_order_is_decided(action: str, earned: int) -> None:
    configure(checkout_accept=True)
    merge(checkout())
    assert balance() == {"earned": 500, "pending": 100, "spendable": 500}

    accepted(event("old", action, transaction_id="t"))

    assert balance() == {"earned": earned, "spendable": earned}


def test_a_pending_order_is_updated_and_accepted_by_the_timer() -> None:
    configure(checkout_accept=True, accept_after_days=2)
    merge(checkout())

    accepted(event("new", "checkout_update", transaction_id="t", total=70))
    assert balance()["pending"] == 70
    run_timers(NOW + dt.timedelta(days=3))
    assert balance() == {"earned": 570, "spendable": 570}


def test_an_accepted_order_is_rejected_where_orders_need_no_acceptance() -> None:
    merge(event("old", "point_add", points=50), checkout(points_burned=50))

    accepted(event("new", "checkout_reject", transaction_id="t"))

    assert lots() == [(50, 50, 0), (100, 0, 0), (500, 500, 0)]


def test_pending_points_of_an_event_are_confirmed_by_its_id_or_by_the_timer() -> None:
    rows(CUSTOM.format("survey", "false", 3))
    merge(event("old", "survey"), event("old", "survey"))
    [(first,)] = rows("SELECT min(event_id) FROM points_pending")

    accepted(event("new", "pending_accept", event=str(first)))
    assert balance() == {"earned": 507, "pending": 7, "spendable": 507}
    accept_due_points(at=NOW + dt.timedelta(days=4))
    assert balance()["earned"] == 514


def test_points_expire_by_their_own_date() -> None:
    merge(event("old", "point_add", points=30, expdate="2026-03-25"))

    expire_points(now=lambda: LATER)

    assert lots() == [(30, 0, 30), (500, 0, 500)]
    assert balance() == {"earned": 530, "expired": 530}


def test_a_refund_takes_back_what_has_expired_in_both_profiles() -> None:
    rows("UPDATE points_account SET expiry = 'rolling', expiry_after = 10, expiry_unit = 'days'")
    accepted(checkout())
    expire_points(now=lambda: LATER)
    accepted(merging("old", "new"), at=LATER)

    accepted(event("new", "refund", transaction_id="t"), at=LATER)

    assert (balance(), lots()) == ({}, [(100, 0, 0)])


def test_the_expiration_of_merged_points_is_changed_by_their_events_ids() -> None:
    merge(event("old", "point_add", points=30, expdate="2026-03-25"))
    [(id,)] = rows("SELECT event_id FROM points_lot WHERE points = 30 LIMIT 1")

    accepted(event("new", "point_expiration", events=[str(id)], expdate=""))

    assert rows("SELECT points FROM points_lot WHERE remaining > 0 AND expires_at IS NULL") == [(30,)]


def test_the_later_activity_of_both_counts() -> None:
    rows("UPDATE points_account SET expiry = 'activity', expiry_after = 30, expiry_unit = 'days'")
    accepted(event("old", "point_add", points=30))
    accepted(event("new", "point_add", points=5), at=NOW + dt.timedelta(days=20))
    accepted(merging("old", "new"), at=NOW + dt.timedelta(days=25))

    expire_points(now=lambda: NOW + dt.timedelta(days=40))
    assert balance()["spendable"] == 35
    expire_points(now=lambda: NOW + dt.timedelta(days=52))
    assert balance() == {"earned": 35, "expired": 35}


def test_what_either_has_done_once_is_done() -> None:
    rows(CUSTOM.format("welcome", "true", "NULL"))
    merge(event("old", "welcome"))

    assert codes(send(event("new", "welcome"))) == [10001]


def test_a_receipt_of_the_source_pays_nobody_again() -> None:
    merge(checkout())

    assert codes(send(event("new", "checkout", transaction_id="t", total=100), checkout())) == [5003, 5003]


def test_old_ids_name_the_survivor_for_ever_and_say_by_which_profile_an_event_came_in() -> None:
    accepted(event("third", "opt_in"), event("old", "point_add", points=1))
    accepted(merging("old", "new"))
    accepted(event("old", "point_add", points=2), event("new", "point_add", points=3))
    accepted(merging("new", "third"))

    accepted(*(event(name, "point_add", points=4) for name in ("old", "new", "third")))

    ids = dict(rows("SELECT public_id, id FROM customers_customer"))
    streams = rows("SELECT customer_id, points, via_id FROM events_event WHERE action = 'point_add' ORDER BY id")
    old, new, third = (ids[name] for name in ("old", "new", "third"))
    assert streams == [(old, 1, None), (new, 2, old), (new, 3, None), *((third, 4, via) for via in (old, new, None))]
    assert balance() == {"earned": 18, "spendable": 18}
    assert sorted(rows("SELECT source_id, survivor_id, \"into\" FROM customers_merge")) == [
        (old, third, new),
        (new, third, third),
    ]  # fmt: skip


def test_what_follows_from_an_event_came_in_the_same_way() -> None:
    merge(event("old", "point_add", points=1))
    accepted(event("old", "checkout", transaction_id="u", total=5, points_burned=2))

    assert len(rows("SELECT 1 FROM events_event WHERE transaction_id = 'u' AND via_id IS NOT NULL")) == 2


def test_an_order_of_a_chain_is_refunded_from_its_lot() -> None:
    accepted(event("third", "opt_in"), event("third", "point_add", points=9), checkout(points_burned=0))
    accepted(event("old", "point_add", points=60), event("old", "partial_refund", transaction_id="t", amount=10))
    accepted(merging("old", "new"))
    accepted(event("new", "partial_refund", transaction_id="t", amount=10))
    accepted(merging("new", "third"))

    accepted(event("old", "refund", transaction_id="t"))

    assert balance() == {"earned": 69, "spendable": 69}
    assert rows("SELECT points, remaining FROM points_lot WHERE remaining > 0 ORDER BY id") == [(9, 9), (60, 60)]


def test_whoever_leaves_after_a_merge_has_open_promises_cancelled_and_settled_ones_left_alone() -> None:
    rows(CUSTOM.format("survey", "false", 3))
    merge(event("old", "survey"), event("old", "survey"))
    [(first,)] = rows("SELECT min(event_id) FROM points_pending")
    accepted(event("new", "pending_accept", event=str(first)))

    accepted(event("new", "opt_out"))

    assert rows("SELECT earned, pending, spendable FROM points_balance") == [(507, 0, 0)]
    assert rows("SELECT sum(points)::int FROM points_entry WHERE kind = 'pending'") == [(0,)]
