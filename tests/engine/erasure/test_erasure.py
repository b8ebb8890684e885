"""Opt-out and ban: what goes, what stays, and that nothing brings the person back."""

import datetime as dt
from typing import Any

import pytest

from customers.enums import BanReason
from customers.erasure.mechanism import BAN
from customers.erasure.models import Erasure, Tombstone
from customers.merging.operations import record_merge
from customers.models import Customer
from loyalty.engine.events import Actor, Incoming
from loyalty.engine.mechanism import Outcome
from loyalty.engine.record import record
from tests.engine.world import BY, NOW, accepted, check_books, codes, configure, event, rows, send

pytestmark = pytest.mark.django_db
LATER = NOW + dt.timedelta(days=1)
STAFF = Actor("back_office", grants=frozenset({BAN}))
BALANCE = (
    "SELECT earned, spent, expired, reserved, pending, debt, spendable FROM points_balance"
    " WHERE customer_id = (SELECT customer_id FROM customers_erasure)"
)


def opt_out(customer: str = "ann", at: dt.datetime = LATER, **data: Any) -> Outcome:
    return accepted(event(customer, "opt_out", **data), at=at)[0]


def ban(customer: str = "ann", reason: str = BanReason.FRAUD, by: Actor = STAFF) -> Outcome:
    return record([event(customer, "ban", reason=reason)], by=by, at=LATER)[0]


def refused(*events: Incoming, by: Actor = BY) -> list[int | None]:
    return codes(record(events, by=by, at=LATER))


def test_whoever_opts_out_leaves_no_points_that_could_be_spent() -> None:
    configure(checkout_accept=True)
    accepted(
        event("ann", "opt_in"),
        event("ann", "point_add", points=100),
        event("ann", "reserve_points", points=30, transaction_id="r"),
        event("ann", "checkout", transaction_id="t", total=50, points_burned=20),
        event("ann", "checkout_item", transaction_id="d", product_id="p", price=7),
    )

    opt_out()

    assert rows(BALANCE) == [(100, 20, 80, 0, 0, 0, 0)]
    check_books()


def test_a_debt_stays_in_the_books() -> None:
    rows("UPDATE points_account SET negative_points = true")
    accepted(
        event("ann", "opt_in"),
        event("ann", "point_add", points=10),
        event("ann", "reserve_points", points=10, transaction_id="r"),
        event("ann", "point_sub", points=25),
    )

    opt_out()

    assert rows(BALANCE) == [(-15, 0, 0, 0, 0, 15, 0)]
    check_books()


def test_the_receipts_count_what_was_erased_in_each_table() -> None:
    accepted(event("ann", "opt_in", email="ann@example.com"), event("ann", "checkout", transaction_id="t", total=5))

    opt_out()

    erasure = Erasure.objects.get()
    found = {item.place: item.erased for item in erasure.items.all() if item.done_at}
    assert found["customers_customer"] == found["customers_identity"] == 1
    assert found["events_businesskey"] == found["events_transaction"] == 1
    assert found["events_event"] == rows("SELECT count(*) FROM events_event")[0][0] == 4
    assert found["points_entry"] == rows("SELECT count(*) FROM points_entry")[0][0] == 2


@pytest.mark.parametrize("action", ["profile", "checkout", "point_add", "subscribe", "login", "daily_login"])
def test_a_late_event_of_an_erased_person_is_refused_and_brings_nobody_back(action: str) -> None:
    configure(auto_subscribe="any")
    accepted(event("ann", "opt_in"))
    opt_out()
    before = rows("SELECT count(*) FROM customers_customer")

    assert refused(event("ann", action, transaction_id="late", total=5, points=5)) == [160212]
    assert rows("SELECT count(*) FROM customers_customer") == before
    assert rows("SELECT * FROM customers_identity") == []


def test_control_without_its_tombstone_a_late_event_creates_the_customer_again() -> None:
    configure(auto_subscribe="any")
    accepted(event("ann", "opt_in"))
    opt_out()
    Tombstone.objects.all().delete()

    assert refused(event("ann", "profile", first_name="Ann")) == [None]


def test_the_id_opts_in_again_from_nothing() -> None:
    accepted(event("ann", "opt_in", first_name="Ann"), event("ann", "point_add", points=5))
    opt_out()

    accepted(event("ann", "opt_in"), event("ann", "profile", gender="female"), at=LATER)

    [(name, status, spendable)] = rows(
        "SELECT first_name, c.status, spendable FROM customers_customer c JOIN points_balance b ON b.customer_id = c.id"
        " WHERE public_id = 'ann'"
    )
    assert (name, status, spendable) == (None, "active", 0)


def test_what_arrives_with_the_opt_in_but_before_it_is_refused() -> None:
    accepted(event("ann", "opt_in"))
    opt_out()

    assert refused(event("ann", "profile"), event("ann", "opt_in"), event("ann", "profile")) == [160212, None, None]


def test_an_old_row_of_an_import_brings_nobody_back() -> None:
    accepted(event("ann", "opt_in"))
    opt_out()

    assert refused(event("ann", "opt_in"), by=Actor("import")) == [160212]
    assert refused(event("bob", "opt_in"), by=Actor("import")) == [None]


def test_nobody_leaves_twice() -> None:
    accepted(event("ann", "opt_in"))

    assert codes(send(event("ann", "opt_out"), event("ann", "opt_out"))) == [None, 160212]
    assert codes(send(event("ann", "opt_out"), event("bob", "opt_out"))) == [160212, 160212]


@pytest.mark.parametrize("actions", [["subscribe"], ["opt_in"], ["opt_in", "checkout"]])
def test_whoever_is_created_and_erased_by_one_batch_leaves_nothing(actions: list[str]) -> None:
    made = [event("ann", action, transaction_id="t", total=5, first_name="Ann") for action in actions]
    accepted(*made, event("ann", "opt_out"))

    assert rows("SELECT first_name FROM customers_customer") == [(None,)]
    assert rows("SELECT count(*) FROM events_event WHERE data <> '{}' OR transaction_id IS NOT NULL") == [(0,)]


def test_a_receipt_of_an_erased_person_still_pays_once() -> None:
    accepted(event("ann", "opt_in"), event("ann", "checkout", transaction_id="t", total=5), event("bob", "opt_in"))
    opt_out()

    assert rows("SELECT key FROM events_businesskey WHERE key LIKE '%:t'") == []
    assert refused(event("bob", "checkout", transaction_id="t", total=5)) == [5003]
    assert refused(event("bob", "checkout", transaction_id="u", total=5)) == [None]
    assert rows("SELECT key FROM events_businesskey WHERE key NOT LIKE 'erased:%'") == [("checkout:u",)]


def test_a_ban_needs_the_right_and_a_reason() -> None:
    accepted(event("ann", "opt_in"))

    assert ban(by=BY).error
    assert ban(by=Actor("back_office", staff_id=1)).error
    assert ban(reason="dislike").error
    assert rows("SELECT status FROM customers_customer") == [("active",)]


def test_a_banned_id_cannot_opt_in() -> None:
    accepted(event("ann", "opt_in"))
    assert ban().error is None

    assert refused(event("ann", "opt_in")) == [160212]
    assert rows("SELECT status FROM customers_customer") == [("banned",)]
    assert Erasure.objects.get().reason == "fraud"
    rows("UPDATE customers_tombstone SET banned = false")
    assert refused(event("ann", "opt_in")) == [None]


def test_who_was_merged_into_the_person_goes_with_them() -> None:
    accepted(
        event("ann", "opt_in"),
        event("old", "opt_in", email="old@example.com"),
        event("old", "point_add", points=9),
        event("old", "reserve_points", points=4, transaction_id="r"),
        event("old", "checkout", transaction_id="t", total=5),
    )
    old, ann = (Customer.objects.get(public_id=name) for name in ("old", "ann"))
    record_merge(old, ann, kind="full", by=BY, at=NOW)

    opt_out()

    assert rows("SELECT count(*) FROM customers_customer WHERE email IS NOT NULL OR public_id IN ('ann', 'old')") == [
        (0,)
    ]
    assert rows("SELECT count(*) FROM events_event WHERE data <> '{}' OR transaction_id IS NOT NULL") == [(0,)]
    assert rows(BALANCE) == [(14, 0, 14, 0, 0, 0, 0)]
    assert refused(event("old", "checkout", transaction_id="u", total=5)) == [160212]
    assert refused(event("bob", "checkout", transaction_id="t", total=5)) == [5003]
