"""Each maximum that the documentation names works, and so do several of them at once: the size of the body is the bound."""

import json
from typing import Any
from urllib.parse import urlencode

import pytest
from django.test import Client

from customers.models import Customer
from events.api.docs import MAX_BULK
from events.orders.lines.rules import MAX_ITEMS
from events.orders.models import Transaction
from loyalty.api.body.bounds import MAX_BYTES
from tests.api_keys import development_key
from tests.factories import make_customer

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def key() -> None:
    development_key("till-key", "Till")


def post(client: Client, path: str, body: Any) -> Any:
    sent = json.dumps(body)
    assert len(sent) <= MAX_BYTES
    answer = client.post(f"{path}?api_key=till-key", sent, content_type="application/json")
    assert answer.status_code == 200, answer.content[:300]
    return answer.json()


def line(number: int) -> dict[str, Any]:
    """As shop systems write one: nine attributes."""
    return {
        "product_id": f"SKU-{number:05}",
        "product_name": "A mug of stoneware, blue",
        "product_url": "https://shop.example.com/mugs/blue",
        "product_category": "mugs",
        "sku": f"{number:013}",
        "price": "12.50",
        "quantity": 1,
        "discount": 0,
        "subtotal": "12.50",
    }


def order(number: int, lines: int) -> dict[str, Any]:
    items = [line(place) for place in range(lines)]
    data = {"transaction_id": f"R-{number}", "total": f"{12.5 * lines:.2f}", "currency": "EUR", "items": items}
    return {"customer": "C-1", "action": "checkout", "data": data}


@pytest.mark.parametrize("lines", [222, MAX_ITEMS])
def test_an_order_of_many_lines(client: Client, lines: int) -> None:
    make_customer("C-1")
    assert post(client, "/events", order(1, lines))["events"]
    assert len(Transaction.objects.get().items) == lines


@pytest.mark.parametrize(("orders", "lines"), [(50, 5), (50, 60), (MAX_BULK, 5)])
def test_a_bulk_of_orders_of_several_lines(client: Client, orders: int, lines: int) -> None:
    make_customer("C-1")
    answer = post(client, "/events/bulk", {"events": [order(number, lines) for number in range(orders)]})
    assert (answer["total"], answer["errors"]) == (orders, 0)


def test_a_bulk_of_as_many_opt_ins_as_it_takes(client: Client) -> None:
    profile = {
        "first_name": "Ann",
        "last_name": "Example",
        "language": "en",
        "country": "HU",
        "currency": "EUR",
        "src": "web",
    }
    events = [
        {"customer": f"C-{number}", "action": "opt_in", "data": {**profile, "email": f"ann{number}@example.com"}}
        for number in range(MAX_BULK)
    ]
    answer = post(client, "/events/bulk", {"events": events})
    assert (answer["total"], answer["errors"], Customer.objects.count()) == (MAX_BULK, 0, MAX_BULK)


def test_a_form_of_as_many_lines_as_an_order_has(client: Client) -> None:
    make_customer("C-1")
    sent = order(1, MAX_ITEMS)
    pairs = [("customer", "C-1"), ("action", "checkout"), ("data[transaction_id]", "R-1"), ("data[total]", "12500")]
    for place, item in enumerate(sent["data"]["items"]):
        pairs += [(f"data[items][{place}][{name}]", str(item[name])) for name in ("product_id", "price", "quantity")]
    answer = client.post(
        "/events?api_key=till-key", urlencode(pairs), content_type="application/x-www-form-urlencoded; charset=UTF-8"
    )
    assert answer.status_code == 200, answer.content[:300]
    assert len(Transaction.objects.get().items) == MAX_ITEMS


def test_a_search_for_as_many_orders_as_a_body_names(client: Client) -> None:
    make_customer("C-1")
    ids = [f"R-{number:08}" for number in range(50_000)]
    assert post(client, "/customers/C-1/transactions/-/search", {"id.in": ids}) == {"data": []}
