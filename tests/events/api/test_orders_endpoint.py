"""Orders through `POST /events`: what existing clients send, and what they are answered."""

from typing import Any

import pytest
from django.test import Client

from loyalty.program.models import GeneralSettings
from tests.api_keys import development_key
from tests.engine.world import rows

pytestmark = pytest.mark.django_db


@pytest.fixture
def key(db: None) -> str:
    return development_key(name="till").key


def post(client: Client, key: str, body: dict[str, Any], path: str = "/events") -> tuple[int, dict[str, Any]]:
    answer = client.post(f"{path}?api_key={key}", body, content_type="application/json")
    return answer.status_code, answer.json()


def order(client: Client, key: str, action: str, **data: Any) -> tuple[int, dict[str, Any]]:
    return post(client, key, {"customer": "c1", "action": action, "data": {"transaction_id": "T", **data}})


def test_a_pending_checkout_answers_no_events_and_its_acceptance_does(client: Client, key: str) -> None:
    GeneralSettings.objects.update(modules=["checkout_accept"])
    status, body = order(client, key, "checkout", total="200")
    assert (status, body["score"], body["pending"], body["events"]) == (200, 0, 200, [])
    status, body = order(client, key, "checkout_accept")
    assert (status, body["score"], body["pending"]) == (200, 200, 0)
    assert [(event["action"], event["points"]) for event in body["events"]] == [("checkout_accept", 200)]


@pytest.mark.parametrize(
    ("action", "data", "status", "error"),
    [
        ("refund", {"transaction_id": "none"}, 404, {"type": "NotFoundException", "code": 112210, "message": "Transaction not found"}),
        ("partial_refund", {"amount": 0}, 400, {"type": "BadRequestException", "code": 112202, "message": "The amount must be positive"}),
        ("partial_refund", {"amount": 201}, 400,
         {"type": "BadRequestException", "code": 112204, "message": "The amount is greater than the customer's purchase total"}),
        ("checkout_accept", {}, 400,
         {"type": "BadRequestException", "code": 112211, "message": "Only pending transactions can be accepted; this one is accepted"}),
        ("checkout_update", {"total": 1}, 400,
         {"type": "BadRequestException", "code": 112211, "message": "Only pending transactions can be updated; this one is accepted"}),
    ],
)  # fmt: skip
def test_what_an_order_may_not_is_answered_with_its_code(
    client: Client, key: str, action: str, data: dict[str, Any], status: int, error: dict[str, Any]
) -> None:
    order(client, key, "checkout", total=200)
    assert order(client, key, action, **data) == (status, {"error": error})


def test_103902_tells_that_the_order_is_another_customers(client: Client, key: str) -> None:
    order(client, key, "checkout", total=200)
    post(client, key, {"customer": "c2", "action": "opt_in"})
    status, body = post(client, key, {"customer": "c2", "action": "refund", "data": {"transaction_id": "T"}})
    assert (status, body["error"]["code"]) == (400, 103902)


@pytest.mark.parametrize("guest", [True, "true", 1])
def test_a_guests_checkout_tells_of_nobody(client: Client, key: str, guest: object) -> None:
    sent = {
        "customer": "opted_out_1:ab",
        "action": "checkout",
        "guest": guest,
        "data": {"transaction_id": "G", "total": 9},
    }
    assert post(client, key, sent) == (200, {"events": []})
    assert post(client, key, sent)[1]["error"]["code"] == 5003
    assert rows("SELECT count(*) FROM customers_customer") == [(0,)]


def test_a_guest_is_not_taken_in_bulk_nor_with_a_word_that_means_nothing(client: Client, key: str) -> None:
    sent: dict[str, Any] = {
        "customer": "g",
        "action": "checkout",
        "guest": True,
        "data": {"transaction_id": "G", "total": 9},
    }
    _, body = post(client, key, {"events": [sent]}, "/events/bulk")
    assert body["errors"] == 1
    assert "in bulk" in body["results"][0]["error"]["message"]
    status, body = post(client, key, {**sent, "guest": "perhaps"})
    assert (status, body["error"]["message"]) == (400, "'guest' must be true or false")


def test_an_order_lives_its_whole_life_in_one_bulk(client: Client, key: str) -> None:
    def of(action: str, **data: Any) -> dict[str, Any]:
        return {"customer": "c1", "action": action, "data": {"transaction_id": "T", **data}}

    steps = [of("checkout", total=200), of("partial_refund", amount=50), of("partial_refund", amount=151), of("refund")]
    status, body = post(client, key, {"events": steps}, "/events/bulk")
    assert (status, body["total"], body["errors"]) == (200, 4, 1)
    assert [result.get("error", {}).get("code") for result in body["results"]] == [None, None, 112204, None]
    assert rows("SELECT earned, spendable FROM points_balance") == [(0, 0)]


FORM = "application/x-www-form-urlencoded"


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        (
            (
                '{"customer": "c1", "action": "checkout", "data": {"transaction_id": "T", "total": 65.96700000000001, "items":'
                ' [{"line_id": 1, "price": 3.3333333333333335, "quantity": 0.30000000000000004, "discount": 0.10000000000000003}]}}'
            ),
            "application/json",
        ),
        (
            (
                "customer=c1&action=checkout&data[transaction_id]=T&data[total]=65.96700000000001&data[items][0][line_id]=1"
                "&data[items][0][price]=3.3333333333333335&data[items][0][quantity]=0.30000000000000004"
                "&data[items][0][discount]=0.10000000000000003"
            ),
            FORM,
        ),
    ],
)
def test_numbers_that_machines_make_are_rounded_in_json_and_in_a_form(
    client: Client, key: str, body: str, kind: str
) -> None:
    answer = client.post(f"/events?api_key={key}", body, content_type=kind)
    assert (answer.status_code, answer.json()["score"]) == (200, 66)
    [order] = client.get(f"/customers/c1/transactions?api_key={key}").json()["data"]
    assert (order["total"], order["items"]) == (65.967, [{"line_id": "1", "quantity": 0.3, "subtotal": 0.9}])


@pytest.mark.parametrize("number", ["NaN", "Infinity", "-Infinity", "1e400"])
@pytest.mark.parametrize("kind", ["application/json", FORM])
def test_a_number_without_end_stays_refused(client: Client, key: str, number: str, kind: str) -> None:
    body = f'{{"customer": "c1", "action": "checkout", "data": {{"transaction_id": "T", "total": {number}}}}}'
    if kind == FORM:
        body = f"customer=c1&action=checkout&data[transaction_id]=T&data[total]={number}"
    answer = client.post(f"/events?api_key={key}", body, content_type=kind)
    assert (answer.status_code, answer.json()["error"]["code"]) == (400, 0)


def test_what_was_bought_by_weight_is_told_with_its_decimals(client: Client, key: str) -> None:
    items = [
        {"product_id": "HAM", "price": "19.90", "quantity": "0.755"},
        {"product_id": "MUG", "price": 5, "quantity": 2},
    ]
    order(client, key, "checkout", items=items, total=25)
    customer = client.get(f"/customers/c1?fields=purchases.ytd&api_key={key}").json()
    assert customer["purchases"]["overall"] == {"total": 25, "count": 1, "items": 2.755}
    assert customer["purchases"]["ytd"] == {"total": 25, "count": 1, "items": 2.755}


def test_a_time_of_a_spreadsheet_is_refused_with_what_it_means(client: Client, key: str) -> None:
    status, body = order(client, key, "checkout", total=5, effective_timestamp=45989.75)
    assert (status, body["error"]["message"]) == (
        400,
        (
            "'effective_timestamp' is no unix time. If 45989.75 means the time 2025-11-28T18:00:00 of a spreadsheet, send unix"
            " seconds, or an ISO time such as 2025-11-28T18:00:00"
        ),
    )


@pytest.mark.parametrize(("asked", "meant"), [("20251128", 1_764_288_000), ("45989", 1_764_288_000)])
def test_a_balance_of_another_unit_is_refused_with_what_it_means(
    client: Client, key: str, asked: str, meant: int
) -> None:
    order(client, key, "checkout", total=5)
    answer = client.get(f"/customers/c1?balance_at={asked}&api_key={key}")
    assert answer.status_code == 400
    assert answer.json()["error"]["message"].endswith(f"send {meant}")


@pytest.mark.parametrize("unit", ["20251128", "45989", "1764288000000"])
@pytest.mark.parametrize("operator", ["gt", "lt"])
def test_customers_are_not_found_by_a_time_in_another_unit(client: Client, key: str, operator: str, unit: str) -> None:
    order(client, key, "checkout", total=5)
    answer = client.get(f"/customers?updated_at.{operator}={unit}&api_key={key}")
    assert "c1" not in answer.content.decode()
