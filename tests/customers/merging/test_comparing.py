"""The preview of a merge says what the merge then does; and what may have happened twice is listed afterwards."""

import datetime as dt
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from customers.merging.preview import merge_preview
from customers.models import Customer
from events.duplicates.queries import possible_duplicates
from loyalty.engine.events import Incoming
from loyalty.points.ledger.models import Balance
from tests.engine.world import NOW, accepted, configure, event, merging, rows, send

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def two() -> None:
    configure(multi_accounts=True)
    accepted(event("old", "opt_in"), event("new", "opt_in"))


def customer(name: str) -> Customer:
    return Customer.objects.get(public_id=name)


def preview(kind: str = "full") -> Any:
    return merge_preview(customer("old"), customer("new"), kind)


def full_lives() -> None:
    rows("UPDATE points_account SET negative_points = true")
    rows("INSERT INTO points_account (slug, name, currency_label, is_default) VALUES ('extra', 'Extra', 'p', false)")
    accepted(
        event("old", "profile", first_name="Old", last_name="Oldman", size=40, colour="red"),
        event("new", "profile", first_name="New", colour="blue"),
        event("old", "point_add", points=90), event("old", "point_spend", points=20),
        event("old", "point_add", "extra", points=7), event("new", "point_sub", points=30),
        event("old", "checkout", transaction_id="t", total=10), event("new", "checkout", transaction_id="u", total=5),
    )  # fmt: skip


@pytest.mark.parametrize("kind", ["partial", "full"])
def test_the_preview_is_what_the_merge_does(kind: str) -> None:
    full_lives()
    found = preview(kind)
    assert found.refusal is None

    accepted(merging("old", "new", kind))

    survivor = customer("new")
    for one in [*found.fields, *found.figures]:
        after = survivor.properties.get(one.name) if one.is_custom else getattr(survivor, one.name)
        assert after == one.result, one
    filled = [one.name for one in found.fields if one.is_filled]
    assert filled == ["last_name", "size"][: 2 if kind == "full" else 1]
    assert rows("SELECT filled FROM customers_merge") == [(filled,)]
    cards = dict(found.cards)
    balances = cards.pop("points/merge_balances.html")
    assert not any(cards.values())
    after = {
        row.account.slug: {name: getattr(row, name) for name in balances[0].result}
        for row in Balance.objects.select_related("account")
    }
    assert {one.account.slug: one.result for one in balances} == after
    assert [one.account.slug for one in balances] == ["main", "extra"]
    [(moved,)] = rows("SELECT moved FROM customers_merge")
    for name in ("identities", "orders", "lots", "bonus_uses", "tiers"):
        assert f'"{name}": {found.moves[name]}' in moved


def test_both_sides_are_shown_field_by_field() -> None:
    full_lives()

    found = {one.name: (one.source, one.target, one.source != one.target) for one in preview("partial").fields}

    assert found == {
        "first_name": ("Old", "New", True),
        "last_name": ("Oldman", None, True),
        "colour": ("red", "blue", True),
        "size": (40, None, True),
    }


def put(name: str, status: str) -> None:
    rows("UPDATE customers_customer SET status = %s WHERE public_id = %s", [status, name])


def open_orders() -> None:
    for name in ("old", "new"):
        accepted(event(name, "point_add", points=5), event(name, "reserve_points", transaction_id="t7", points=5))


def many_attributes() -> None:
    for name in ("old", "new"):
        accepted(Incoming(name, "profile", {f"{name}{number}": number for number in range(150)}))


@pytest.mark.parametrize(
    ("prepare", "code"),
    [
        (lambda: put("old", "suspended"), 120030),
        (lambda: put("new", "suspended"), 120031),
        (lambda: put("new", "inactive"), 160216),
        (lambda: put("new", "opted_out"), 160212),
        (lambda: put("old", "banned"), 160212),
        (open_orders, 120033),
        (many_attributes, 120034),
        (lambda: None, None),
        (lambda: accepted(event("old", "point_add", points=5, transaction_id="t")), None),
    ],
)
def test_the_preview_tells_the_very_refusal_of_the_merge(prepare: Any, code: int | None) -> None:
    prepare()
    found = preview().refusal

    [outcome] = send(merging("old", "new"))

    told = (found.code, found.message) if found else None
    assert told == ((outcome.error.code, outcome.error.message) if outcome.error else None)
    assert (found.code if found else None) == code


def test_a_customer_and_itself_are_refused() -> None:
    found = merge_preview(customer("old"), customer("old"), "full").refusal
    assert found is not None
    assert found.code == 120032


@pytest.mark.parametrize("accounts", [1, 3])
def test_the_preview_takes_the_same_queries_for_any_number_of_accounts(accounts: int) -> None:
    for number in range(accounts):
        rows(
            "INSERT INTO points_account (slug, name, currency_label, is_default) VALUES (%s, 'E', 'p', false)",
            [f"e{number}"],
        )
        accepted(event("old", "point_add", f"e{number}", points=1))
    pair = customer("old"), customer("new")
    with CaptureQueriesContext(connection) as queries:
        merge_preview(*pair, "full")
    assert len(queries) == 17


# What may have happened twice


def at(hours: int) -> int:
    return int((NOW - dt.timedelta(days=30) + dt.timedelta(hours=hours)).timestamp())


def told() -> list[tuple[str, str, Any]]:
    """(profile, action, total) of the later event of each pair."""
    names = dict(Customer.objects.values_list("id", "public_id"))
    found = possible_duplicates(customer("new"))
    return [(names[one.later.customer_id], one.later.action, one.total) for one in found]


def test_the_same_points_by_the_same_action_within_a_day_are_listed_newest_first() -> None:
    accepted(
        event("old", "point_add", points=5, effective_timestamp=at(0)),
        event("new", "point_add", points=5, effective_timestamp=at(24)),
        event("old", "point_add", points=6, effective_timestamp=at(3)),
        event("new", "point_add", points=6, effective_timestamp=at(2)),
        event("new", "point_add", points=7, effective_timestamp=at(0)),
        event("old", "point_add", points=7, effective_timestamp=at(25)),
        event("old", "point_fix", points=6, effective_timestamp=at(3)),
        event("new", "profile", first_name="New", effective_timestamp=at(0)),
        event("old", "profile", first_name="New", effective_timestamp=at(0)),
    )
    assert told() == []

    accepted(merging("old", "new"))

    assert told() == [("new", "point_add", None), ("old", "point_add", None)]


def test_orders_of_the_same_total_are_listed_whatever_they_earned() -> None:
    accepted(event("old", "checkout", transaction_id="1", total=50, effective_timestamp=at(0)))
    accepted(event("new", "checkout", transaction_id="2", total="50.00", effective_timestamp=at(1)))
    rows("UPDATE points_earningrule SET percentage = 10")
    accepted(event("new", "checkout", transaction_id="3", total=50, effective_timestamp=at(2)))

    accepted(merging("old", "new"))

    assert told() == [("new", "checkout", 50), ("new", "checkout", 50)]


def test_two_events_of_one_profile_are_none_and_profiles_that_came_before_count() -> None:
    accepted(event("third", "opt_in"))
    for name in ("old", "third"):
        accepted(event(name, "point_add", points=5, effective_timestamp=at(0)))
    accepted(*(event("new", "point_add", points=8, effective_timestamp=at(hour)) for hour in (1, 2)))
    accepted(merging("third", "new"))
    accepted(merging("old", "new"))

    assert told() == [("third", "point_add", None)]


def test_the_list_is_capped_and_takes_three_queries_for_any_number() -> None:
    numbers = []
    for turn in (1, 3):
        name = f"more{turn}"
        accepted(event(name, "opt_in"))
        accepted(*(event(who, "point_add", points=turn * 10, effective_timestamp=at(turn * 50 + place))
                   for who in (name, "new") for place in range(turn)))  # fmt: skip
        accepted(merging(name, "new"))
        survivor = customer("new")
        with CaptureQueriesContext(connection) as queries:
            numbers.append((len(possible_duplicates(survivor)), len(possible_duplicates(survivor, 1))))
        assert len(queries) == 6
    assert numbers == [(1, 1), (10, 1)]
