"""What has been typed is not lost by a slip: it is asked for first, and it outlives the session."""

import pytest
from django.contrib.sessions.models import Session
from playwright.sync_api import Locator, Page, expect

from customers.models import Customer
from loyalty.points.ledger.queries import balances_of
from tests.browser.conftest import PASSWORD
from tests.factories import make_customer

pytestmark = pytest.mark.browser


@pytest.fixture
def zsofia(served: str) -> Customer:
    return make_customer("C-1", first_name="Zsófia", last_name="Kovács", points=100)


@pytest.fixture
def dialog(signed_in: Page, zsofia: Customer) -> Locator:
    """Manage points, opened."""
    signed_in.goto(f"/customers/{zsofia.id}/")
    signed_in.get_by_role("link", name="Manage points").click()
    found = signed_in.get_by_role("dialog", name="Manage points")
    expect(found).to_be_visible()
    return found


def _asked(page: Page) -> Locator:
    return page.get_by_role("alertdialog", name="Discard changes?")


def test_a_filled_dialog_asks_before_it_closes(signed_in: Page, dialog: Locator, complaints: list[str]) -> None:
    page, reason = signed_in, dialog.get_by_label("Reason")
    reason.fill("Lost parcel")
    for leave in (lambda: page.mouse.click(20, 20), lambda: page.keyboard.press("Escape")):
        leave()
        expect(_asked(page)).to_be_visible()
        expect(page.get_by_role("button", name="Keep editing")).to_be_focused()
        page.keyboard.press("Escape")
        expect(_asked(page)).to_be_hidden()
        expect(reason).to_have_value("Lost parcel")
    dialog.get_by_role("button", name="Cancel").click()
    _asked(page).get_by_role("button", name="Discard").click()
    expect(dialog).to_be_hidden()
    expect(page.get_by_role("link", name="Manage points")).to_be_focused()
    assert complaints == []


def test_a_dialog_in_which_nothing_was_typed_just_closes(signed_in: Page, dialog: Locator) -> None:
    signed_in.mouse.click(20, 20)
    expect(dialog).to_be_hidden()
    expect(_asked(signed_in)).to_be_hidden()


def test_leaving_changed_personal_information_is_asked_for(
    signed_in: Page, zsofia: Customer, complaints: list[str]
) -> None:
    page = signed_in
    page.goto(f"/customers/{zsofia.id}/personal/")
    page.get_by_label("First name").fill("Zsuzsanna")
    page.get_by_role("link", name="Events", exact=True).click()
    _asked(page).get_by_role("button", name="Keep editing").click()
    expect(page.get_by_label("First name")).to_have_value("Zsuzsanna")
    page.get_by_role("link", name="Events", exact=True).click()
    _asked(page).get_by_role("button", name="Discard").click()
    page.wait_for_url("**/events/")
    page.go_back()
    page.get_by_label("First name").fill("Zsuzsanna")
    page.get_by_role("button", name="Save changes").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Zsuzsanna Kovács")
    assert complaints == []


def test_a_session_that_ends_in_a_dialog_is_renewed_in_place(
    signed_in: Page, dialog: Locator, zsofia: Customer
) -> None:
    page = signed_in
    dialog.get_by_label("Points", exact=True).fill("1 000")
    dialog.get_by_label("Reason").fill("Lost parcel")
    expect(dialog.get_by_role("button", name="Add 1,000 points")).to_be_visible()
    Session.objects.all().delete()
    dialog.get_by_role("button", name="Add 1,000 points").click()
    log_in = page.get_by_role("dialog", name="Sign in")
    expect(log_in.get_by_label("Username")).to_be_focused()
    log_in.get_by_label("Username").fill("dana")
    log_in.get_by_label("Password").fill("wrong")
    log_in.get_by_role("button", name="Sign in").click()
    expect(log_in.get_by_role("alert")).to_contain_text("do not match")
    expect(dialog.get_by_label("Reason")).to_have_value("Lost parcel")
    log_in.get_by_label("Password").fill(PASSWORD)
    page.keyboard.press("Enter")
    expect(page.get_by_text("1,000 points added.")).to_be_visible()
    assert balances_of(zsofia.id)[0].spendable == 1100
    # The next request goes with the new token.
    page.get_by_role("link", name="Manage points").click()
    dialog.get_by_label("Points", exact=True).fill("5")
    dialog.get_by_label("Reason").fill("Another one")
    dialog.get_by_role("button", name="Add 5 points").click()
    expect(page.get_by_text("5 points added.", exact=True)).to_be_visible()
