"""Orders in a browser: finding one, reading it, refunding a part of it."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Locator, Page, expect

from customers.models import Customer
from loyalty.points.ledger.queries import balances_of
from tests.factories import make_customer, make_order

pytestmark = pytest.mark.browser
Check = Callable[[Page], None]
ITEMS = [
    {
        "product_id": "FA-001",
        "product_name": "Cotton T-shirt",
        "product_category": "Fashion",
        "price": 15,
        "quantity": 2,
    },
    {"product_id": "HO-004", "product_name": "Coffee mug " * 8, "price": 10},
]


@pytest.fixture
def zsofia(served: str) -> Customer:
    customer = make_customer("C-1", first_name="Zsófia", last_name="Kovács", points=100)
    make_order(customer, "T-1", total=40, items=ITEMS, points_burned=60)
    make_order(customer, "T-2", "pending")
    make_order(customer, "T-3", "rejected")
    make_order(make_customer("C-2", first_name="Maximilian", last_name="Schneider-Hofmann"), "T-4", "refunded")
    return customer


@pytest.fixture
def orders(signed_in: Page, zsofia: Customer) -> Page:
    """The brand's list."""
    signed_in.goto("/customers/")
    signed_in.get_by_role("navigation", name="Main").get_by_role("link", name="Transactions").click()
    expect(signed_in.get_by_role("heading", name="Transactions")).to_be_visible()
    return signed_in


def ids(page: Page) -> Locator:
    return page.locator("#results [data-row-link]")


def opened(page: Page, transaction_id: str) -> Page:
    page.get_by_role("link", name=transaction_id, exact=True).click()
    expect(page.get_by_role("heading", name=transaction_id)).to_be_visible()
    return page


def dialog(page: Page, link: str) -> Locator:
    page.get_by_role("link", name=link, exact=True).click()
    found = page.get_by_role("dialog")
    expect(found).to_be_visible()
    return found


def test_an_order_is_found_opened_and_an_item_of_it_refunded(
    orders: Page, zsofia: Customer, complaints: list[str]
) -> None:
    expect(ids(orders)).to_have_text(["T-4", "T-3", "T-2", "T-1"])
    orders.keyboard.press("/")
    orders.keyboard.type("T-1")
    expect(ids(orders)).to_have_text(["T-1"])
    expect(orders).to_have_url(re.compile("transaction_id=T-1"))
    opened(orders, "T-1")
    form = dialog(orders, "Refund Cotton T-shirt")
    expect(form.get_by_label("Quantity")).to_have_value("2")
    form.get_by_label("Quantity").fill("1")
    form.get_by_label("Reason").fill("Too small")
    form.get_by_role("button", name="Refund item").click()
    expect(orders.get_by_text("An item of order T-1 refunded.")).to_be_visible()
    expect(orders.get_by_text("25.00 EUR kept")).to_be_visible()
    expect(orders.get_by_text("15 taken back")).to_be_visible()
    expect(orders.get_by_text("23 given back")).to_be_visible()
    expect(orders.get_by_role("link", name="Refund Cotton T-shirt")).to_be_focused()
    assert balances_of(zsofia.id)[0].spendable == 100 - 60 + 40 - 15 + 23
    assert complaints == []


def test_the_list_is_narrowed_by_customer_and_status_and_back_widens_it(orders: Page, complaints: list[str]) -> None:
    orders.get_by_role("searchbox", name="Customer ID").fill("C-1")
    expect(ids(orders)).to_have_text(["T-3", "T-2", "T-1"])
    orders.get_by_label("Status", exact=True).select_option("pending")
    expect(ids(orders)).to_have_text(["T-2"])
    orders.go_back()
    expect(ids(orders)).to_have_text(["T-3", "T-2", "T-1"])
    orders.get_by_role("searchbox", name="Customer ID").fill("nobody")
    expect(orders.get_by_role("heading", name="No transactions match")).to_be_visible()
    orders.get_by_role("link", name="Clear filters").click()
    expect(ids(orders)).to_have_count(4)
    assert complaints == []


def test_a_pending_order_is_accepted_and_then_offers_what_is_valid_now(orders: Page, complaints: list[str]) -> None:
    opened(orders, "T-2")
    dialog(orders, "Accept").get_by_role("button", name="Accept order").click()
    expect(orders.get_by_text("Order T-2 accepted.")).to_be_visible()
    expect(orders.get_by_role("link", name="Refund", exact=True)).to_be_visible()
    expect(orders.get_by_role("link", name="Accept", exact=True)).to_have_count(0)
    # What opened the dialog is gone; the keyboard goes on from the head of the order.
    expect(orders.get_by_role("heading", name="T-2")).to_be_focused()
    assert complaints == []


def test_a_refusal_is_read_in_the_dialog(orders: Page, zsofia: Customer) -> None:
    opened(orders, "T-1")
    form = dialog(orders, "Refund an amount")
    form.get_by_label("Amount").fill("41")
    form.get_by_role("button", name="Refund an amount").click()
    expect(form.get_by_label("Amount")).to_have_accessible_description(
        "This is more than all that the customer has bought."
    )
    expect(form.get_by_label("Amount")).to_be_focused()
    orders.keyboard.press("Escape")
    # What was typed is asked for first.
    orders.get_by_role("button", name="Discard").click()
    expect(orders.get_by_role("link", name="Refund an amount")).to_be_focused()
    assert balances_of(zsofia.id)[0].spendable == 80


def test_events_and_orders_lead_to_each_other(orders: Page, zsofia: Customer, complaints: list[str]) -> None:
    opened(orders, "T-1").get_by_role("link", name="In the timeline").click()
    expect(orders.get_by_role("searchbox", name="Transaction ID")).to_have_value("T-1")
    orders.get_by_role("link", name="Details Checkout", exact=True).click()
    orders.get_by_role("link", name="T-1", exact=True).click()
    expect(orders).to_have_url(re.compile(rf"/customers/{zsofia.id}/transactions/\d+/$"))
    assert complaints == []


def test_the_pages_are_accessible(orders: Page, complaints: list[str], check_page: Check) -> None:
    check_page(orders)
    opened(orders, "T-1")
    check_page(orders)
    for link in ("Refund", "Refund an amount", "Refund Cotton T-shirt"):
        dialog(orders, link)
        check_page(orders)
        orders.keyboard.press("Escape")
    orders.get_by_role("link", name="All transactions").click()
    expect(ids(orders)).to_have_count(3)
    check_page(orders)
    orders.get_by_label("Status", exact=True).select_option("draft")
    expect(orders.get_by_role("heading", name="No transactions match")).to_be_visible()
    check_page(orders)
    assert complaints == []
