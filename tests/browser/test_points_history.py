"""The points history in a browser."""

import re
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from customers.models import Customer
from loyalty.accounts.models import Account
from loyalty.engine.events import Incoming
from loyalty.program.models import GeneralSettings
from loyalty.program.modules import module_names
from tests.browser.keys import tab_to
from tests.factories import NOON, checkout, make_customer, tell

pytestmark = pytest.mark.browser
Check = Callable[[Page], None]

# Even the shortest transition shows the colours of the other scheme for a frame, and axe would measure them.
STILL = """() => {
  const sheet = new CSSStyleSheet();
  sheet.replaceSync("* { transition-property: none !important; }");
  document.adoptedStyleSheets.push(sheet);
}"""


@pytest.fixture
def zsofia(served: str) -> Customer:
    GeneralSettings.objects.update(modules=[*module_names()])
    Account.objects.create(slug="partner", name="Partner account", negative_points=True)
    customer = make_customer("C-1", first_name="Zsófia", last_name="Kovács", at=NOON - timedelta(days=60))
    add = Incoming("C-1", "point_add", {"points": 300, "expdate": "2027-03-31", "reason": "Apology for a late parcel"})
    tell(add, at=NOON - timedelta(days=50))
    tell(Incoming("C-1", "point_spend", {"points": 120, "reason": "Tote bag"}), at=NOON - timedelta(days=20))
    tell(checkout(customer, "T-1", 80, points_burned=30), at=NOON - timedelta(days=3))
    tell(Incoming("C-1", "checkout_accept", {"transaction_id": "T-1"}), checkout(customer, "T-2", 45), at=NOON)
    tell(Incoming("C-1", "point_spend", {"points": 20}, account="partner"), at=NOON)
    return customer


@pytest.fixture
def history(signed_in: Page, zsofia: Customer) -> Page:
    signed_in.goto(f"/customers/{zsofia.id}/")
    signed_in.get_by_role("navigation", name="Customer profile").get_by_role("link", name="Points history").click()
    expect(signed_in.get_by_role("table", name="Points history")).to_be_visible()
    signed_in.evaluate(STILL)
    return signed_in


def labels(page: Page) -> list[str]:
    return page.locator("#results td.what .title").all_inner_texts()


def settled(page: Page) -> None:
    """What came by htmx listens from when it has settled, which is later than it is seen."""
    page.wait_for_function("!document.querySelector('.htmx-swapping, .htmx-settling, .htmx-added, .htmx-request')")
    page.wait_for_timeout(150)


def test_the_history_tells_points_balances_and_orders(history: Page, complaints: list[str]) -> None:
    rows = history.locator("#results tbody tr").filter(has=history.locator("td.what"))
    expect(rows.filter(has_text="Checkout accept").locator("td.num").last).to_have_text("230")
    assert labels(history)[-2:] == ["Point spend", "Point add"]
    expect(rows.last).to_contain_text("31 Mar 2027")
    expect(rows.last).to_contain_text("Apology for a late parcel")
    history.get_by_role("link", name="T-2").first.click()
    history.wait_for_url(re.compile(r"/transactions/\d+/$"))
    assert complaints == []


def test_filters_are_in_the_address_and_back_undoes_them(history: Page, complaints: list[str]) -> None:
    everything = labels(history)
    history.get_by_label("Kind").select_option("spend")
    expect(history.get_by_text("Only Spent")).to_be_visible()
    assert "kind=spend" in history.url
    assert labels(history) == ["Point spend", "Point burn", "Point spend"]
    settled(history)
    history.get_by_label("From").fill("2026-11-18")
    history.get_by_label("From").blur()
    expect(history.locator("#results td.what .title")).to_have_count(1)
    history.go_back()
    expect(history.locator("#results td.what .title")).to_have_count(3)
    history.wait_for_load_state()
    history.go_back()
    expect(history.locator("#results td.what .title")).to_have_count(len(everything))
    assert complaints == []


def test_nothing_found_leads_back_to_everything(history: Page, check_page: Check) -> None:
    history.get_by_label("Kind").select_option("refund")
    expect(history.get_by_role("heading", name="No such points")).to_be_visible()
    check_page(history)
    history.get_by_role("link", name="Show everything").last.click()
    expect(history.get_by_role("table", name="Points history")).to_be_visible()


def test_the_balance_on_a_day_is_shown(history: Page, check_page: Check) -> None:
    history.get_by_label("Account", exact=True).select_option("main")
    expect(history.get_by_text("Only Main account")).to_be_visible()
    settled(history)
    history.get_by_label("Balance on").fill("2026-10-15")
    history.get_by_label("Balance on").blur()
    expect(history.get_by_text("At the end of 15 October 2026")).to_be_visible()
    expect(history.get_by_role("region", name="Balance of Main account").get_by_text("300").first).to_be_visible()
    check_page(history)
    history.get_by_role("link", name="Show today's").click()
    expect(history.get_by_text("At the end of")).to_have_count(0)


def test_points_are_explained_with_the_keyboard_alone(history: Page, complaints: list[str], check_page: Check) -> None:
    opener = history.get_by_role("link", name="Explain Point add")
    opener.focus()
    history.keyboard.press("Enter")
    dialog = history.get_by_role("dialog", name="Point add")
    expect(dialog.get_by_text("300 points, 150 left")).to_be_visible()
    expect(dialog.get_by_role("heading", name="Point add")).to_be_focused()
    check_page(history)
    spend = dialog.get_by_role("link", name="Point spend")
    settled(history)
    tab_to(history, spend)
    history.keyboard.press("Enter")
    second = history.get_by_role("dialog", name="Point spend")
    expect(second.get_by_text("Tote bag")).to_be_visible()
    expect(second.get_by_role("heading", name="Point spend")).to_be_focused()
    history.keyboard.press("Escape")
    expect(history.get_by_role("dialog")).to_have_count(0)
    expect(opener).to_be_focused()
    assert complaints == []


def test_the_pages_are_accessible(history: Page, zsofia: Customer, complaints: list[str], check_page: Check) -> None:
    check_page(history)
    history.get_by_text("View as table").click()
    check_page(history)
    event = zsofia.events.get(action="checkout_accept")
    history.goto(f"/customers/{zsofia.id}/points/{event.id}/")
    expect(history.get_by_text("80 EUR × 100 % = 80 points").first).to_be_visible()
    history.evaluate(STILL)
    check_page(history)
    nobody = make_customer("C-2")
    history.goto(f"/customers/{nobody.id}/points/")
    expect(history.get_by_role("heading", name="No points yet")).to_be_visible()
    check_page(history)
    assert complaints == []


def test_the_export_is_downloaded(history: Page, zsofia: Customer) -> None:
    with history.expect_download() as download:
        history.get_by_role("link", name="Export").click()
    assert download.value.suggested_filename == f"points-{zsofia.id}.csv"
    text = Path(download.value.path()).read_text(encoding="utf-8-sig")
    assert text.splitlines()[-1].endswith('"2027-03-31","",""')


def test_filtering_works_without_script(history: Page, zsofia: Customer) -> None:
    browser = history.context.browser
    assert browser
    context = browser.new_context(
        java_script_enabled=False, storage_state=history.context.storage_state(), base_url=history.url
    )
    page = context.new_page()
    page.goto(f"/customers/{zsofia.id}/points/")
    page.get_by_label("Kind").select_option("earn")
    page.get_by_role("button", name="Filter").click()
    expect(page.locator("#results td.what .title")).to_have_text(["Checkout accept", "Point add"])
    page.get_by_role("link", name="Explain Point add").click()
    expect(page.get_by_text("300 points, 150 left")).to_be_visible()
    context.close()
