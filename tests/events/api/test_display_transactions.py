"""Orders of one customer, as the Display API shows them."""

from datetime import timedelta
from typing import Any
from urllib.parse import quote, urlencode

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from events.models import Event
from events.orders.models import Transaction
from loyalty.engine.events import Incoming
from tests.api_keys import development_key
from tests.factories import NOON, checkout, make_customer, make_order, tell
from tests.merging import merge

pytestmark = pytest.mark.django_db
KEY = "till-key"
HOUR = timedelta(hours=1)
STATUSES = ["draft", "pending", "accepted", "refunded", "rejected"]
LIST = "/customers/C-1/transactions"
SEARCH = f"{LIST}/-/search"
UNKNOWN = {"error": {"type": "NotFoundException", "code": 112210, "message": "Transaction not found"}}


@pytest.fixture(autouse=True)
def key() -> None:
    development_key(KEY)


def get(client: Client, path: str, **query: str) -> tuple[int, Any]:
    answer = client.get(f"{path}{'&' if '?' in path else '?'}{urlencode({'api_key': KEY, **query})}")
    return answer.status_code, answer.json()


def ask(client: Client, path: str, **query: str) -> Any:
    status, body = get(client, path, **query)
    assert status == 200, body
    return body


def search(client: Client, body: dict[str, Any], path: str = SEARCH, query: str = "") -> tuple[int, Any]:
    answer = client.post(f"{path}?api_key={KEY}{query}", body, content_type="application/json")
    return answer.status_code, answer.json()


def names(body: dict[str, Any]) -> list[str]:
    return [order["id"] for order in body["data"]]


def order(client: Client, transaction_id: str) -> dict[str, Any]:
    [found] = ask(client, f"{LIST}/{transaction_id}")["data"]
    assert isinstance(found, dict)
    return found


def test_an_order_in_full(client: Client) -> None:
    customer = make_customer("C-1", points=30)
    made = make_order(customer, "T-1", total="99.90", points_burned=12)

    expected = {
        "id": "T-1",
        "status": "accepted",
        "event": str(made.event_id),
        "created_at": "2026-11-20T12:00:00.000Z",
        "updated_at": "2026-11-20T12:00:00.000Z",
        "total": 99.9,
        "items": [{"product_id": "MUG", "quantity": 1, "subtotal": 99.9}],
        "earned": 100,
        "burned": 12,
    }
    assert ask(client, LIST) == ask(client, SEARCH) == ask(client, f"{LIST}/T-1") == {"data": [expected]}
    assert search(client, {}) == (200, {"data": [expected]})


def test_a_draft_has_no_checkout_and_no_points(client: Client) -> None:
    make_order(make_customer("C-1"), "T-1", "draft")
    assert ask(client, LIST) == {
        "data": [
            {
                "id": "T-1",
                "status": "draft",
                "created_at": "2026-11-20T12:00:00.000Z",
                "updated_at": "2026-11-20T12:00:00.000Z",
                "total": 0,
                "items": [],
            }
        ]
    }


def test_points_refunded_are_told_and_the_order_is_as_it_was_bought(client: Client) -> None:
    customer = make_customer("C-1")
    make_order(customer, "T-1", total=40)
    tell(Incoming("C-1", "partial_refund", {"transaction_id": "T-1", "amount": 10}), at=NOON + HOUR)
    found = order(client, "T-1")
    assert (found["status"], found["total"], found["earned"], found["refunded"]) == ("accepted", 40, 40, 10)
    assert found["updated_at"] == "2026-11-20T13:00:00.000Z"


def test_a_bonus_is_told_where_there_was_one(client: Client) -> None:
    make_order(make_customer("C-1"), "T-1")
    Transaction.objects.update(bonus=5)
    assert order(client, "T-1")["bonus"] == 5


def test_every_status_has_its_word_and_finds_its_orders(client: Client) -> None:
    customer = make_customer("C-1")
    for status in STATUSES:
        make_order(customer, f"T-{status}", status)
    assert [one["status"] for one in ask(client, LIST)["data"]] == STATUSES[::-1]
    for status in STATUSES:
        assert names(ask(client, SEARCH, status=status)) == [f"T-{status}"]
        assert names(search(client, {"status": status})[1]) == [f"T-{status}"]
    assert names(ask(client, SEARCH, **{"status.in": "draft,pending"})) == ["T-pending", "T-draft"]


@pytest.fixture
def orders() -> None:
    customer = make_customer("C-1")
    for number in (1, 2, 3):
        make_order(customer, f"T-{number}", "pending" if number == 2 else "accepted")
    make_order(make_customer("C-2"), "T-9")


@pytest.mark.usefixtures("orders")
@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ({"id": "T-1"}, ["T-1"]),
        ({"id": "t-1"}, []),
        ({"id": "T-9"}, []),
        ({"id.in": "T-1,T-3,T-9"}, ["T-3", "T-1"]),
        ({"id.in": "T-1,T-2", "status": "pending"}, ["T-2"]),
        ({"id.in": ""}, []),
        ({"id": "T\x001"}, []),
        ({"status": "done"}, []),
        ({"created_at.gt": "2026-11-20T12:00:00Z"}, []),
        ({"created_at.gte": "2026-11-20", "updated_at.lt": "2026-11-21"}, ["T-3", "T-2", "T-1"]),
    ],
)
@pytest.mark.parametrize("way", ["list", "search", "body"])
def test_filters_narrow_each_other(client: Client, query: dict[str, str], expected: list[str], way: str) -> None:
    if way != "body":
        assert names(ask(client, LIST if way == "list" else SEARCH, **query)) == expected
    elif "\x00" not in "".join(query.values()):
        assert names(search(client, query)[1]) == expected


@pytest.mark.usefixtures("orders")
@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ({"id.in": ["T-1", "T-3"]}, ["T-3", "T-1"]),
        ({"id.in": "T-1,T-3"}, ["T-3", "T-1"]),
        ({"id.in": ["T-1", 7, None, True, {}, ["T-3"]]}, ["T-1"]),
        ({"id.in": []}, []),
        ({"id": ["T-1"]}, []),
        ({"id": {}}, []),
        ({"id": True}, []),
        ({"id": None, "status": None}, ["T-3", "T-2", "T-1"]),
        ({"limit": 1, "offset": 1}, ["T-2"]),
        ({"limit": "2"}, ["T-3", "T-2"]),
    ],
)
def test_a_body_may_hold_lists_and_values_that_cannot_be_find_nothing(
    client: Client, body: dict[str, Any], expected: list[str]
) -> None:
    status, found = search(client, body)
    assert (status, names(found)) == (200, expected)


def test_a_number_names_the_order_of_that_name(client: Client) -> None:
    make_order(make_customer("C-1"), "17")
    assert names(search(client, {"id": 17})[1]) == names(search(client, {"id.in": [17]})[1]) == ["17"]


@pytest.mark.usefixtures("orders")
def test_a_body_takes_thousands_of_ids(client: Client) -> None:
    assert names(search(client, {"id.in": [f"T-{number}" for number in range(9_000)]})[1]) == ["T-3", "T-2", "T-1"]


@pytest.mark.usefixtures("orders")
@pytest.mark.parametrize(
    "body", [{"limit": 0}, {"limit": 101}, {"offset": -1}, {"limit": 1.5}, {"limit": []}, {"total": 1}]
)
def test_what_a_body_may_not_ask_is_refused(client: Client, body: dict[str, Any]) -> None:
    status, answer = search(client, body)
    assert (status, answer["error"]["type"]) == (400, "BadRequestException")
    assert answer["error"]["code"] in {300121, 300122, 300123}


@pytest.mark.usefixtures("orders")
def test_the_query_of_a_post_counts_too_but_nothing_twice(client: Client) -> None:
    assert names(search(client, {"status": "accepted"}, query="&id=T-1")[1]) == ["T-1"]
    status, answer = search(client, {"id": "T-2"}, query="&id=T-1")
    assert (status, answer["error"]["code"]) == (400, 300122)


@pytest.mark.usefixtures("orders")
@pytest.mark.parametrize("name", ["total", "currency", "customer", "id.gt", "sort"])
@pytest.mark.parametrize("path", [LIST, SEARCH, f"{LIST}/T-1"])
def test_what_is_no_filter_is_refused_rather_than_ignored(client: Client, name: str, path: str) -> None:
    status, answer = get(client, path, **{name: "1"})
    assert (status, answer["error"]["code"]) == (400, 300122)
    assert f"'{name}'" in answer["error"]["message"]


@pytest.mark.parametrize("path", [LIST, SEARCH])
def test_pages_run_to_the_end_without_gaps_or_repeats(client: Client, path: str) -> None:
    customer = make_customer("C-1")
    tell(*[checkout(customer, f"T-{number}", 10) for number in range(10)])
    body = ask(client, path, limit="3")
    assert (body["next"], "prev" in body) == (f"{path}?limit=3&offset=3", False)
    found = names(body)
    while "next" in body:
        body = ask(client, body["next"])
        found += names(body)
    assert found == [f"T-{number}" for number in reversed(range(10))]
    assert body["prev"] == f"{path}?limit=3&offset=6"
    assert ask(client, path).keys() == {"data"}


def test_orders_of_a_merged_profile_are_the_survivors_by_either_id(client: Client) -> None:
    customer, other = make_customer("C-1"), make_customer("M-1")
    make_order(other, "T-1")
    make_order(customer, "T-2")
    merge(other, customer)
    tell(Incoming("C-1", "refund", {"transaction_id": "T-1"}), at=NOON + HOUR)

    assert names(ask(client, "/customers/M-1/transactions")) == names(ask(client, LIST)) == ["T-2", "T-1"]
    for id in ("C-1", "M-1"):
        assert ask(client, f"/customers/{id}/transactions/T-1")["data"][0]["status"] == "refunded"
        told = ask(client, f"/customers/{id}/transactions/T-1/events")["data"]
        assert [event["action"] for event in told] == ["refund", "checkout_item", "checkout"]


def test_guests_orders_appear_once_they_are_claimed_and_not_before(client: Client) -> None:
    make_customer("C-1")
    guest = Incoming("guest-1", "checkout", {"transaction_id": "G-1", "total": 10}, guest=True)
    tell(guest)
    assert ask(client, LIST) == {"data": []}
    assert get(client, f"{LIST}/G-1") == get(client, f"{LIST}/G-1/events") == (404, UNKNOWN)
    assert get(client, "/customers/guest-1/transactions")[0] == 404

    tell(Incoming("C-1", "checkout_claim", {"transaction_id": "G-1"}))
    assert names(ask(client, LIST)) == ["G-1"]


@pytest.mark.usefixtures("orders")
@pytest.mark.parametrize("name", ["T-9", "none", "T%00", "T-1/events/more"])
def test_somebody_elses_and_unknown_orders_are_not_found(client: Client, name: str) -> None:
    assert get(client, f"{LIST}/{name}") == (404, UNKNOWN)
    assert get(client, f"{LIST}/{name}/events") == (404, UNKNOWN)


@pytest.mark.parametrize("name", ["2026/17", "a b?c#d", "Számla-1", "events", "-"])
def test_an_order_may_have_any_name(client: Client, name: str) -> None:
    make_order(make_customer("C-1"), name)
    for path in (quote(name), quote(name, safe="")):
        assert names(ask(client, f"{LIST}/{path}")) == [name]
        assert len(ask(client, f"{LIST}/{path}/events")["data"]) == 2


def test_the_events_of_an_order(client: Client) -> None:
    customer = make_customer("C-1")
    make_order(customer, "T-1", total=40)
    make_order(customer, "T-2", total=5)
    tell(Incoming("C-1", "partial_refund", {"transaction_id": "T-1", "amount": 10}), at=NOON + HOUR)
    path = f"{LIST}/T-1/events"

    body = ask(client, path)
    event = Event.objects.get(action="partial_refund")
    assert body["data"][0] == {
        "id": str(event.id),
        "action": "partial_refund",
        "label": "Partial refund",
        "points": -10,
        "timestamp": "2026-11-20T13:00:00.000Z",
        "properties": [
            {"name": "transaction_id", "label": "Transaction ID", "value": "T-1"},
            {"name": "amount", "label": "Amount", "value": 10},
        ],
    }
    told = ["partial_refund", "checkout_item", "checkout"]
    assert [one["action"] for one in body["data"]] == told
    assert [one["action"] for one in ask(client, path, order="asc")["data"]] == told[::-1]
    assert [one["action"] for one in ask(client, path, **{"action.in": "checkout,point_add"})["data"]] == ["checkout"]
    assert [one["action"] for one in ask(client, path, **{"date.gt": "2026-11-20"})["data"]] == []
    page = ask(client, path, limit="1", offset="1")
    assert (page["prev"], page["next"]) == (f"{path}?limit=1&offset=0", f"{path}?limit=1&offset=2")
    assert ask(client, f"{LIST}/T-1", fields="events")["data"][0]["events"] == body["data"]


@pytest.mark.parametrize("path", [LIST, f"{LIST}/T-0", f"{LIST}/T-0?fields=events", f"{LIST}/T-0/events"])
def test_orders_ask_as_much_for_one_as_for_three(client: Client, path: str) -> None:
    customer = make_customer("C-1")
    ask(client, LIST)
    counts = []
    for number in range(3):
        make_order(customer, f"T-{number}")
        tell(Incoming("C-1", "partial_refund", {"transaction_id": "T-0", "amount": 1}))
        with CaptureQueriesContext(connection) as captured:
            ask(client, path)
        counts.append(len(captured))
    assert len(set(counts)) == 1, counts
