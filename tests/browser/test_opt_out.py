"""Opting a customer out in a browser, by keyboard."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from customers.models import Customer
from tests.browser.keys import tab_to
from tests.factories import make_customer

pytestmark = pytest.mark.browser


@pytest.fixture
def zsofia(served: str) -> Customer:
    return make_customer("C-1", first_name="Zsófia", last_name="Kovács", email="zsofia@example.com", points=10)


def test_the_id_is_typed_and_whoever_mistypes_it_is_told_so(
    zsofia: Customer, signed_in: Page, complaints: list[str], check_page: Callable[[Page], None]
) -> None:
    page = signed_in
    page.goto(f"/customers/{zsofia.id}/")
    page.get_by_role("button", name="More actions").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("link", name="Suspend…")).to_be_focused()
    tab_to(page, page.get_by_role("link", name="Opt out…"))
    page.keyboard.press("Enter")
    dialog = page.get_by_role("dialog")
    expect(dialog.get_by_role("heading", name="Opt out")).to_be_visible()
    expect(dialog).to_contain_text("Erases Zsófia Kovács for good")
    expect(dialog.get_by_label("Kind", exact=True)).to_be_focused()
    check_page(page)

    tab_to(page, dialog.get_by_label("Customer ID"))
    page.keyboard.type("C-2")
    tab_to(page, dialog.get_by_role("button", name="Erase for good"))
    page.keyboard.press("Enter")
    expect(dialog.get_by_role("alert")).to_contain_text("This is not the ID of the customer")
    expect(dialog.get_by_label("Customer ID")).to_be_focused()
    check_page(page)
    zsofia.refresh_from_db()
    assert zsofia.status == "active"

    page.keyboard.press("Control+a")
    page.keyboard.type("C-1")
    page.keyboard.press("Enter")
    page.wait_for_url("**/erasures/")
    expect(page.get_by_text("Opted out and erased.")).to_be_visible()
    expect(page.get_by_role("main")).not_to_contain_text("Zsófia")
    check_page(page)
    zsofia.refresh_from_db()
    assert (zsofia.status, zsofia.first_name, zsofia.email) == ("opted_out", None, None)
    # The browser tells of the answer 422 to the wrong ID.
    assert [text for text in complaints if "422" not in text] == []
