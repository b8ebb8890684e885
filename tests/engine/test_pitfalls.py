"""What the users of comparable systems suffer from, each with a test of its own: refunds, expiry, repetition, races.

A day early or late is in tests/points; the races of one order are in test_races.
"""

import datetime as dt
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from customers.erasure.operations import record_opt_out
from customers.models import Customer
from customers.queries import customer_named
from loyalty.engine import record as engine
from loyalty.engine.events import Actor, Incoming
from loyalty.engine.storage import statements
from loyalty.points.expiry.operations import expire_points
from loyalty.points.expiry.queries import expiring_points
from loyalty.staff.enums import Role
from loyalty.staff.models import User
from tests.api_keys import development_key
from tests.engine.merging.families import check_families
from tests.engine.races.racing import BALANCES, CLIENTS, race

from .world import NOW, accepted, check_books, codes, configure, event, merging, rows, send, spendable

LATER = NOW + dt.timedelta(days=40)


@pytest.fixture
def ann(db: None) -> None:
    configure()
    accepted(event("ann", "opt_in"))


def points() -> tuple[Any, ...]:
    check_books()
    return rows("SELECT earned, spent, expired, debt, spendable FROM points_balance")[0]


def checkout(number: int, **data: Any) -> Incoming:
    return event("ann", "checkout", **{"transaction_id": f"t{number}", "total": 100, **data})


# 1. A refund leaves wrong points


def test_pitfall_1_points_are_taken_again_once_and_neither_kept_nor_doubled(ann: None) -> None:
    accepted(checkout(1), checkout(2))
    refund = event("ann", "refund", transaction_id="t1")
    assert codes(send(refund, refund)) == [None, 112201]
    assert points() == (100, 0, 0, 0, 100)


def test_pitfall_1_buying_spending_and_returning_over_and_over_mints_nothing(ann: None) -> None:
    for number in range(5):
        accepted(
            checkout(number),
            event("ann", "point_spend", points=100),
            event("ann", "refund", transaction_id=f"t{number}"),
        )
        accepted(event("ann", "point_unspend", points=100))
        assert points() == (0, 0, 0, 0, 0)


def test_pitfall_1_points_that_pay_are_no_earning(ann: None) -> None:
    accepted(event("ann", "point_add", points=60), checkout(1, total=40, points_burned=60))
    assert points() == (100, 60, 0, 0, 40)
    assert rows("SELECT kind, sum(points)::int FROM points_entry GROUP BY 1 ORDER BY 1") == [
        ("earn", 100),
        ("spend", -60),
    ]


def test_pitfall_1_two_signs_are_no_number(ann: None) -> None:
    accepted(checkout(1))
    for wrong in ("--5", "+-5", "- 5"):
        assert codes(send(event("ann", "point_fix", points=wrong))) == [0]
        assert codes(send(event("ann", "partial_refund", transaction_id="t1", amount=wrong))) == [0]
    assert points() == (100, 0, 0, 0, 100)


@pytest.mark.parametrize("modules", ["{}", "{checkout_accept}"])
def test_pitfall_1_whatever_document_redeems_points_deducts_them(ann: None, modules: str) -> None:
    rows("UPDATE staff_generalsettings SET modules = %s", [modules])
    accepted(event("ann", "point_add", points=300), checkout(1, total=0, points_burned=50))
    guest = Incoming("guest", "checkout", {"transaction_id": "g", "total": 0, "points_burned": 50}, guest=True)
    assert codes(send(guest)) == [160216]
    update = codes(send(event("ann", "checkout_update", transaction_id="t1", points_burned=70)))
    assert points()[1] == (70 if update == [None] else 50)


def test_pitfall_1_an_order_that_is_deleted_takes_its_points_with_it(ann: None) -> None:
    accepted(checkout(1), event("ann", "checkout_reject", transaction_id="t1"))
    assert points() == (0, 0, 0, 0, 0)


# 2. Expiry by subtracting totals


def test_pitfall_2_only_what_is_left_of_points_expires(ann: None) -> None:
    rows("UPDATE staff_generalsettings SET modules = '{expiring_points}'")
    accepted(event("ann", "point_add", points=100, expdate="2026-03-15"), event("ann", "point_add", points=50))
    accepted(event("ann", "point_spend", points=80))
    assert expire_points(now=lambda: LATER).lots == 1
    assert points() == (150, 80, 20, 0, 50)
    accepted(event("ann", "point_spend", points=50), at=LATER)
    assert points() == (150, 130, 20, 0, 0)


def test_pitfall_2_what_expired_is_told_by_an_event_of_its_own(ann: None) -> None:
    accepted(event("ann", "point_add", points=100, expdate="2026-03-15"))
    expire_points(now=lambda: LATER)
    assert rows("SELECT action, points, source FROM events_event WHERE points < 0") == [("point_expire", -100, "timer")]
    assert rows("SELECT sum(points)::int FROM points_entry WHERE kind = 'expire'") == [(-100,)]


def test_pitfall_2_every_coming_expiry_is_told_not_only_the_next(ann: None) -> None:
    for day in ("2026-03-15", "2026-04-20", "2027-01-01"):
        accepted(event("ann", "point_add", points=10, expdate=day))
    [[id]] = rows("SELECT id FROM customers_customer")
    assert len(expiring_points(id)) == 3


# 3. The same event twice


def test_pitfall_3_each_repetition_of_an_orders_life_is_without_effect(ann: None) -> None:
    rows("UPDATE staff_generalsettings SET modules = '{checkout_accept}'")
    life = [
        checkout(1, points_burned=0),
        event("ann", "checkout_accept", transaction_id="t1"),
        event("ann", "refund", transaction_id="t1"),
    ]
    for number, step in enumerate(life, 1):
        accepted(step)
        before = rows("SELECT count(*) FROM points_entry")
        assert None not in codes(send(*life[:number]))
        assert rows("SELECT count(*) FROM points_entry") == before
    assert points() == (0, 0, 0, 0, 0)


def test_pitfall_3_a_reservation_that_is_sent_again_reserves_once(ann: None) -> None:
    accepted(event("ann", "point_add", points=100))
    reserve = event("ann", "reserve_points", transaction_id="t1", points=40)
    assert codes(send(reserve, reserve)) == [None, 5003]
    assert rows("SELECT reserved FROM points_balance") == [(40,)]


# 4. Look first, act then


def first_earnings() -> list[list[Incoming]]:
    configure(multi_accounts=True)
    rows("INSERT INTO points_account (slug, name, currency_label, is_default) VALUES ('extra', 'Extra', 'p', false)")
    accepted(event("ann", "opt_in"))
    return [[event("ann", "point_add", "extra", points=1)] for _ in range(CLIENTS)]


def extra() -> list[tuple[Any, ...]]:
    return rows("SELECT earned FROM points_balance b JOIN points_account a ON a.id = account_id WHERE slug = 'extra'")


@pytest.mark.usefixtures("committed_db")
def test_pitfall_4_the_first_points_in_an_account_without_a_row_are_not_lost() -> None:
    assert race(first_earnings(), BALANCES) == [None] * CLIENTS
    assert extra() == [(CLIENTS,)]


@pytest.mark.usefixtures("committed_db")
def test_pitfall_4_control_without_the_customers_lock_first_points_are_lost(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(statements, "LOCK", statements.LOCK.replace("FOR NO KEY UPDATE", ""))
    assert race(first_earnings(), BALANCES).count(None) < CLIENTS


def refunds() -> list[list[Incoming]]:
    accepted(event("ann", "opt_in"), checkout(1))
    return [[event("ann", "partial_refund", transaction_id="t1", amount=30)] for _ in range(CLIENTS)]


@pytest.mark.usefixtures("committed_db")
def test_pitfall_4_refunds_at_once_never_exceed_the_order() -> None:
    found = race(refunds(), BALANCES)
    assert found.count(None) == 3
    assert (rows("SELECT refunded, taken_back FROM events_transaction"), spendable("ann")) == ([(90, 90)], 10)
    check_books()


@pytest.mark.usefixtures("committed_db")
def test_pitfall_4_control_without_the_customers_lock_more_is_refunded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(statements, "LOCK", statements.LOCK.replace("FOR NO KEY UPDATE", ""))
    assert race(refunds(), BALANCES).count(None) > 3


# 8. A merge loses data


@pytest.fixture
def bob(ann: None) -> None:
    accepted(event("bob", "opt_in"))


def merge(source: str = "ann", target: str = "bob") -> None:
    accepted(merging(source, target))
    check_families()


def test_pitfall_8_points_follow_the_merge_once(bob: None) -> None:
    accepted(checkout(1), event("ann", "point_spend", points=30), event("bob", "point_add", points=5))
    merge()
    assert points() == (105, 30, 0, 0, 75)
    assert codes(send(merging("ann", "bob"))) == [120032]
    assert points() == (105, 30, 0, 0, 75)


def test_pitfall_8_the_chosen_profile_wins_and_the_known_id_does_not_vanish(bob: None) -> None:
    accepted(event("ann", "profile", first_name="Ann", email="ann@x.hu"), event("bob", "profile", first_name="Bob"))
    merge()
    [found] = rows("SELECT public_id, first_name, email FROM customers_customer WHERE status = 'active'")
    assert found == ("bob", "Bob", "ann@x.hu")
    for name in ("ann", "bob"):
        known = customer_named(name)
        assert known is not None
        assert known.public_id == "bob"


def test_pitfall_8_the_merged_page_leads_to_the_survivor(bob: None, client: Client) -> None:
    [(id,)] = rows("SELECT id FROM customers_customer WHERE public_id = 'ann'")
    client.force_login(User.objects.create_user("u", role=Role.MANAGER))
    address = reverse("customers:overview", args=[id])
    assert client.get(address).status_code == 200
    merge()
    [(survivor,)] = rows("SELECT id FROM customers_customer WHERE public_id = 'bob'")
    answer = client.get(address)
    assert (answer.status_code, answer["Location"]) == (302, reverse("customers:overview", args=[survivor]))


def test_pitfall_8_nothing_of_a_profile_is_left_behind(bob: None) -> None:
    accepted(event("ann", "profile", shoe_size=40, newsletter=True), checkout(1), event("ann", "point_add", points=1))
    merge()
    [(properties,)] = rows("SELECT properties::text FROM customers_customer WHERE public_id = 'bob'")
    assert properties == '{"shoe_size": 40, "newsletter": true}'
    for table in ("points_balance", "points_pending", "events_transaction", "points_bonususe", "customers_identity"):
        assert not rows(
            f"SELECT 1 FROM {table} JOIN customers_customer c ON c.id = customer_id WHERE c.status = 'merged'"
        )
    [(events,)] = rows(
        "SELECT count(*) FROM events_event e JOIN customers_merge ON e.customer_id IN (source_id, survivor_id)"
    )
    assert events == len(rows("SELECT 1 FROM events_event"))


def test_pitfall_8_one_time_rewards_are_not_earned_anew(bob: None) -> None:
    rows(
        "INSERT INTO events_eventtype (action, name, labels, description, default_points,"
        " one_time, exposed, factory) VALUES ('welcome', 'W', '{}', '', 5, true, true, false)"
    )
    accepted(event("ann", "welcome"))
    merge()
    assert codes(send(event("bob", "welcome"), event("ann", "welcome"))) == [10001, 10001]


@pytest.mark.usefixtures("committed_db")
def test_pitfall_8_an_event_that_is_saved_during_the_merge_stays_with_nobody_who_is_gone() -> None:
    configure()
    accepted(event("ann", "opt_in"), event("bob", "opt_in"))
    batches = [[event("ann", "point_add", points=1)] for _ in range(CLIENTS)]
    batches[CLIENTS // 2] = [merging("ann", "bob")]
    assert race(batches, "SELECT 1 FROM customers_customer FOR UPDATE") == [None] * CLIENTS
    assert spendable("bob") == CLIENTS - 1
    check_families()


@pytest.mark.django_db
@pytest.mark.parametrize("auto_subscribe", ["checkout", "any"])
def test_pitfall_12_an_erased_person_has_no_access_and_is_brought_back_by_nothing(
    client: Client, auto_subscribe: str
) -> None:
    configure(auto_subscribe=auto_subscribe)
    development_key("till-key", "Till")
    accepted(event("ann", "opt_in", first_name="Ann"), event("ann", "checkout", transaction_id="t", total=5))
    record_opt_out(Customer.objects.get(public_id="ann"), by=Actor("api"), at=NOW)

    assert client.get("/customers/ann?api_key=till-key").status_code == 404
    late = [event("ann", action, transaction_id="u", total=5, points=1) for action in ("checkout", "profile", "refund")]
    assert codes(send(*late)) == [160212] * 3
    old_rows = engine.record([event("ann", "opt_in"), event("ann", "profile")], by=Actor("import"), at=NOW)
    assert codes(old_rows) == [160212, 160212]
    assert codes(send(event("bob", "opt_in"), event("bob", "checkout", transaction_id="t", total=5))) == [None, 5003]
    assert rows("SELECT count(*) FROM customers_customer WHERE first_name IS NOT NULL OR public_id = 'ann'") == [(0,)]
