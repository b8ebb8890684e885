"""`/entities/core/customer` and `/entities/core/transaction`: by the same events as everywhere."""

from urllib.parse import quote

import pytest
from django.test import Client

from customers.models import Customer
from events.models import Event
from events.orders.models import Transaction
from loyalty.engine.events import Incoming
from tests.api.entities.asking import TAKEN, UNKNOWN, ask, refusal
from tests.api_keys import development_key
from tests.factories import make_customer, tell

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def key() -> None:
    development_key()


def test_a_customer_is_created_changed_shown_and_opted_out(client: Client) -> None:
    status, made = ask(client, "PUT", "/core/customer/C-1", {"first_name": "Ann", "email": "ann@example.com"})
    assert (status, made["id"], made["first_name"], made["status"]) == (200, "C-1", "Ann", "active")

    status, changed = ask(client, "POST", "/core/customer/C-1", {"first_name": None, "last_name": "Kis"})
    assert (status, changed["first_name"], changed["last_name"]) == (200, None, "Kis")
    assert ask(client, "GET", "/core/customer/C-1") == (200, changed)
    assert ask(client, "GET", "/core/customer", query="email=ann@example.com") == (200, {"data": [changed]})

    assert ask(client, "DELETE", "/core/customer/C-1") == (200, ["ok"])
    assert ask(client, "GET", "/core/customer/C-1") == UNKNOWN
    assert list(Event.objects.order_by("id").values_list("action", flat=True)) == ["opt_in", "profile", "opt_out"]


def test_an_inactive_customer_has_not_enrolled(client: Client) -> None:
    assert ask(client, "PUT", "/core/customer", {"id": "C-1", "status": "inactive"})[1]["status"] == "inactive"
    assert Event.objects.get().action == "subscribe"


def test_a_customer_needs_an_id_that_nobody_has(client: Client) -> None:
    make_customer("C-1")

    assert ask(client, "PUT", "/core/customer", {"first_name": "Ann"}) == TAKEN
    assert ask(client, "PUT", "/core/customer/C-1", {"first_name": "Ann"}) == TAKEN
    wrong = refusal("'status' must be active or inactive")
    assert ask(client, "PUT", "/core/customer/C-2", {"status": "banned"}) == wrong
    assert ask(client, "POST", "/core/customer/C-1", {"status": "suspended"})[0] == 400
    assert Customer.objects.count() == 1


def test_a_transaction_is_a_checkout_and_is_never_changed(client: Client) -> None:
    make_customer("C-1")
    order = {"customer": "C-1", "total": 25, "items": [{"product_id": "MUG", "price": 12.5, "quantity": 2}]}

    status, made = ask(client, "PUT", "/core/transaction/R-1", order)
    assert (status, made["id"], made["customer"], made["total"]) == (200, "R-1", "C-1", 25)
    assert made["items"] == [{"product_id": "MUG", "quantity": 2, "subtotal": 25}]
    assert ask(client, "GET", "/core/transaction/R-1") == (200, made)
    assert ask(client, "GET", "/core/transaction", query="customer=C-1&status=accepted") == (200, {"data": [made]})
    assert ask(client, "GET", "/core/transaction", query="customer=C-2") == (200, {"data": []})
    assert ask(client, "PUT", "/core/transaction/R-1", order) == TAKEN
    assert ask(client, "PUT", "/core/transaction/R-2", {"total": 1}) == refusal("'customer' property is required")


def test_a_draft_is_completed_and_a_receipt_is_shown_before_drafts_of_others(client: Client) -> None:
    make_customer("C-1")
    make_customer("C-2")
    for name in ("C-2", "C-1"):
        tell(Incoming(name, "point_add", {"points": 1, "transaction_id": "R-1"}))
    order = {"customer": "C-1", "total": 25}

    status, made = ask(client, "PUT", "/core/transaction/R-1", order)

    assert (status, made["customer"], made["status"]) == (200, "C-1", "accepted")
    assert ask(client, "GET", "/core/transaction/R-1") == (200, made)
    assert ask(client, "PUT", "/core/transaction/R-1", {**order, "customer": "C-2"}) == TAKEN


@pytest.mark.parametrize("sent", [" R-1 ", "Ｒ-1"])
def test_a_transaction_is_answered_and_found_by_its_id_in_any_form(client: Client, sent: str) -> None:
    make_customer("C-1")

    status, made = ask(client, "PUT", "/core/transaction", {"id": sent, "customer": "C-1", "total": 25})

    assert (status, made["id"], made["total"]) == (200, "R-1", 25)
    assert ask(client, "GET", f"/core/transaction/{quote(sent)}") == (200, made)
    assert ask(client, "PUT", "/core/transaction", {"id": sent, "customer": "C-1", "total": 25}) == TAKEN


def test_ids_with_slashes_are_served(client: Client) -> None:
    make_customer("store/7/1042")
    order = {"customer": "store/7/1042", "total": 25}

    assert ask(client, "GET", "/core/customer/store%2F7%2F1042")[1]["id"] == "store/7/1042"
    status, made = ask(client, "PUT", "/core/transaction/2026%2F17", order)
    assert (status, made["id"]) == (200, "2026/17")
    assert ask(client, "GET", "/core/transaction/2026%2F17") == (200, made)
    assert ask(client, "DELETE", "/core/customer/store%2F7%2F1042") == (200, ["ok"])


def test_orders_of_those_who_have_left_are_shown_no_more(client: Client) -> None:
    make_customer("C-1")
    assert ask(client, "PUT", "/core/transaction/R-1", {"customer": "C-1", "total": 25})[0] == 200
    tell(Incoming("C-1", "opt_out", {}))
    name = Transaction.objects.get().transaction_id

    assert ask(client, "GET", f"/core/transaction/{name}") == UNKNOWN
    assert ask(client, "GET", "/core/transaction") == (200, {"data": []})
    assert ask(client, "GET", "/core/transaction", query="status=accepted") == (200, {"data": []})


def test_a_key_that_may_not_record_makes_no_transaction(client: Client) -> None:
    make_customer("C-1")
    development_key("reader", "Reader", apis=["entities", "display"])

    answer = client.put(
        "/entities/core/transaction/R-1?api_key=reader",
        {"customer": "C-1", "total": 1},
        content_type="application/json",
    )
    assert answer.status_code == 403
    assert not Event.objects.filter(action="checkout").exists()
