"""What staff do with an order: each action in its dialog, with its consequences and its refusals."""

import json
import re
from typing import Any
from uuid import uuid4

import pytest
from django.test import Client

from customers.models import Customer
from events.models import Event
from events.orders.models import Transaction
from loyalty.accounts.enums import EarningBasis
from loyalty.accounts.models import EarningRule
from loyalty.engine.events import Incoming
from loyalty.points.ledger.queries import balances_of
from loyalty.staff.enums import Role
from loyalty.staff.models import User
from tests.factories import make_customer, make_order, tell

pytestmark = pytest.mark.django_db
HTMX = {"HX-Request": "true"}


@pytest.fixture
def zsofia() -> Customer:
    return make_customer("C-1", first_name="Zsófia", points=100)


@pytest.fixture
def staff(client: Client) -> Client:
    client.force_login(User.objects.create_user("dana", role=Role.MANAGER))
    return client


def address(order: Transaction, action: str) -> str:
    return f"/customers/{order.customer_id}/transactions/{order.id}/{action}/"


def consequences(client: Client, order: Transaction, action: str) -> dict[str, str]:
    page = client.get(address(order, action), headers=HTMX).content.decode()
    return dict(re.findall(r"<dt>([^<]+)</dt><dd[^>]*>([^<]*)</dd>", page))


def act(client: Client, order: Transaction, action: str, **data: Any) -> Any:
    return client.post(address(order, action), {"token": uuid4(), **data}, headers=HTMX)


def said(answer: Any) -> str:
    assert answer.status_code == 204, answer.content.decode()
    return str(json.loads(answer["HX-Trigger"])["toast"]["text"])


def refusal(answer: Any) -> str:
    assert answer.status_code == 422
    found = re.search(r'role="alert">.*?<span>([^<]*)</span>', answer.content.decode(), re.S)
    assert found
    return found[1]


def spendable(customer: Customer) -> int:
    balance = balances_of(customer.id)[0]
    return balance.spendable - balance.debt


def status(order: Transaction) -> str:
    order.refresh_from_db()
    return order.status


def test_a_pending_order_is_accepted_and_its_points_can_be_spent(staff: Client, zsofia: Customer) -> None:
    order = make_order(zsofia, "T-1", "pending")
    assert consequences(staff, order, "accept") == {
        "Transaction ID": "T-1", "Total": "40.00 EUR", "Points that can be spent": "40",
    }  # fmt: skip
    answer = act(staff, order, "accept")
    assert said(answer) == "Order T-1 accepted."
    assert json.loads(answer["HX-Trigger"])["refresh:events"] is True
    assert (status(order), spendable(zsofia)) == ("accepted", 140)
    event = Event.objects.get(customer=zsofia, action="checkout_accept")
    assert (event.source, event.staff_id) == ("back_office", User.objects.get(username="dana").id)


def test_one_item_is_accepted_and_the_order_with_the_last_one(staff: Client, zsofia: Customer) -> None:
    EarningRule.objects.update(basis=EarningBasis.ITEM)
    items = [{"product_id": "MUG", "product_name": "Mug", "price": 10}, {"product_id": "TEA", "price": 5}]
    order = make_order(zsofia, "T-1", "pending", items=items, total=15)
    assert consequences(staff, order, "items/0/accept") == {
        "Transaction ID": "T-1", "Item": "Mug", "Points that can be spent": "10",
    }  # fmt: skip
    act(staff, order, "items/0/accept")
    assert (status(order), spendable(zsofia)) == ("pending", 110)
    assert said(act(staff, order, "items/1/accept")) == "An item of order T-1 accepted."
    assert (status(order), spendable(zsofia)) == ("accepted", 115)


@pytest.mark.parametrize(
    ("before", "label"), [("pending", "Pending points cancelled"), ("accepted", "Earned points taken back")]
)
def test_an_order_is_rejected_and_undone(staff: Client, zsofia: Customer, before: str, label: str) -> None:
    order = make_order(zsofia, "T-1", before, points_burned=60)
    assert consequences(staff, order, "reject") == {
        "Transaction ID": "T-1", label: "40", "Burned points given back": "60",
    }  # fmt: skip
    assert said(act(staff, order, "reject", reason="Fraud")) == "Order T-1 rejected."
    assert (status(order), spendable(zsofia)) == ("rejected", 100)
    assert Event.objects.get(customer=zsofia, action="checkout_reject").data["reason"] == "Fraud"


def test_an_order_is_refunded_and_gives_all_back(staff: Client, zsofia: Customer) -> None:
    order = make_order(zsofia, "T-1", points_burned=60)
    tell(Incoming("C-1", "partial_refund", {"transaction_id": "T-1", "amount": 10}))
    assert consequences(staff, order, "refund") == {
        "Transaction ID": "T-1", "Amount refunded": "30.00 EUR", "Earned points taken back": "30",
        "Burned points given back": "45",
    }  # fmt: skip
    assert said(act(staff, order, "refund")) == "Order T-1 refunded."
    assert (status(order), spendable(zsofia)) == ("refunded", 100)


def test_an_amount_is_refunded_and_takes_its_part_of_the_points(staff: Client, zsofia: Customer) -> None:
    order = make_order(zsofia, "T-1")
    assert consequences(staff, order, "refund-amount") == {"Transaction ID": "T-1", "Left to refund": "40.00 EUR"}
    assert said(act(staff, order, "refund-amount", amount="12.5")) == "A part of order T-1 refunded."
    assert (status(order), spendable(zsofia), str(order.refunded)) == ("accepted", 127, "12.5000")


def test_an_item_is_refunded_in_part_and_then_the_rest(staff: Client, zsofia: Customer) -> None:
    items = [
        {"product_id": "MUG", "product_name": "Mug", "price": 10, "quantity": 3},
        {"product_id": "TEA", "price": 5},
    ]
    order = make_order(zsofia, "T-1", items=items, total=35)
    assert said(act(staff, order, "items/0/refund", quantity=1)) == "An item of order T-1 refunded."
    page = staff.get(address(order, "items/0/refund"), headers=HTMX).content.decode()
    assert re.search(r'name="quantity" value="2"', page)
    assert consequences(staff, order, "items/0/refund") == {
        "Transaction ID": "T-1", "Item": "Mug", "Left to refund": "20.00 EUR",
    }  # fmt: skip
    act(staff, order, "items/0/refund", quantity=2, subtotal="7.5")
    assert (status(order), spendable(zsofia), str(order.refunded)) == ("accepted", 117, "17.5000")


@pytest.mark.parametrize(
    ("action", "data", "message"),
    [
        ("accept", {}, "The order was accepted already."),
        ("refund-amount", {"amount": 50}, "This is more than all that the customer has bought."),
        ("refund-amount", {"amount": 0}, "Enter an amount above 0."),
        ("refund-amount", {"amount": "ten"}, "Enter a number."),
        ("items/0/refund", {"quantity": 1, "subtotal": 41}, "This is more than is left to refund."),
        ("items/0/refund", {"quantity": 9}, "“Quantity” must be above 0 and at most 1."),
    ],
)
def test_a_refusal_is_shown_in_the_dialog(
    staff: Client, zsofia: Customer, action: str, data: dict[str, Any], message: str
) -> None:
    order = make_order(zsofia, "T-1")
    assert refusal(act(staff, order, action, **data)) == message
    assert (status(order), spendable(zsofia)) == ("accepted", 140)


@pytest.mark.parametrize(
    ("action", "data", "field"),
    [("refund-amount", {"amount": 50}, "amount"), ("items/0/refund", {"quantity": 1, "subtotal": 41}, "subtotal")],
)
def test_a_refusal_about_the_amount_is_shown_at_it(
    staff: Client, zsofia: Customer, action: str, data: dict[str, Any], field: str
) -> None:
    page = act(staff, make_order(zsofia, "T-1"), action, **data).content.decode()
    assert f'aria-describedby="id_{field}' in page
    assert f'id="id_{field}_error"' in page


def test_a_dialog_that_is_sent_twice_refunds_once(staff: Client, zsofia: Customer) -> None:
    order, token = make_order(zsofia, "T-1"), uuid4()
    answers = [act(staff, order, "refund-amount", amount=10, token=token) for _ in range(2)]
    assert [said(answer) for answer in answers] == [
        "A part of order T-1 refunded.", "This action was already recorded.",
    ]  # fmt: skip
    assert (status(order), str(order.refunded), spendable(zsofia)) == ("accepted", "10.0000", 130)


def test_an_order_that_has_been_refunded_meanwhile_is_refused(staff: Client, zsofia: Customer) -> None:
    order = make_order(zsofia, "T-1", "refunded")
    assert refusal(act(staff, order, "refund")) == "Only accepted orders can be refunded."


def test_without_script_the_dialog_is_a_page_that_leads_back(staff: Client, zsofia: Customer) -> None:
    order = make_order(zsofia, "T-1")
    assert "<h1>Refund order</h1>" in staff.get(address(order, "refund")).content.decode()
    answer = staff.post(address(order, "refund"), {"token": uuid4()})
    assert answer.headers["Location"] == f"/customers/{zsofia.id}/transactions/{order.id}/"


def test_what_is_not_there_is_not_found(staff: Client, zsofia: Customer) -> None:
    order, other = make_order(zsofia, "T-1"), make_customer("C-2")
    assert staff.get(address(order, "items/1/refund")).status_code == 404
    assert staff.get(f"/customers/{other.id}/transactions/{order.id}/refund/").status_code == 404


def test_a_reader_may_not_act(client: Client, zsofia: Customer) -> None:
    client.force_login(User.objects.create_user("sam", role=Role.READ_ONLY))
    order = make_order(zsofia, "T-1")
    assert act(client, order, "refund").status_code == 403
    assert (status(order), spendable(zsofia)) == ("accepted", 140)
