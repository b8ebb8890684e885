"""What a merge leaves behind, to the row: lots, entries, balances, promises, orders, uses of bonuses, identities."""

import datetime as dt
import json
from decimal import Decimal
from typing import Any

import pytest

from loyalty.engine.events import Incoming
from loyalty.points.expiry.operations import expire_points
from tests.engine.merging.families import check_families
from tests.engine.world import NOW, accepted, codes, configure, event, merging, rows, send, somebody_subscribes
from tests.points.bonuses.bonus import bonus

pytestmark = pytest.mark.django_db
LATER = NOW + dt.timedelta(days=40)
BUCKETS = ("earned", "spent", "expired", "reserved", "pending", "debt", "spendable")
NAMED = "(SELECT id FROM customers_customer WHERE public_id = %s)"


@pytest.fixture(autouse=True)
def two() -> None:
    configure(multi_accounts=True)
    somebody_subscribes()
    accepted(event("old", "opt_in"), event("new", "opt_in"))


def balance(name: str = "new", account: str = "main") -> dict[str, int]:
    """The figures that are not 0."""
    found = rows(
        f"SELECT {', '.join(BUCKETS)} FROM points_balance b JOIN points_account a ON a.id = account_id"
        f" WHERE slug = %s AND customer_id = {NAMED}",
        [account, name],
    )
    check_families()
    return {bucket: value for row in found for bucket, value in zip(BUCKETS, row, strict=True) if value}


def lots(name: str) -> list[tuple[int, int, int]]:
    return rows(f"SELECT points, remaining, expired FROM points_lot WHERE customer_id = {NAMED} ORDER BY id", [name])


def entries(name: str) -> list[tuple[str, int]]:
    """Of the merge."""
    return rows(
        "SELECT kind, p.points FROM points_entry p JOIN events_event e ON e.customer_id = p.customer_id AND e.id = event_id"
        f" WHERE action = 'customer_merge' AND p.customer_id = {NAMED} ORDER BY p.id",
        [name],
    )


def merge_row() -> dict[str, Any]:
    [(moved, filled, kind)] = rows("SELECT moved::jsonb::text, filled, kind FROM customers_merge")
    return {**json.loads(moved), "filled": filled, "kind": kind}


def second_account() -> None:
    rows("INSERT INTO points_account (slug, name, currency_label, is_default) VALUES ('extra', 'Extra', 'p', false)")


def test_lots_keep_their_ids_their_events_and_their_dates_and_move_by_pairs_of_entries() -> None:
    accepted(event("old", "point_add", points=50, expdate="2026-05-01"), event("old", "point_add", points=8))
    accepted(
        event("old", "point_spend", points=50), event("old", "point_sub", points=3), event("new", "point_add", points=7)
    )
    same = "id, event_id, account_id, points, earned_at, expires_at"
    before = rows(f"SELECT {same}, remaining FROM points_lot WHERE customer_id = {NAMED} ORDER BY id", ["old"])

    accepted(merging("old", "new"))

    moved = rows(f"SELECT {same}, remaining FROM points_lot WHERE customer_id = {NAMED} ORDER BY id", ["new"])
    assert moved[: len(before)] == before
    assert lots("new") == [(50, 0, 0), (8, 5, 0), (7, 7, 0)]
    assert lots("old") == [(50, 0, 0), (8, 0, 0)]
    assert (entries("old"), entries("new")) == ([("move", -5)], [("move", 5)])
    assert balance() == {"earned": 62, "spent": 50, "spendable": 12}
    assert balance("old") == {}


def test_buckets_add_up_account_by_account() -> None:
    second_account()
    accepted(event("old", "point_add", points=60, expdate="2026-03-15"), event("new", "point_add", points=100))
    expire_points(now=lambda: LATER)
    accepted(
        event("old", "point_add", points=70), event("old", "point_add", "extra", points=9),
        event("old", "reserve_points", transaction_id="r", points=20), event("old", "point_spend", points=30),
        event("new", "point_spend", points=1), at=LATER,
    )  # fmt: skip

    accepted(merging("old", "new"), at=LATER)

    assert balance() == {"earned": 230, "spent": 31, "expired": 60, "reserved": 20, "spendable": 119}
    assert balance("new", "extra") == {"earned": 9, "spendable": 9}
    assert rows("SELECT count(*) FROM points_balance") == [(2,)]


@pytest.mark.parametrize(("debtor", "other"), [("old", "new"), ("new", "old")])
def test_a_debt_of_either_side_is_repaid_from_the_others_points(debtor: str, other: str) -> None:
    rows("UPDATE points_account SET negative_points = true")
    accepted(event(debtor, "point_sub", points=30), event(other, "point_add", points=100))

    accepted(merging("old", "new"))

    moves = [("move", 100)] if other == "old" else []
    assert entries("new") == [*moves, ("repay", -30), ("repay", 30)]
    assert balance() == {"earned": 70, "spendable": 70}


def test_a_debt_above_the_points_stays_in_part() -> None:
    rows("UPDATE points_account SET negative_points = true")
    accepted(event("old", "point_sub", points=130), event("new", "point_add", points=100))

    accepted(merging("old", "new"))

    assert balance() == {"earned": -30, "debt": 30}


def test_debts_of_both_add_up() -> None:
    rows("UPDATE points_account SET negative_points = true")
    accepted(event("old", "point_sub", points=10), event("new", "point_sub", points=5))

    accepted(merging("old", "new"))

    assert balance() == {"earned": -15, "debt": 15}


def test_promises_settled_ones_too_are_the_survivors_with_the_same_ids_and_events() -> None:
    rows(
        "INSERT INTO events_eventtype (action, name, labels, description, default_points,"
        " one_time, exposed, pending_days, factory)"
        " VALUES ('survey', 'Survey', '{}', '', 7, false, true, 3, false)"
    )
    accepted(event("old", "survey"), event("old", "survey"), event("new", "survey"))
    [(first,)] = rows("SELECT min(event_id) FROM points_pending")
    accepted(event("old", "pending_reject", event=str(first)))
    before = rows("SELECT id, event_id, points, due_at, settled_by FROM points_pending ORDER BY id")

    accepted(merging("old", "new"))

    assert rows("SELECT id, event_id, points, due_at, settled_by FROM points_pending ORDER BY id") == before
    assert rows(f"SELECT count(*) FROM points_pending WHERE customer_id = {NAMED}", ["new"]) == [(3,)]
    assert balance() == {"pending": 14}
    assert merge_row()["pending"] == 2


def test_orders_of_every_status_are_the_survivors_as_they_were() -> None:
    configure(checkout_accept=True)
    accepted(event("old", "point_add", points=90), event("old", "point_add", points=1))
    accepted(*(event("old", "checkout", transaction_id=name, total=10) for name in ("p", "a", "r", "f")))
    accepted(event("old", "reserve_points", transaction_id="d", points=5))
    accepted(*(event("old", "checkout_accept", transaction_id=name) for name in ("a", "f")))
    accepted(event("old", "checkout_reject", transaction_id="r"), event("old", "refund", transaction_id="f"))
    columns = (
        "id, transaction_id, status, event_id, total, refunded, earned, taken_back, reserved, created_at, accepted_at"
    )
    before = rows(f"SELECT {columns} FROM events_transaction ORDER BY id")
    assert {row[2] for row in before} == {"draft", "pending", "accepted", "rejected", "refunded"}

    accepted(merging("old", "new"))

    assert rows(f"SELECT {columns} FROM events_transaction ORDER BY id") == before
    assert rows(
        "SELECT DISTINCT public_id FROM events_transaction JOIN customers_customer c ON c.id = customer_id"
    ) == [("new",)]
    assert balance() == {"earned": 101, "reserved": 5, "pending": 10, "spendable": 96}


def test_uses_of_a_bonus_add_up_so_that_a_merge_gives_no_limit_back() -> None:
    made = bonus("2", customer_limit=25)
    accepted(
        event("old", "checkout", transaction_id="1", total=10), event("new", "checkout", transaction_id="2", total=10)
    )

    accepted(merging("old", "new"))

    assert rows("SELECT bonus_id, points FROM points_bonususe") == [(made.id, 20)]
    accepted(event("new", "checkout", transaction_id="3", total=10))
    assert rows("SELECT points FROM points_lot ORDER BY id DESC LIMIT 1") == [(15,)]


def test_a_bonus_that_only_the_source_used_is_counted_for_the_survivor() -> None:
    bonus("2", customer_limit=15)
    accepted(event("old", "checkout", transaction_id="1", total=10))

    accepted(merging("old", "new"))

    accepted(event("new", "checkout", transaction_id="3", total=10))
    assert rows("SELECT points FROM points_lot ORDER BY id DESC LIMIT 1") == [(15,)]


def test_events_stay_in_their_streams_and_each_gets_one_of_the_merge() -> None:
    accepted(event("old", "checkout", transaction_id="t", total=10), event("new", "point_add", points=1))
    before = rows("SELECT * FROM events_event ORDER BY id")

    outcome = accepted(merging("old", "new"))[0]

    after = rows("SELECT * FROM events_event ORDER BY id")
    assert after[: len(before)] == before
    assert rows(
        "SELECT public_id, action, points, account_id, parent_id, via_id, data::text FROM events_event e"
        " JOIN customers_customer c ON c.id = customer_id ORDER BY e.id OFFSET %s",
        [len(before)],
    ) == [
        (name, "customer_merge", 0, None, None, None, '{"kind": "full", "source": "old", "target": "new"}')
        for name in ("old", "new")
    ]
    assert rows("SELECT source_event, survivor_event FROM customers_merge") == [tuple(e.id for e in outcome.events)]
    assert rows("SELECT count(*) FROM sync_outboxrow WHERE action = 'customer_merge'") == [(2,)]


def test_the_survivor_keeps_its_values_and_takes_over_what_it_lacks() -> None:
    accepted(
        event(
            "old",
            "profile",
            first_name="Old",
            last_name="Oldman",
            email="old@x.hu",
            country="hu",
            size=40,
            colour="red",
        )
    )
    accepted(event("new", "profile", first_name="New", email="", colour="blue"))

    accepted(merging("old", "new", "full"))

    [found] = rows("SELECT first_name, last_name, email, country, properties->'size', properties->'colour'"
                   " FROM customers_customer WHERE public_id = 'new'")  # fmt: skip
    assert found == ("New", "Oldman", "old@x.hu", "HU", "40", '"blue"')
    assert merge_row()["filled"] == ["last_name", "email", "country", "size"]


def test_a_partial_merge_leaves_custom_fields_out() -> None:
    accepted(event("old", "profile", last_name="Oldman", size=40))

    accepted(merging("old", "new", "partial"))

    assert rows("SELECT last_name, properties::text FROM customers_customer WHERE public_id = 'new'") == [
        ("Oldman", "{}")
    ]
    assert (merge_row()["filled"], merge_row()["kind"]) == (["last_name"], "partial")


def test_that_nobody_had_enrolled_the_source_is_no_field() -> None:
    configure(auto_subscribe="checkout")
    accepted(event("walk-in", "checkout", transaction_id="t", total=10))

    accepted(merging("walk-in", "new"))

    assert rows("SELECT properties::text FROM customers_customer WHERE public_id = 'new'") == [("{}",)]


def test_together_they_have_no_more_custom_attributes_than_a_customer_may() -> None:
    accepted(Incoming("old", "profile", {f"a{number}": number for number in range(150)}))
    accepted(Incoming("new", "profile", {f"b{number}": number for number in range(150)}))

    assert codes(send(merging("old", "new"))) == [120034]
    assert codes(send(merging("old", "new", "partial"))) == [None]


def test_together_their_custom_attributes_are_no_larger_than_a_customer_s() -> None:
    accepted(Incoming("old", "profile", {"first": "x" * 40_000}), Incoming("new", "profile", {"second": "x" * 40_000}))

    assert codes(send(merging("old", "new"))) == [120034]
    assert codes(send(merging("old", "new", "partial"))) == [None]


def test_purchases_add_up_and_dates_are_the_earlier_and_the_later() -> None:
    days = [int((NOW - dt.timedelta(days=days)).timestamp()) for days in (9, 2)]
    accepted(
        event(
            "old",
            "checkout",
            transaction_id="1",
            total=10,
            effective_timestamp=days[0],
            items=[{"price": 5, "quantity": 2}],
        )
    )
    accepted(event("new", "checkout", transaction_id="2", total="2.5", effective_timestamp=days[1]))
    rows("UPDATE customers_customer SET optin_at = '2020-01-01', last_login_at = '2026-02-02' WHERE public_id = 'old'")

    accepted(merging("old", "new"))

    columns = "purchase_total, purchase_count, purchase_item_count, purchase_first_date, purchase_last_date, optin_at::date, last_login_at::date"
    assert rows(f"SELECT {columns} FROM customers_customer WHERE public_id = 'new'") == [
        (Decimal("12.5"), 2, 2, *(dt.datetime.fromtimestamp(day, dt.UTC) for day in days), dt.date(2020, 1, 1), dt.date(2026, 2, 2))
    ]  # fmt: skip


def test_an_inactive_profile_may_be_merged_away_and_brings_no_opt_in() -> None:
    accepted(event("quiet", "subscribe"), event("quiet", "point_add", points=5))

    accepted(merging("quiet", "new"))

    assert balance() == {"earned": 5, "spendable": 5}


def test_a_draft_that_was_only_named_gives_way_to_the_order_of_the_same_id() -> None:
    accepted(event("new", "point_add", points=1, transaction_id="t"))
    accepted(event("old", "checkout", transaction_id="t", total=10), at=LATER)

    accepted(merging("old", "new"), at=LATER)

    assert rows("SELECT status, total, created_at FROM events_transaction") == [("accepted", 10, NOW)]
    check_families()


def test_a_draft_of_the_source_that_was_only_named_gives_way_too() -> None:
    accepted(event("old", "point_add", points=1, transaction_id="t"))
    accepted(event("new", "checkout", transaction_id="t", total=10), at=LATER)

    accepted(merging("old", "new"), at=LATER)

    assert rows("SELECT status, total, created_at FROM events_transaction") == [("accepted", 10, NOW)]
    assert codes(send(event("new", "refund", transaction_id="t"), at=LATER)) == [None]


def test_two_open_orders_of_one_id_are_named_and_nothing_is_merged() -> None:
    for name in ("old", "new"):
        accepted(event(name, "point_add", points=5), event(name, "reserve_points", transaction_id="t7", points=5))

    [outcome] = send(merging("old", "new"))

    assert outcome.error is not None
    assert (outcome.error.code, "t7" in outcome.error.message) == (120033, True)
    assert rows("SELECT count(*) FROM customers_merge") == [(0,)]
    assert rows("SELECT status FROM customers_customer") == [("active",), ("active",)]
    check_families()
