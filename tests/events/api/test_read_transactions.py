"""`/v1/customers/{id}/transactions`: what each order tells, in which order, and by what the list is narrowed."""

import datetime as dt
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from customers.models import Customer
from events.models import Event
from loyalty.accounts.enums import EarningBasis
from loyalty.accounts.models import Account, EarningRule
from tests.api_keys import development_key
from tests.engine.world import accepted, configure, event
from tests.events.api.reading import KEY, all_pages, get, refused
from tests.merging import merge

pytestmark = pytest.mark.django_db
AT = dt.datetime(2026, 3, 1, 23, 30, tzinfo=dt.UTC)
HOUR, DAY = dt.timedelta(hours=1), dt.timedelta(days=1)
MUG: dict[str, Any] = {
    "product_id": "MUG", "product_name": "Blue mug", "product_url": "https://example.com/mug", "quantity": "2",
    "price": "12.50", "discount": 5, "subtotal": 20,
}  # fmt: skip


@pytest.fixture(autouse=True)
def key() -> None:
    development_key(KEY, "Reader")


def make(name: str = "ann") -> Customer:
    accepted(event(name, "opt_in"), at=AT)
    return Customer.objects.get(public_id=name)


def told(client: Client, query: str = "", customer: str = "ann") -> list[Any]:
    found: list[Any] = get(client, f"customers/{customer}/transactions", query)["payload"]["transactions"]
    return found


def per_item() -> None:
    EarningRule.objects.filter(account__is_default=True).update(basis=EarningBasis.ITEM)


def test_an_order_is_told_with_its_items_and_events(client: Client) -> None:
    configure(earn_in_unknown_currencies=True)
    make()
    accepted(event("ann", "point_add", points=100), at=AT)
    lines = [MUG, {"product_id": "JUG", "price": 7.25, "quantity": 1, "subtotal": "7.25"}]
    data = {"transaction_id": "T-1", "total": "27.25", "currency": "GBP", "points_burned": 30, "items": lines}
    accepted(event("ann", "checkout", None, None, **data), at=AT + HOUR)
    events = Event.objects.filter(transaction_id="T-1").order_by("id")
    of_order = {"transaction_id": "T-1", "currency": "GBP", "points_rewarded": 0, "total_quantity": 3}

    assert told(client) == [
        {
            "_id": "T-1",
            "created_at": "2026-03-02T00:30:00+00:00",
            "updated_at": "2026-03-02T00:30:00+00:00",
            "customer": "ann",
            "status": "accepted",
            "event": str(events.get(action="checkout").id),
            "items": [
                {
                    **of_order,
                    "total": 25,
                    "product_id": "MUG",
                    "product_name": "Blue mug",
                    "product_url": "https://example.com/mug",
                    "quantity": 2,
                    "subtotal": 20,
                    "price": 12.5,
                    "discount": 5,
                },
                {**of_order, "total": 7.25, "product_id": "JUG", "quantity": 1, "subtotal": 7.25, "price": 7.25},
            ],
            "total": 27.25,
            "earned": 27,
            "burned": 30,
            "events": [{"_id": str(one.id), "action": one.action, "points": one.points} for one in events],
            "currency": "GBP",
            "points_rewarded": 27,
            "account": "main",
        }
    ]
    assert sorted(one["action"] for one in told(client)[0]["events"]) == [
        "checkout", "checkout_item", "checkout_item", "point_burn"
    ]  # fmt: skip


def test_a_draft_has_no_checkout(client: Client) -> None:
    make()
    accepted(event("ann", "point_add", points=1, transaction_id="T-1"), at=AT)

    [found] = told(client)

    assert (found["status"], found["items"], found["total"], found["earned"]) == ("draft", [], 0, 0)
    assert not {"event", "auto_accept"} & set(found)


def test_while_it_waits_its_points_are_assigned_and_not_credited(client: Client, settings: Any) -> None:
    settings.TIME_ZONE = "Pacific/Auckland"
    per_item()
    configure(checkout_accept=True)
    make()
    lines = [{"product_id": "A", "subtotal": 10}, {"product_id": "B", "subtotal": 20}]
    accepted(event("ann", "checkout", transaction_id="T-1", items=lines, auto_accept="2026-04-01"), at=AT)

    [found] = told(client)
    assert (found["status"], found["points_rewarded"], found["earned"]) == ("pending", 30, 0)
    assert [one["points_rewarded"] for one in found["items"]] == [10, 20]
    assert found["auto_accept"] == "2026-04-01"
    assert told(client, "filter[auto_accept][eq]=2026-04-01") == [found]

    accepted(event("ann", "checkout_accept_item", transaction_id="T-1", product_id="B"), at=AT + DAY)
    assert told(client, "filter[earned][eq]=20&filter[points_rewarded][eq]=30")[0]["earned"] == 20

    accepted(event("ann", "checkout_accept", transaction_id="T-1"), at=AT + DAY)
    [found] = told(client, "filter[earned][eq]=30")
    assert (found["status"], found["earned"], "auto_accept" in found) == ("accepted", 30, False)


def test_an_updated_line_is_told_as_it_is_now(client: Client) -> None:
    configure(checkout_accept=True)
    make()
    accepted(event("ann", "checkout", transaction_id="T-1", items=[MUG, {"product_id": "JUG", "subtotal": 3}]), at=AT)
    change = {
        "transaction_id": "T-1",
        "product_id": "MUG",
        "quantity": 3,
        "price": 11,
        "product_url": "https://example.com/3",
    }
    accepted(event("ann", "checkout_update_item", None, None, **change), at=AT + DAY)

    mug, jug = told(client)[0]["items"]

    assert (mug["quantity"], mug["price"], mug["subtotal"], mug["product_url"]) == (3, 11, 33, "https://example.com/3")
    assert "discount" not in mug
    assert (jug["subtotal"], "price" in jug, jug["total_quantity"]) == (3, False, 4)


def test_lines_of_one_product_are_told_apart(client: Client) -> None:
    make()
    lines = [{"product_id": "MUG", "price": price, "quantity": 1} for price in (5, 6)]
    accepted(event("ann", "checkout", transaction_id="T-1", items=lines), at=AT)

    assert [one["price"] for one in told(client)[0]["items"]] == [5, 6]


def test_the_account_of_an_order_is_told(client: Client) -> None:
    EarningRule.objects.create(account=Account.objects.create(slug="extra", name="Extra"))
    configure(multi_accounts=True)
    make()
    accepted(event("ann", "checkout", account="extra", transaction_id="T-1", total=5), at=AT)
    accepted(event("ann", "checkout", transaction_id="T-2", total=5), at=AT)

    assert [one["account"] for one in told(client)] == ["main", "extra"]
    assert [one["_id"] for one in told(client, "filter[account][eq]=extra")] == ["T-1"]


@pytest.fixture
def various(client: Client) -> None:
    """T-1 to T-5, of 1 to 5 each on its day: refunded, rejected, accepted, pending, draft. T-4 burned 7, T-3 9 points."""
    make()
    accepted(event("ann", "point_add", points=100), at=AT)
    for number in (1, 2, 3):
        burned = {"points_burned": 9} if number == 3 else {}
        order = event("ann", "checkout", transaction_id=f"T-{number}", total=number, **burned)  # type: ignore[arg-type]
        accepted(order, at=AT + number * DAY)
    accepted(event("ann", "refund", transaction_id="T-1"), event("ann", "checkout_reject", transaction_id="T-2"))
    configure(checkout_accept=True)
    accepted(
        event("ann", "checkout", transaction_id="T-4", total=4, points_burned=7, auto_accept="2026-12-01"),
        at=AT + 4 * DAY,
    )
    accepted(event("ann", "reserve_points", transaction_id="T-5", points=1), at=AT + 5 * DAY)


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("", "54321"),
        ("filter[status][eq]=accepted", "3"),
        ("filter[status][gt]=pending", "21"),
        ("filter[status][lte]=draft", "53"),
        ("filter[status][eq]=lost", ""),
        ("filter[checkout_date][eq]=2026-03-03", "2"),
        ("filter[checkout_date][gte]=2026-03-04", "43"),
        ("filter[checkout_date][lt]=2026-03-03", "1"),
        ("filter[auto_accept][eq]=2026-12-01", "4"),
        ("filter[auto_accept][lt]=2026-12-01", ""),
        ("filter[account][eq]=main&filter[burned][gt]=0", "43"),
        ("filter[points_rewarded][eq]=4", "4"),
        ("filter[points_rewarded][gte]=3", "43"),
        ("filter[earned][eq]=4", ""),
        ("filter[earned][gte]=1&filter[earned][lt]=3", "21"),
        ("filter[burned][eq]=7", "4"),
        ("sort[0][field]=checkout_date&sort[0][direction]=asc&limit=4", "1234"),
        ("sort[0][field]=status&sort[0][direction]=asc", "35412"),
        ("sort[0][field]=burned&sort[0][direction]=desc&sort[1][field]=points_rewarded&sort[1][direction]=desc", "34215"),
        ("sort[0][field]=earned&sort[0][direction]=asc&sort[1][field]=status&sort[1][direction]=desc", "45123"),
        ("sort[0][field]=auto_accept&sort[0][direction]=asc&limit=1", "4"),
        ("sort[0][field]=account&sort[0][direction]=asc&limit=2&offset=1", "23"),
    ],
)  # fmt: skip
def test_transactions_are_filtered_and_sorted(client: Client, various: None, query: str, found: str) -> None:
    assert "".join(one["_id"][2:] for one in told(client, query)) == found


@pytest.mark.parametrize("query", ["filter[earned][eq]=1.5", "filter[total][eq]=5", "filter[burned][gt]=", "limit=0"])
def test_what_cannot_be_asked_for_is_refused_by_its_name(client: Client, query: str) -> None:
    make()

    assert query.partition("=")[0] in refused(client, "customers/ann/transactions", query)


def test_orders_of_merged_profiles_are_the_survivor_s_with_their_events(client: Client) -> None:
    ann, bob = make(), make("bob")
    accepted(
        event("ann", "checkout", transaction_id="T-1", total=5), event("bob", "checkout", transaction_id="T-2", total=6)
    )
    merge(bob, ann, AT)
    accepted(event("bob", "partial_refund", transaction_id="T-2", amount=1), at=AT + DAY)

    found = all_pages(client, "customers/bob/transactions", "limit=1", "transactions")

    assert [(one["_id"], one["customer"], len(one["events"])) for one in found] == [
        ("T-2", "ann", 2),
        ("T-1", "ann", 1),
    ]


def test_who_is_gone_or_was_never_there_has_no_transactions(client: Client) -> None:
    make()
    accepted(event("ann", "opt_out"), at=AT)

    for name in ("ann", "nobody"):
        assert get(client, f"customers/{name}/transactions", status=404)["error"]["code"] == 160212


def test_a_page_of_one_and_of_three_take_the_same_queries(client: Client) -> None:
    make()
    numbers = []
    for number in range(3):
        accepted(event("ann", "checkout", transaction_id=f"T-{number}", total=10, items=[MUG]), at=AT)
        with CaptureQueriesContext(connection) as captured:
            assert len(told(client)) == number + 1
        numbers.append(len(captured))

    assert numbers[0] == numbers[2]
