"""The life of orders: what each event does to the order and to the points, rule by rule (docs/ledger.md)."""

import datetime as dt
from decimal import Decimal
from typing import Any

import pytest

from events.orders.operations import accept_due_orders
from loyalty.engine.events import Incoming
from loyalty.engine.record import record
from loyalty.points.expiry.operations import expire_points
from loyalty.points.orders.operations import accept_due_points
from tests.engine.orders.buying import TWO_LINES, balance, checkout, lots, moves, order, refuse
from tests.engine.world import BY, NOW, accepted, check_books, codes, configure, event, rows, send, spendable

pytestmark = pytest.mark.django_db
LATER = NOW + dt.timedelta(days=3)


@pytest.fixture(autouse=True)
def ann() -> None:
    configure()
    accepted(event("ann", "opt_in"), event("ann", "point_add", points=100))


@pytest.fixture
def by_item() -> None:
    rows("UPDATE points_earningrule SET basis = 'item'")


@pytest.fixture
def accepting() -> None:
    rows("UPDATE staff_generalsettings SET modules = '{expiring_points,checkout_accept}'")


# Without Checkout accept


def test_an_order_is_accepted_at_once() -> None:
    accepted(checkout(items=TWO_LINES, points_burned=10))
    assert order("t", "status", "total", "earned", "burned", "currency") == ("accepted", 50, 50, 10, "EUR")
    assert balance() == {"earned": 150, "spent": 10, "spendable": 140}


def test_an_event_that_names_an_unknown_transaction_opens_a_draft_that_a_checkout_activates() -> None:
    accepted(event("ann", "profile", transaction_id="t", first_name="Ann"))
    assert order("t", "status", "event_id") == ("draft", None)
    accepted(checkout())
    assert rows("SELECT status, total FROM events_transaction") == [("accepted", 50)]


def test_a_refund_takes_back_what_was_earned_and_returns_what_was_burned() -> None:
    accepted(checkout(points_burned=20), event("ann", "refund", transaction_id="t"))
    assert order("t", "status", "refunded", "taken_back", "given_back") == ("refunded", 50, 50, 20)
    assert balance() == {"earned": 100, "spendable": 100}
    assert lots() == [(100, 100, 0), (50, 0, 0)]
    assert moves() == [("checkout", 50), ("point_burn", -20), ("refund", -50), ("point_unburn", 20)]


def test_a_refund_counts_less_bought_but_no_order_less() -> None:
    accepted(checkout(items=TWO_LINES), event("ann", "partial_refund", transaction_id="t", amount="12.50"))
    statistics = "SELECT purchase_total, purchase_count, purchase_item_count FROM customers_customer"
    assert rows(statistics) == [(Decimal("37.5"), 1, 4)]
    accepted(event("ann", "refund_item", transaction_id="t", product_id="shoe", quantity=1))
    assert rows(statistics) == [(Decimal("27.5"), 1, 3)]
    accepted(event("ann", "refund", transaction_id="t"))
    assert rows(statistics) == [(0, 1, 0)]


def test_what_was_spent_meanwhile_becomes_debt_and_the_next_earning_repays_it() -> None:
    accepted(checkout(), event("ann", "point_spend", points=130), event("ann", "refund", transaction_id="t"))
    assert balance() == {"earned": 100, "spent": 130, "debt": 30}
    accepted(event("ann", "point_add", points=50))
    assert balance() == {"earned": 150, "spent": 130, "spendable": 20}


def test_partial_refunds_round_on_the_cumulative_amount() -> None:
    accepted(checkout(total=3, points_rewarded=None))
    rows("UPDATE points_earningrule SET percentage = 0")
    taken = []
    for _ in range(3):
        accepted(event("ann", "partial_refund", transaction_id="t", amount=1))
        taken.append(order("t", "taken_back"))
    assert (taken, order("t")) == ([1, 2, 3], "refunded")


def test_ten_thirds_are_taken_back_as_three_and_four_and_three() -> None:
    rows("UPDATE points_earningrule SET percentage = 1000")
    accepted(checkout(total=1))
    taken = []
    for amount in ("0.3333", "0.3333", "0.3334"):
        accepted(event("ann", "partial_refund", transaction_id="t", amount=amount))
        taken.append(order("t", "taken_back"))
    assert taken == [3, 7, 10]


@pytest.mark.usefixtures("by_item")
def test_a_refunded_item_takes_back_what_that_item_earned_from_its_own_lot() -> None:
    accepted(checkout(items=TWO_LINES), event("ann", "refund_item", transaction_id="t", product_id="hat"))
    assert lots() == [(100, 100, 0), (30, 30, 0), (20, 0, 0)]
    assert order("t", "status", "refunded", "taken_back") == ("accepted", 20, 20)
    accepted(event("ann", "refund_item", transaction_id="t", product_id="shoe", quantity=1))
    assert lots()[1] == (30, 20, 0)
    accepted(event("ann", "refund", transaction_id="t"))
    assert balance() == {"earned": 100, "spendable": 100}


@pytest.mark.usefixtures("by_item")
def test_an_amount_without_an_item_takes_its_part_of_what_the_items_left() -> None:
    accepted(checkout(items=TWO_LINES), event("ann", "refund_item", transaction_id="t", product_id="hat"))
    accepted(event("ann", "partial_refund", transaction_id="t", amount=10))
    assert order("t", "taken_back") == 30


def test_what_has_expired_of_the_order_is_not_taken_twice() -> None:
    accepted(checkout())
    rows("UPDATE points_lot SET expires_at = %s WHERE points = 50", [NOW])
    expire_points(now=lambda: LATER)
    accepted(event("ann", "refund", transaction_id="t"))
    assert balance() == {"earned": 100, "spendable": 100}


def test_points_given_back_to_an_expired_lot_expire_at_once() -> None:
    accepted(checkout(points_burned=100))
    rows("UPDATE points_lot SET expires_at = %s WHERE points = 100", [NOW + dt.timedelta(days=1)])
    [outcome] = send(event("ann", "refund", transaction_id="t"), at=LATER)
    assert outcome.error is None
    assert balance() == {"earned": 100, "expired": 100}
    assert lots() == [(100, 0, 100), (50, 0, 0)]


@pytest.mark.parametrize(
    ("action", "data", "code"),
    [
        ("refund", {}, 112201),
        ("partial_refund", {"amount": 1}, 112201),
        ("refund_item", {"product_id": "hat"}, 112201),
        ("checkout_accept", {}, 112213),
        ("checkout_reject", {}, 112213),
        ("checkout_update", {"total": 1}, 112213),
        ("checkout", {"total": 1}, 5003),
        ("reserve_points", {"points": 1}, 5003),
    ],
)
def test_a_refunded_order_is_at_its_end(action: str, data: dict[str, Any], code: int) -> None:
    accepted(checkout(items=TWO_LINES), event("ann", "refund", transaction_id="t"))
    refuse(event("ann", action, transaction_id="t", **data), code)


def test_112202_an_amount_that_is_not_positive() -> None:
    accepted(checkout())
    for amount in (0, -5):
        refuse(event("ann", "partial_refund", transaction_id="t", amount=amount), 112202)


def test_112203_more_than_is_left_of_the_order() -> None:
    accepted(checkout(items=TWO_LINES), checkout(transaction_id="other", total=500))
    accepted(event("ann", "partial_refund", transaction_id="t", amount=20))
    refuse(event("ann", "partial_refund", transaction_id="t", amount="30.01"), 112203)
    refuse(event("ann", "refund_item", transaction_id="t", product_id="hat", subtotal=21), 112203)


def test_112204_more_than_the_customer_has_bought() -> None:
    accepted(checkout())
    refuse(event("ann", "partial_refund", transaction_id="t", amount=51), 112204)


def test_103902_the_order_of_another_customer() -> None:
    accepted(checkout(), event("bob", "opt_in"))
    for action in ("refund", "checkout_accept", "checkout_reject", "release_points", "checkout_claim"):
        refuse(event("bob", action, transaction_id="t", points=1), 103902 if action != "release_points" else 112910)


def test_112210_a_transaction_that_nobody_knows() -> None:
    for action in ("refund", "partial_refund", "refund_item", "checkout_update", "checkout_update_item",
                   "checkout_accept", "checkout_accept_item", "checkout_reject", "checkout_claim"):  # fmt: skip
        refuse(event("ann", action, transaction_id="no", amount=1, product_id="hat"), 112210, "Transaction not found")


def test_an_item_that_the_order_does_not_have_is_named() -> None:
    accepted(checkout(items=TWO_LINES))
    refuse(event("ann", "refund_item", transaction_id="t", product_id="sock"), 112217, "sock")
    refuse(event("ann", "refund_item", transaction_id="t", product_id="shoe", quantity=4), 0, "above 0 and at most 3")


def test_without_checkout_accept_a_whole_purchase_that_is_returned_is_undone_by_a_rejection() -> None:
    accepted(checkout(points_burned=30), event("ann", "checkout_reject", transaction_id="t"))
    assert order("t", "status", "taken_back", "given_back") == ("rejected", 50, 30)
    assert balance() == {"earned": 100, "spendable": 100}


# With Checkout accept


@pytest.mark.usefixtures("accepting")
def test_a_pending_order_promises_points_and_burns_at_once() -> None:
    accepted(checkout(points_burned=30))
    assert order("t", "status", "earned", "burned") == ("pending", 50, 30)
    assert balance() == {"earned": 100, "spent": 30, "pending": 50, "spendable": 70}
    assert rows("SELECT purchase_count FROM customers_customer") == [(0,)]
    refuse(event("ann", "refund", transaction_id="t"), 112201)


@pytest.mark.usefixtures("accepting")
def test_acceptance_makes_promises_lots_and_counts_the_order_at_its_date() -> None:
    accepted(checkout(), at=NOW)
    accepted(event("ann", "checkout_accept", transaction_id="t"), at=LATER)
    assert order("t", "status", "accepted_at") == ("accepted", LATER)
    assert balance() == {"earned": 150, "spendable": 150}
    assert rows("SELECT purchase_total, purchase_count, purchase_last_date FROM customers_customer") == [(50, 1, NOW)]
    assert moves() == [("checkout_accept", 50)]
    refuse(event("ann", "checkout_reject", transaction_id="t"), 112211, "can be refunded")
    refuse(event("ann", "checkout_accept", transaction_id="t"), 112211, "this one is accepted")


@pytest.mark.usefixtures("accepting", "by_item")
def test_items_are_accepted_one_by_one_and_the_order_with_the_last() -> None:
    accepted(checkout(items=TWO_LINES), event("ann", "checkout_accept_item", transaction_id="t", product_id="hat"))
    assert order() == "pending"
    assert balance() == {"earned": 120, "pending": 30, "spendable": 120}
    refuse(event("ann", "checkout_accept_item", transaction_id="t", product_id="hat"), 112217)
    refuse(event("ann", "checkout_update", transaction_id="t", total=1), 112215)
    accepted(event("ann", "checkout_accept_item", transaction_id="t", product_id="shoe"))
    assert order() == "accepted"
    assert balance() == {"earned": 150, "spendable": 150}


@pytest.mark.usefixtures("accepting", "by_item")
def test_the_acceptance_of_an_order_tells_of_each_item_that_earned() -> None:
    accepted(checkout(items=TWO_LINES), event("ann", "checkout_accept", transaction_id="t"))
    assert moves() == [("checkout_item_accept", 30), ("checkout_item_accept", 20)]


@pytest.mark.usefixtures("accepting")
def test_rejection_cancels_promises_and_returns_the_burn_of_this_order_only() -> None:
    accepted(checkout(points_burned=30), checkout(transaction_id="u", total=7, points_burned=5))
    accepted(event("ann", "checkout_reject", transaction_id="t"))
    assert order("t", "status", "earned", "given_back") == ("rejected", 0, 30)
    assert balance() == {"earned": 100, "spent": 5, "pending": 7, "spendable": 95}
    refuse(event("ann", "checkout_accept", transaction_id="t"), 112212)
    refuse(event("ann", "checkout_reject", transaction_id="t"), 112212)


@pytest.mark.usefixtures("accepting")
def test_rejection_after_one_item_was_accepted_takes_its_points_back() -> None:
    rows("UPDATE points_earningrule SET basis = 'item'")
    accepted(checkout(items=TWO_LINES), event("ann", "checkout_accept_item", transaction_id="t", product_id="hat"))
    accepted(event("ann", "checkout_reject", transaction_id="t"))
    assert balance() == {"earned": 100, "spendable": 100}
    assert rows("SELECT purchase_total, purchase_item_count FROM customers_customer") == [(0, 0)]


@pytest.mark.usefixtures("accepting")
def test_an_update_names_new_totals_not_differences() -> None:
    accepted(checkout(items=TWO_LINES, points_burned=30))
    accepted(event("ann", "checkout_update", transaction_id="t", total=20, points_burned=10))
    assert order("t", "total", "earned", "burned") == (20, 20, 10)
    assert balance() == {"earned": 100, "spent": 10, "pending": 20, "spendable": 90}
    accepted(event("ann", "checkout_update", transaction_id="t", points_burned=40))
    assert balance() == {"earned": 100, "spent": 40, "pending": 20, "spendable": 60}
    accepted(event("ann", "checkout_accept", transaction_id="t"), event("ann", "refund", transaction_id="t"))
    assert balance() == {"earned": 100, "spendable": 100}


@pytest.mark.usefixtures("accepting", "by_item")
def test_an_update_of_the_items_replaces_them_all() -> None:
    accepted(checkout(total=None, items=TWO_LINES))
    accepted(
        event(
            "ann", "checkout_update", transaction_id="t", items=[{"product_id": "sock", "price": "4.50", "quantity": 2}]
        )
    )
    assert order("t", "total", "earned") == (9, 9)
    accepted(event("ann", "checkout_update_item", transaction_id="t", product_id="sock", subtotal=3, quantity=1))
    assert order("t", "total", "earned") == (3, 3)
    assert balance()["pending"] == 3


@pytest.mark.usefixtures("accepting")
def test_a_reduced_burn_after_some_came_back_already_returns_no_more_than_is_outstanding() -> None:
    accepted(checkout(points_burned=100), event("ann", "point_unspend", transaction_id="t", points=60))
    accepted(event("ann", "checkout_update", transaction_id="t", points_burned=10))
    assert order("t", "burned", "given_back") == (10, 10)
    assert balance() == {"earned": 100, "pending": 50, "spendable": 100}


@pytest.mark.usefixtures("accepting")
def test_items_sent_on_their_own_belong_to_the_pending_order() -> None:
    rows("UPDATE points_earningrule SET basis = 'item'")
    accepted(event("ann", "checkout_item", transaction_id="t", product_id="hat", subtotal=20))
    assert order("t", "status", "total", "earned") == ("draft", 20, 20)
    accepted(checkout(total=None))
    accepted(event("ann", "checkout_item", transaction_id="t", product_id="shoe", subtotal=30, quantity=3))
    assert order("t", "status", "total", "earned") == ("pending", 50, 50)
    refuse(event("ann", "checkout_item", transaction_id="t", product_id="hat", subtotal=20), 5003)
    accepted(event("ann", "checkout_accept", transaction_id="t"))
    refuse(event("ann", "checkout_item", transaction_id="t", product_id="cap", subtotal=20), 112211, "pending")
    assert balance() == {"earned": 150, "spendable": 150}


def test_an_order_has_at_most_a_thousand_items(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("events.orders.rows.MAX_ITEMS", 2)
    accepted(event("ann", "checkout_item", transaction_id="t", product_id="hat", subtotal=20))
    refuse(checkout(items=TWO_LINES), 0, "at most 2 items")
    accepted(event("ann", "checkout_item", transaction_id="t", product_id="cap", subtotal=20))
    refuse(event("ann", "checkout_item", transaction_id="t", product_id="sock", subtotal=20), 0, "at most 2 items")


def test_the_items_of_a_draft_earn_when_its_checkout_is_accepted_at_once() -> None:
    rows("UPDATE points_earningrule SET basis = 'item'")
    accepted(event("ann", "checkout_item", transaction_id="t", product_id="hat", subtotal=20))
    assert balance() == {"earned": 100, "pending": 20, "spendable": 100}
    accepted(checkout(total=None))
    assert balance() == {"earned": 120, "spendable": 120}


@pytest.mark.usefixtures("accepting")
def test_an_order_is_accepted_by_itself_after_the_days_of_the_settings() -> None:
    rows("UPDATE staff_generalsettings SET accept_after_days = 2")
    accepted(checkout())
    assert accept_due_orders(at=NOW + dt.timedelta(days=2, seconds=-1)) == 0
    assert accept_due_orders(at=NOW + dt.timedelta(days=2)) == 1
    assert accept_due_orders(at=LATER) == 0
    assert balance() == {"earned": 150, "spendable": 150}


@pytest.mark.usefixtures("accepting")
def test_auto_accept_names_the_day_as_it_begins_here(settings: Any) -> None:
    settings.TIME_ZONE = "Europe/Budapest"
    accepted(checkout(auto_accept="2026-04-01"))
    [(at,)] = rows("SELECT accept_at FROM events_transaction")
    assert at == dt.datetime(2026, 3, 31, 22, tzinfo=dt.UTC)


# Reservations


def test_reserved_points_cannot_be_spent_twice_and_come_back() -> None:
    accepted(event("ann", "reserve_points", transaction_id="t", points=70))
    assert balance() == {"earned": 100, "reserved": 70, "spendable": 30}
    refuse(event("ann", "point_spend", points=31), 120241)
    refuse(event("ann", "reserve_points", transaction_id="t", points=1), 5003)
    refuse(event("ann", "reserve_points", transaction_id="u", points=31), 120241)
    accepted(event("ann", "release_points", transaction_id="t", points=20))
    refuse(event("ann", "release_points", transaction_id="t", points=51), 112911, "50 reserved")
    accepted(event("ann", "release_points", transaction_id="t"))
    refuse(event("ann", "release_points", transaction_id="t"), 112910, "No points are reserved")
    assert balance() == {"earned": 100, "spendable": 100}


def test_a_checkout_uses_up_its_own_reservation_and_no_other() -> None:
    accepted(event("ann", "reserve_points", transaction_id="t", points=60))
    accepted(event("ann", "reserve_points", transaction_id="u", points=30))
    accepted(checkout(total=0, points_burned=40))
    assert balance() == {"earned": 100, "spent": 40, "reserved": 30, "spendable": 30}
    assert order("t", "reserved", "burned") == (0, 40)


def test_reserved_points_pay_even_if_they_have_expired_meanwhile() -> None:
    accepted(event("ann", "reserve_points", transaction_id="t", points=60))
    rows("UPDATE points_lot SET expires_at = %s", [NOW + dt.timedelta(days=1)])
    [outcome] = send(checkout(total=0, points_burned=50), at=LATER)
    assert outcome.error is None
    assert balance() == {"earned": 100, "spent": 50, "expired": 10, "spendable": 40}


def test_released_points_repay_a_debt() -> None:
    accepted(checkout(), event("ann", "reserve_points", transaction_id="r", points=150))
    accepted(event("ann", "refund", transaction_id="t"))
    assert balance() == {"earned": 100, "reserved": 150, "debt": 50}
    accepted(event("ann", "release_points", transaction_id="r"))
    assert balance() == {"earned": 100, "spendable": 100}


# Unspending


def test_112900_points_burned_with_an_order_come_back_with_the_order_only() -> None:
    accepted(checkout(total=0, points_burned=60), event("ann", "point_spend", points=10))
    refuse(event("ann", "point_unspend", points=11), 112900)
    refuse(event("ann", "point_unspend", transaction_id="t", points=61), 112900)
    accepted(event("ann", "point_unspend", transaction_id="t", points=25), event("ann", "point_unspend", points=10))
    accepted(event("ann", "refund", transaction_id="t"))
    assert order("t", "given_back") == 60
    assert balance() == {"earned": 100, "spendable": 100}


# Guests


def guest(**data: Any) -> Incoming:
    return Incoming("opted_out_1:ab", "checkout", {"transaction_id": "g", "total": 40, **data}, guest=True)


def test_a_guests_order_is_kept_without_a_customer_and_claimed_once() -> None:
    [outcome] = send(guest(items=TWO_LINES))
    assert (outcome.error, outcome.state, outcome.events) == (None, None, [])
    assert rows("SELECT count(*) FROM customers_customer") == [(1,)]
    assert codes(send(guest(), checkout(transaction_id="g"))) == [5003, 5003]
    accepted(event("bob", "opt_in"), event("ann", "checkout_claim", transaction_id="g"))
    assert codes(send(event("bob", "checkout_claim", transaction_id="g"))) == [5003]
    assert order("g", "status", "total", "earned") == ("accepted", 40, 40)
    assert rows("SELECT count(*) FROM events_event WHERE action = 'checkout_item'") == [(2,)]
    assert balance() == {"earned": 140, "spendable": 140}
    accepted(event("ann", "refund", transaction_id="g"))
    assert spendable("ann") == 100


def test_a_guest_cannot_burn_and_can_only_check_out() -> None:
    assert codes(send(guest(points_burned=5))) == [160216]
    assert codes(send(Incoming("x", "point_add", {"points": 5}, guest=True))) == [0]
    assert codes(send(guest(total=None))) == [0]
    assert rows("SELECT count(*) FROM events_guestorder") == [(0,)]


# Pending points of other events


def test_the_points_of_an_event_type_with_days_stay_pending_for_them() -> None:
    rows("INSERT INTO events_eventtype (action, name, labels, description, default_points,"
         " one_time, exposed, factory, pending_days) VALUES ('review', 'Review', '{}', '', 5, false, true, false, 2)")  # fmt: skip
    accepted(event("ann", "review"), event("ann", "review"), event("ann", "review"))
    assert balance() == {"earned": 100, "pending": 15, "spendable": 100}
    first, second, _ = rows("SELECT event_id FROM points_pending ORDER BY id")
    accepted(event("ann", "pending_accept", event=first[0]), event("ann", "pending_reject", event=second[0]))
    refuse(event("ann", "pending_accept", event=first[0]), 112920, "no pending points")
    assert accept_due_points(at=NOW + dt.timedelta(days=2)) == 1
    assert accept_due_points(at=LATER) == 0
    assert balance() == {"earned": 110, "spendable": 110}


def test_one_batch_is_as_many_batches_of_one() -> None:
    history = [
        event("ann", "reserve_points", transaction_id="t", points=60),
        checkout(items=TWO_LINES, points_burned=80),
        event("ann", "partial_refund", transaction_id="t", amount=25),
        event("ann", "point_unspend", transaction_id="t", points=40),
        event("ann", "refund", transaction_id="t"),
        event("ann", "point_spend", points=100),
    ]
    assert codes(record(history, by=BY, at=NOW)) == [None] * 6
    assert balance() == {"earned": 100, "spent": 100}


@pytest.mark.parametrize("basis", ["transaction", "item"])
@pytest.mark.parametrize("empty", [[], {}], ids=["list", "object of PHP"])
def test_an_update_with_an_empty_list_of_items_takes_the_lines_out(basis: str, empty: Any) -> None:
    configure(checkout_accept=True)
    rows("UPDATE points_earningrule SET basis = %s", [basis])
    accepted(event("ann", "checkout", transaction_id="t", items=[{"product_id": "A", "price": 10}]))

    accepted(event("ann", "checkout_update", transaction_id="t", items=empty, total=4))

    earned = 4 if basis == "transaction" else 0
    assert order("t", "total", "earned", "items") == (4, earned, "[]")
    check_books()


def test_an_update_with_an_empty_list_and_no_total_is_refused() -> None:
    configure(checkout_accept=True)
    accepted(event("ann", "checkout", transaction_id="t", items=[{"product_id": "A", "price": 10}]))

    [outcome] = send(event("ann", "checkout_update", transaction_id="t", items=[]))

    assert outcome.error
    assert "'items' is empty: name the 'total' too" in outcome.error.message
    assert order("t", "total", "earned") == (10, 10)
