"""What a merge must leave is looked at: rows and IDs of merged-away profiles, each by itself."""

import datetime as dt

import pytest

from customers.models import Customer
from loyalty.points.expiry.operations import expire_points
from loyalty.verify.comparison import compare
from loyalty.verify.families import Families
from loyalty.verify.health import all_checks
from tests.engine.world import NOW, accepted, event, rows
from tests.merging import merge
from tests.verify.corrupting import customer_of, record_histories

LATER = NOW + dt.timedelta(days=2)


def merged(source: str, target: str, at: dt.datetime = LATER) -> None:
    merge(Customer.objects.get(public_id=source), Customer.objects.get(public_id=target), at)


@pytest.fixture
def chain(db: None) -> None:
    """a → b → c, and d beside them; all of it with points, promises and orders."""
    record_histories("a", "b", "c", "d")
    merged("a", "b")
    merged("b", "c", LATER + dt.timedelta(hours=1))
    assert compare(all_checks(), limit=10).found == 0


def named(*statements: str) -> set[tuple[str, int | None, str, tuple[str, ...]]]:
    """(check, customer, row, columns) of what differs then."""
    ids = {name: customer_of(name) for name in "abcd"}
    for statement in statements:
        rows(statement.format(**ids))
    return {
        (one.check, one.customer_id, one.row, tuple(one.stored)) for one in compare(all_checks(), limit=100).mismatches
    }


def test_a_merged_away_lot_that_holds_points_is_named(chain: None) -> None:
    [(lot,)] = rows("SELECT min(id) FROM points_lot WHERE customer_id = %s", [customer_of("a")])
    for owner in "ab":
        id = customer_of(owner)
        assert named(
            f"UPDATE points_lot SET remaining = remaining + 1 WHERE id = {lot} AND customer_id = {{{owner}}}"
        ) == {("lots", id, f"points_lot ({id}, {lot})", ("remaining",))}
        rows("UPDATE points_lot SET remaining = remaining - 1 WHERE id = %s AND customer_id = %s", [lot, id])


def test_rows_that_stayed_with_a_merged_away_profile_are_named(chain: None) -> None:
    a = customer_of("a")
    account = "(SELECT id FROM points_account WHERE is_default)"
    found = named(
        f"INSERT INTO points_balance (customer_id, account_id, earned, spent, expired, reserved, pending, debt)"
        f" VALUES ({{a}}, {account}, 0, 0, 0, 0, 0, 0)",
        "UPDATE events_transaction SET customer_id = {a} WHERE customer_id = {c} AND transaction_id = 'a-2'",
    )
    [(order,)] = rows("SELECT id FROM events_transaction WHERE transaction_id = 'a-2'")
    [(default,)] = rows(f"SELECT {account}")
    assert ("merges", a, f"points_balance ({a}, {default})", ("customer_id",)) in found
    assert ("merges", a, f"events_transaction ({a}, {order})", ("customer_id",)) in found
    # The survivor lacks it.
    assert {(check, owner) for check, owner, _, _ in found} >= {
        ("transactions", customer_of("c")),
        ("totals", customer_of("c")),
    }


def test_promises_that_stayed_are_named(chain: None) -> None:
    a = customer_of("a")
    [(first,)] = rows("SELECT min(id) FROM points_pending WHERE customer_id = %s", [customer_of("c")])
    found = named(f"UPDATE points_pending SET customer_id = {{a}} WHERE id = {first}")
    assert ("merges", a, f"points_pending ({a}, {first})", ("customer_id",)) in found
    assert ("pending", customer_of("c")) in {(check, owner) for check, owner, _, _ in found}


@pytest.mark.parametrize(
    ("statement", "scheme"),
    [
        ("UPDATE customers_identity SET customer_id = {a} WHERE value = 'a'", "id"),
        ("UPDATE customers_identity SET customer_id = {d} WHERE value = 'a'", "id"),
        ("DELETE FROM customers_identity WHERE value = 'a'", "id"),
        (
            "INSERT INTO customers_identity (scheme, value, customer_id, origin_id) VALUES ('card', '7', {b}, {a})",
            "card",
        ),
        (
            "INSERT INTO customers_identity (scheme, value, customer_id, origin_id) VALUES ('card', '7', {a}, NULL)",
            "card",
        ),
    ],
)
def test_an_old_id_that_does_not_lead_to_the_survivor_is_named_without_its_value(
    chain: None, statement: str, scheme: str
) -> None:
    found = named(statement)
    a = customer_of("a") if "DELETE" not in statement else Customer.objects.get(public_id="a").id
    assert ("merges", a, f"customers_identity ({a}, {scheme})", ("customer_id",)) in found
    assert {check for check, *_ in found} == {"merges"}


def test_a_merge_that_names_another_survivor_is_named(chain: None) -> None:
    a = customer_of("a")
    assert named("UPDATE customers_merge SET survivor_id = {d} WHERE source_id = {a}") == {
        ("merges", a, f"customers_merge ({a})", ("survivor_id",))
    }
    rows("UPDATE customers_merge SET survivor_id = %s WHERE source_id = %s", [customer_of("c"), a])


def test_a_status_that_does_not_fit_the_merge_is_named(chain: None) -> None:
    a, d = customer_of("a"), customer_of("d")
    assert named("UPDATE customers_customer SET status = 'active' WHERE id = {a}") == {
        ("merges", a, f"customers_customer ({a})", ("status",))
    }
    rows("UPDATE customers_customer SET status = 'merged' WHERE id IN (%s, %s)", [a, d])
    assert named() == {("merges", d, f"customers_customer ({d})", ("status",))}


def test_a_merge_that_repays_a_debt_is_right(db: None) -> None:
    rows("UPDATE points_account SET negative_points = true")
    record_histories("a", "b")
    accepted(event("a", "point_spend", points=1000), at=LATER)
    accepted(event("b", "point_add", points=5000), at=LATER)
    merged("a", "b")
    assert compare(all_checks(), limit=10).mismatches == []


@pytest.mark.parametrize(("buyer", "other"), [("a", "b"), ("b", "a")])
def test_an_empty_draft_that_gave_way_to_its_namesake_is_right(db: None, buyer: str, other: str) -> None:
    accepted(event("a", "opt_in"), event("b", "opt_in"))
    accepted(event(other, "point_add", points=1, transaction_id="t"))
    accepted(event(buyer, "checkout", transaction_id="t", total=10), at=LATER)
    accepted(event(buyer, "partial_refund", transaction_id="t", amount=4), at=LATER)
    merged("a", "b")
    assert compare(all_checks(), limit=10).mismatches == []


def test_what_the_survivor_does_with_merged_points_and_orders_is_right(chain: None) -> None:
    rows("UPDATE points_account SET negative_points = true")
    accepted(
        event("c", "refund", transaction_id="a-2"),
        event("c", "partial_refund", transaction_id="b-3", amount=1),
        event("a", "refund_item", transaction_id="b-1", product_id="hat", quantity=1),
        event("c", "release_points", transaction_id="a-8"),
        event("c", "point_unspend", points=20),
        event("c", "point_spend", points=900),
        event("c", "checkout", transaction_id="c-77", total=5000, points_burned=1),
        event("b", "checkout_accept", transaction_id="a-7"),
        at=LATER + dt.timedelta(hours=2),
    )
    expire_points(now=lambda: LATER + dt.timedelta(days=400))
    found = compare(all_checks(), limit=10)
    assert found.mismatches == []


def test_profiles_of_a_chain_belong_to_each_that_they_came_to() -> None:
    families = Families({1: 2, 2: 3, 5: 3}, frozenset({3}))
    assert families.survivors == {1: 3, 2: 3, 5: 3}
    assert families.profiles == {1: [1], 2: [1, 2], 3: [1, 2, 3, 5], 5: [5]}
    assert families.erased == {1, 2, 3, 5}


def test_a_cycle_made_by_hand_ends() -> None:
    assert Families({1: 2, 2: 1}).survivors == {1: 2, 2: 1}
