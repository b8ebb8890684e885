"""IDs that clients take out of addresses: no order is made with one, and those that are there go on."""

from typing import Any

import pytest
from django.test import Client

from loyalty.engine.events import Incoming
from tests.api_keys import development_key
from tests.engine.world import accepted, codes, event, rows, send

pytestmark = pytest.mark.django_db
NEVER = [".", "..", " .. ", "．．", "2026/..", "2026/./17"]
FINE = ["-", "...", ".17", "17.", "2026/17", "-/17"]
OPENING = [
    ("checkout", {"total": 5}),
    ("checkout_item", {"product_id": "hat", "price": 5}),
    ("reserve_points", {"points": 1}),
]


@pytest.fixture(autouse=True)
def ann() -> None:
    accepted(event("ann", "opt_in"), event("ann", "point_add", points=100))


def named(transaction_id: str, action: str = "checkout", **data: Any) -> Incoming:
    return event("ann", action, transaction_id=transaction_id, **data)


def orders() -> list[str]:
    return [name for [name] in rows("SELECT transaction_id FROM events_transaction ORDER BY id")]


def rename(old: str, new: str) -> None:
    """As it was made before that was refused."""
    for table in ("events_transaction", "events_guestorder"):
        rows(f"UPDATE {table} SET transaction_id = %s WHERE transaction_id = %s RETURNING 1", [new, old])


@pytest.mark.parametrize("name", NEVER)
@pytest.mark.parametrize(("action", "data"), OPENING)
def test_no_order_and_no_draft_is_made_that_no_address_can_name(
    name: str, action: str, data: dict[str, object]
) -> None:
    [outcome] = send(named(name, action, **data))

    assert outcome.error
    assert (outcome.error.code, outcome.error.field) == (0, "transaction_id")
    assert "no address would name the order" in str(outcome.error)
    assert orders() == []


@pytest.mark.parametrize("name", FINE)
def test_whatever_an_address_can_name_is_made(name: str, client: Client) -> None:
    accepted(named(name, total=5))

    key = development_key(name="till").key
    assert client.get(f"/customers/ann/transactions/{name}?api_key={key}").status_code == 200


def test_the_order_of_a_guest_is_refused_as_well() -> None:
    data = {"transaction_id": "..", "total": 40}

    assert codes(send(Incoming("opted_out_1:ab", "checkout", data, guest=True))) == [0]
    assert rows("SELECT count(*) FROM events_guestorder") == [(0,)]


def test_an_order_that_has_such_an_id_goes_on_by_it() -> None:
    accepted(named("t", total=40))
    rename("t", "..")

    accepted(named("..", "partial_refund", amount=10), named("..", "refund"))
    assert rows("SELECT transaction_id, status FROM events_transaction") == [("..", "refunded")]


def test_a_draft_that_has_such_an_id_is_completed() -> None:
    accepted(named("t", "checkout_item", product_id="hat", price=5))
    rename("t", "..")

    accepted(named("..", "checkout_item", product_id="shoe", price=5), named("..", total=10))
    assert rows("SELECT transaction_id, status FROM events_transaction") == [("..", "accepted")]


def test_a_guests_order_that_has_such_an_id_is_claimed() -> None:
    data = {"transaction_id": "g", "total": 40, "items": [{"product_id": "hat", "subtotal": 40}]}
    accepted(Incoming("opted_out_1:ab", "checkout", data, guest=True))
    rename("g", "..")

    accepted(named("..", "checkout_claim"))
    assert rows("SELECT transaction_id, status FROM events_transaction") == [("..", "accepted")]


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("post", "/events", {"customer": "ann", "action": "checkout", "data": {"transaction_id": "..", "total": 5}}),
        ("put", "/entities/core/transaction", {"id": "..", "customer": "ann", "total": 5}),
    ],
)
def test_every_address_that_makes_orders_says_why(
    client: Client, method: str, path: str, body: dict[str, object]
) -> None:
    key = development_key(name="till").key
    answer = getattr(client, method)(f"{path}?api_key={key}", body, content_type="application/json")

    assert answer.status_code == 400
    assert answer.json()["error"]["message"].startswith("'transaction_id' cannot be '.' or '..'")


def test_in_bulk_the_other_orders_are_made(client: Client) -> None:
    events = [
        {"customer": "ann", "action": "checkout", "data": {"transaction_id": name, "total": 5}} for name in ("..", "17")
    ]
    answer = client.post(
        f"/events/bulk?api_key={development_key(name='till').key}", {"events": events}, content_type="application/json"
    )

    assert answer.status_code == 200
    assert orders() == ["17"]
