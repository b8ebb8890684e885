import re
from collections.abc import Callable
from datetime import timedelta

import pytest
from playwright.sync_api import Page, expect

from customers.models import Customer
from loyalty.engine.events import Incoming
from tests.factories import NOON, checkout, make_customers, tell

pytestmark = pytest.mark.browser

PEOPLE = [
    {"first_name": "Zsófia", "last_name": "Kovács", "email": "zsofia@example.com", "gender": "female", "country": "HU"},
    {"first_name": "Anna", "last_name": "Nagy", "email": "anna@example.com", "gender": "female", "country": "DE"},
    {"first_name": "Béla", "last_name": "Kiss", "email": "bela.with.a.very.long.address@example.org", "country": "HU"},
]


@pytest.fixture
def people(served: str) -> list[Customer]:
    """Zsófia has a history; Béla is suspended."""
    zsofia, anna, bela = make_customers(PEOPLE, at=NOON - timedelta(days=90))
    for number in range(3):
        tell(checkout(zsofia, f"R-{number}", 1000), at=NOON - timedelta(days=30 * number))
    tell(Incoming(zsofia.public_id, "point_spend", {"points": 300}))
    Customer.objects.filter(id=bela.id).update(status="suspended")
    return [zsofia, anna, bela]


def test_the_log_in_page_is_accessible(
    served: str, page: Page, check_page: Callable[[Page], None], complaints: list[str]
) -> None:
    page.goto("/login/")
    check_page(page)
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("alert").first).to_be_visible()
    check_page(page)
    # The browser reports the answer 422 to the empty form.
    assert [text for text in complaints if "422" not in text] == []


def test_the_list_is_accessible(
    people: list[Customer], signed_in: Page, check_page: Callable[[Page], None], complaints: list[str]
) -> None:
    expect(signed_in.get_by_role("row")).to_have_count(4)
    check_page(signed_in)
    signed_in.get_by_role("button", name="Country").click()
    check_page(signed_in)
    signed_in.goto("/customers/?q=zzz&country=HU")
    check_page(signed_in)
    assert complaints == []


def test_a_click_anywhere_on_a_row_opens_it(people: list[Customer], signed_in: Page) -> None:
    row = signed_in.get_by_role("row").filter(has_text="Kovács")
    with signed_in.context.expect_page() as opened:
        row.get_by_role("cell").last.click(button="middle")
    expect(opened.value).to_have_url(re.compile(rf"/customers/{people[0].id}/$"))
    opened.value.close()

    row.get_by_role("cell").last.click()
    expect(signed_in).to_have_url(re.compile(rf"/customers/{people[0].id}/$"))


def test_the_empty_list_is_accessible(
    signed_in: Page, check_page: Callable[[Page], None], complaints: list[str]
) -> None:
    expect(signed_in.get_by_role("heading", name="No customers yet")).to_be_visible()
    check_page(signed_in)
    assert complaints == []


def test_the_overview_is_accessible(
    people: list[Customer], signed_in: Page, check_page: Callable[[Page], None], complaints: list[str]
) -> None:
    for customer in people[:2]:
        signed_in.goto(f"/customers/{customer.id}/")
        expect(signed_in.get_by_role("heading", level=1)).to_have_text(customer.name)
        check_page(signed_in)
    assert complaints == []


def test_a_search_is_live_and_the_address_keeps_it(
    people: list[Customer], signed_in: Page, complaints: list[str]
) -> None:
    page = signed_in
    page.keyboard.press("/")
    expect(page.get_by_label("Search customers", exact=True)).to_be_focused()
    page.keyboard.type("kov")
    page.wait_for_url("**q=kov**")
    expect(page.get_by_role("row")).to_have_count(2)
    expect(page.locator("#total")).to_have_text("1 match")
    page.keyboard.type("zzz")
    expect(page.get_by_role("heading", name="No customers match")).to_be_visible()
    page.get_by_role("link", name="Clear search and filters").click()
    expect(page.get_by_role("row")).to_have_count(4)
    page.go_back()
    expect(page.get_by_label("Search customers", exact=True)).to_have_value("kovzzz")
    assert complaints == []


def test_filters_apply_at_once_and_stay_open(people: list[Customer], signed_in: Page, complaints: list[str]) -> None:
    page = signed_in
    page.get_by_role("button", name="Country").click()
    page.get_by_label("Hungary").check()
    expect(page.get_by_role("row")).to_have_count(3)
    expect(page.locator("#chosen-country")).to_have_text("1 chosen")
    expect(page.get_by_label("Germany")).to_be_visible()
    page.get_by_label("Germany").check()
    expect(page.get_by_role("row")).to_have_count(4)
    page.keyboard.press("Escape")
    page.get_by_role("navigation", name="Status").get_by_role("link", name="Suspended").click()
    expect(page.get_by_role("row")).to_have_count(2)
    page.get_by_role("link", name="Clear", exact=True).click()
    page.wait_for_url("**/customers/?status=suspended")
    assert complaints == []


def test_sorting_pages_and_rows_by_keyboard(served: str, signed_in: Page, complaints: list[str]) -> None:
    make_customers([{"first_name": f"N{number:02}", "last_name": f"L{number:02}"} for number in range(30)])
    page = signed_in
    page.goto("/customers/")
    page.get_by_role("button", name="Sort").click()
    page.get_by_label("Last name").check()
    expect(page.locator("tbody tr").first).to_contain_text("N00 L00")
    page.keyboard.press("Escape")
    page.get_by_role("link", name="Next").click()
    expect(page.locator("tbody tr")).to_have_count(5)
    page.get_by_role("link", name="Previous").click()
    expect(page.locator("tbody tr").first).to_contain_text("N00 L00")
    page.get_by_role("columnheader", name="Name").get_by_role("link").click()
    expect(page.locator("tbody tr").first).to_contain_text("N29 L29")
    for key in "jjk":
        page.keyboard.press(key)
    expect(page.get_by_role("link", name="N29 L29")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("N29 L29")
    assert complaints == []


def test_the_palette_opens_a_profile(people: list[Customer], signed_in: Page, complaints: list[str]) -> None:
    page = signed_in
    page.keyboard.press("Control+k")
    box = page.get_by_role("combobox")
    expect(box).to_be_focused()
    page.keyboard.type("nagy an")
    expect(page.get_by_role("option").first).to_contain_text("Anna Nagy")
    page.keyboard.press("Enter")
    page.wait_for_url(f"**/customers/{people[1].id}/")
    assert complaints == []


def test_the_id_is_copied(people: list[Customer], signed_in: Page) -> None:
    signed_in.context.grant_permissions(["clipboard-read", "clipboard-write"])
    signed_in.goto(f"/customers/{people[0].id}/")
    signed_in.get_by_role("button", name="Copy customer ID").click()
    expect(signed_in.get_by_role("status").get_by_text("Copied.")).to_be_visible()
    assert signed_in.evaluate("navigator.clipboard.readText()") == "C-1"


def test_the_list_works_without_script(people: list[Customer], signed_in: Page) -> None:
    state = signed_in.context.storage_state()
    assert signed_in.context.browser
    plain = signed_in.context.browser.new_context(java_script_enabled=False, storage_state=state)
    page = plain.new_page()
    page.goto(signed_in.url)
    page.get_by_label("Search customers", exact=True).fill("kov")
    page.get_by_role("button", name="Apply").click()
    expect(page.get_by_role("row")).to_have_count(2)
    plain.close()
