"""The events tab in a browser."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Locator, Page, expect

from customers.models import Customer
from loyalty.engine.events import Incoming
from loyalty.points.ledger.queries import balances_of
from tests.browser.keys import tab_to
from tests.factories import checkout, make_customer, tell

pytestmark = pytest.mark.browser
Check = Callable[[Page], None]


# Even the shortest transition shows the colours of the other scheme for a frame, and axe would measure them.
STILL = """() => {
  const sheet = new CSSStyleSheet();
  sheet.replaceSync("* { transition-property: none !important; }");
  document.adoptedStyleSheets.push(sheet);
}"""


@pytest.fixture
def check_page(check_page: Check) -> Check:
    def check(page: Page) -> None:
        page.evaluate(STILL)
        check_page(page)

    return check


@pytest.fixture
def zsofia(served: str) -> Customer:
    customer = make_customer("C-1", first_name="Zsófia", last_name="Kovács", points=40)
    tell(checkout(customer, "T-1", 50), checkout(customer, "T-2", 30))
    return customer


@pytest.fixture
def timeline(signed_in: Page, zsofia: Customer) -> Page:
    signed_in.goto(f"/customers/{zsofia.id}/")
    signed_in.get_by_role("navigation", name="Customer profile").get_by_role("link", name="Events").click()
    expect(signed_in.get_by_role("heading", name="Friday, 20 November 2026")).to_be_visible()
    return signed_in


def titles(page: Page) -> Locator:
    return page.locator("#results .title")


def settled(page: Page) -> None:
    """What came by htmx listens from when it has settled, which is later than it is seen."""
    page.wait_for_function(
        "() => !document.querySelector('.htmx-swapping, .htmx-settling, .htmx-added, .htmx-request')"
    )
    page.wait_for_timeout(150)


def add_action(page: Page, action: str) -> Locator:
    """The dialog, with the action chosen."""
    page.get_by_role("link", name="Add action").click()
    dialog = page.get_by_role("dialog", name="Add action")
    expect(dialog).to_be_visible()
    settled(page)
    dialog.get_by_label("Action", exact=True).select_option(action)
    expect(dialog.get_by_label("Date (optional)", exact=True)).to_be_visible()
    return dialog


def test_filters_are_in_the_address_and_back_undoes_them(timeline: Page, complaints: list[str]) -> None:
    timeline.get_by_label("Action", exact=True).select_option("point_add")
    expect(titles(timeline)).to_have_text(["Point add"])
    assert "action=point_add" in timeline.url
    timeline.go_back()
    expect(titles(timeline)).to_have_count(6)
    assert complaints == []


def test_a_transaction_id_leads_to_its_events_and_these_to_the_details(timeline: Page, complaints: list[str]) -> None:
    timeline.get_by_role("link", name="T-1", exact=True).click()
    expect(titles(timeline)).to_have_text(["Checkout", "Checkout item"])
    expect(timeline.get_by_role("searchbox", name="Transaction ID")).to_have_value("T-1")
    timeline.get_by_role("link", name="Details Checkout item").click()
    expect(timeline.get_by_role("heading", name="Checkout item")).to_be_visible()
    expect(timeline.get_by_text("Blue mug")).to_be_visible()
    timeline.get_by_role("link", name="Checkout", exact=True).click()
    expect(timeline.get_by_role("heading", name="Checkout", exact=True)).to_be_visible()
    assert complaints == []


def test_a_transaction_is_found_while_typing(timeline: Page) -> None:
    timeline.keyboard.press("/")
    timeline.keyboard.type("T-2")
    expect(titles(timeline)).to_have_text(["Checkout", "Checkout item"])
    expect(timeline).to_have_url(re.compile("transaction_id=T-2"))


def test_points_are_added_after_a_mistake(
    timeline: Page, zsofia: Customer, complaints: list[str], check_page: Check
) -> None:
    dialog = add_action(timeline, "point_add")
    points = dialog.get_by_label("Points", exact=True)
    points.fill("abc")
    dialog.get_by_role("button", name="Add action").click()
    expect(points).to_be_focused()
    expect(points).to_have_accessible_description("Enter a whole number.")
    check_page(timeline)
    points.fill("250")
    dialog.get_by_role("button", name="Add action").click()
    expect(timeline.get_by_text("Point add recorded: +250 points")).to_be_visible()
    expect(timeline.get_by_role("dialog")).to_have_count(0)
    expect(timeline.get_by_role("link", name="Add action")).to_be_focused()
    expect(timeline.locator("#results").get_by_text("+250 pts")).to_be_visible()
    assert balances_of(zsofia.id)[0].spendable == 370
    assert [one for one in complaints if "422" not in one] == []
    timeline.goto(f"/customers/{zsofia.id}/")
    expect(timeline.get_by_text("370").first).to_be_visible()


def test_an_action_is_added_with_the_keyboard_alone(timeline: Page, zsofia: Customer) -> None:
    timeline.get_by_role("link", name="Add action").focus()
    timeline.keyboard.press("Enter")
    select = timeline.get_by_role("dialog").get_by_label("Action", exact=True)
    expect(select).to_be_visible()
    tab_to(timeline, select)
    timeline.keyboard.type("Point sub")
    expect(timeline.locator("#modal [name=shown]")).to_have_value("point_sub")
    points = timeline.get_by_role("dialog").get_by_label("Points", exact=True)
    expect(select).to_be_focused()
    timeline.keyboard.press("Tab")
    expect(points).to_be_focused()
    timeline.keyboard.type("20")
    timeline.keyboard.press("Enter")
    expect(timeline.get_by_text("Point sub recorded: −20 points")).to_be_visible()
    expect(timeline.get_by_role("link", name="Add action")).to_be_focused()
    assert balances_of(zsofia.id)[0].spendable == 100


def test_a_checkout_with_two_items_is_added(timeline: Page, complaints: list[str], check_page: Check) -> None:
    dialog = add_action(timeline, "checkout")
    dialog.get_by_label("Transaction ID").fill("T-9")
    dialog.get_by_label("Total", exact=True).fill("30")
    first = dialog.get_by_role("group", name="Item 1")
    first.get_by_label("Product name").fill("Tea")
    first.get_by_label("Price").fill("10")
    dialog.get_by_role("button", name="Add an item").click()
    second = dialog.get_by_role("group", name="Item 2")
    expect(second.get_by_label("Product name")).to_be_focused()
    timeline.keyboard.type("Cup")
    second.get_by_label("Price").fill("20")
    expect(first.get_by_label("Product name")).to_have_value("Tea")
    check_page(timeline)
    dialog.get_by_role("button", name="Add action").click()
    expect(timeline.get_by_text("Checkout recorded: +30 points")).to_be_visible()
    expect(titles(timeline).filter(has_text=re.compile("^Checkout item$"))).to_have_count(4)
    assert complaints == []


def test_the_dialog_closes_without_a_trace(timeline: Page, zsofia: Customer) -> None:
    add_action(timeline, "point_add").get_by_label("Points", exact=True).fill("5")
    timeline.keyboard.press("Escape")
    timeline.get_by_role("button", name="Discard").click()
    expect(timeline.get_by_role("dialog")).to_have_count(0)
    expect(timeline.get_by_role("link", name="Add action")).to_be_focused()
    assert balances_of(zsofia.id)[0].spendable == 120


def test_the_pages_are_accessible(timeline: Page, complaints: list[str], check_page: Check) -> None:
    check_page(timeline)
    timeline.get_by_role("link", name="Details Point add").click()
    expect(timeline.get_by_role("heading", name="Ledger")).to_be_visible()
    check_page(timeline)
    timeline.go_back()
    timeline.get_by_role("link", name="Add action").click()
    expect(timeline.get_by_role("dialog")).to_be_visible()
    check_page(timeline)
    timeline.goto(timeline.url.split("?")[0] + "?transaction_id=none")
    expect(timeline.get_by_role("heading", name="No such events")).to_be_visible()
    check_page(timeline)
    assert complaints == []


def test_adding_works_without_script(timeline: Page, zsofia: Customer) -> None:
    browser = timeline.context.browser
    assert browser
    context = browser.new_context(
        java_script_enabled=False, storage_state=timeline.context.storage_state(), base_url=timeline.url
    )
    page = context.new_page()
    page.goto(f"/customers/{zsofia.id}/events/")
    page.get_by_role("link", name="Add action").click()
    page.get_by_label("Action", exact=True).select_option("point_add")
    page.get_by_role("button", name="Continue").click()
    page.get_by_label("Points", exact=True).fill("5")
    page.get_by_role("button", name="Add action").click()
    expect(page.get_by_text("Point add recorded: +5 points")).to_be_visible()
    context.close()


def test_long_values_do_not_widen_the_page(signed_in: Page, zsofia: Customer, check_page: Check) -> None:
    [outcome] = tell(Incoming("C-1", "profile", {"note": "x" * 400, "a" * 60: {"b" * 60: "c" * 60}}))
    tell(checkout(zsofia, "T" * 128, 5))
    signed_in.goto(f"/customers/{zsofia.id}/events/")
    check_page(signed_in)
    signed_in.goto(f"/customers/{zsofia.id}/events/{outcome.events[0].id}/")
    check_page(signed_in)
