"""Managing points in a browser."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from customers.models import Customer
from loyalty.accounts.enums import EXPIRING_POINTS, MULTI_ACCOUNTS
from loyalty.engine.events import Incoming
from loyalty.points.ledger.queries import balances_of
from loyalty.program.models import GeneralSettings
from tests.browser.keys import tab_to
from tests.factories import make_customer, tell

pytestmark = pytest.mark.browser
Check = Callable[[Page], None]


@pytest.fixture
def zsofia(served: str) -> Customer:
    return make_customer("C-1", first_name="Zsófia", last_name="Kovács", points=100)


@pytest.fixture
def history(signed_in: Page, zsofia: Customer) -> Page:
    signed_in.goto(f"/customers/{zsofia.id}/points/")
    return signed_in


def test_points_are_added_with_the_keyboard_alone(history: Page, zsofia: Customer, complaints: list[str]) -> None:
    history.get_by_role("link", name="Manage points").focus()
    history.keyboard.press("Enter")
    dialog = history.get_by_role("dialog", name="Manage points")
    expect(dialog.get_by_label("Points", exact=True)).to_be_focused()
    history.keyboard.type("250")
    history.keyboard.press("Shift+Tab")
    expect(dialog.get_by_role("radio", name="Add points")).to_be_focused()
    reason = dialog.get_by_label("Reason")
    tab_to(history, reason)
    history.keyboard.type("Lost parcel")
    history.keyboard.press("Tab")
    history.keyboard.press("Tab")
    history.keyboard.press("Enter")
    expect(history.get_by_text("250 points added.")).to_be_visible()
    expect(history.get_by_role("link", name="Manage points")).to_be_focused()
    expect(history.locator("#results").get_by_text("+250")).to_be_visible()
    assert balances_of(zsofia.id)[0].spendable == 350
    assert complaints == []


def test_the_dialog_asks_for_what_the_action_needs(history: Page, zsofia: Customer) -> None:
    history.get_by_role("link", name="Manage points").click()
    dialog = history.get_by_role("dialog")
    expect(dialog.get_by_label("Expiration date")).to_be_visible()
    dialog.get_by_role("radio", name="Spend points").check()
    expect(dialog.get_by_label("Expiration date")).to_be_hidden()
    expect(dialog.get_by_text("the score stays")).to_be_visible()
    dialog.get_by_label("Points", exact=True).fill("101")
    dialog.get_by_label("Reason").fill("Voucher")
    dialog.get_by_role("button", name="Spend 101 points").click()
    expect(dialog.get_by_role("alert")).to_have_text("Not enough points: 101 needed, 100 spendable")
    expect(dialog.get_by_role("radio", name="Spend points")).to_be_checked()
    assert balances_of(zsofia.id)[0].spendable == 100


def test_the_dialog_is_accessible(history: Page, check_page: Check, complaints: list[str]) -> None:
    GeneralSettings.objects.update_or_create(id=1, defaults={"modules": [MULTI_ACCOUNTS, EXPIRING_POINTS]})
    history.get_by_role("link", name="Manage points").click()
    dialog = history.get_by_role("dialog")
    expect(dialog.get_by_label("Account")).to_be_visible()
    dialog.get_by_role("button", name="Add points").click()
    expect(dialog.get_by_text("This field is required.")).to_have_count(2)
    check_page(history)
    assert [one for one in complaints if "422" not in one] == []


def test_chosen_points_get_another_last_day(history: Page, zsofia: Customer, complaints: list[str]) -> None:
    tell(Incoming("C-1", "point_add", {"points": 30}), Incoming("C-1", "point_add", {"points": 5}))
    history.get_by_role("link", name="Modify point expiration").click()
    expect(history.get_by_role("button", name="Set expiration date")).to_be_hidden()
    history.get_by_role("checkbox", name="Choose all on this page").check()
    expect(history.get_by_text("3 chosen")).to_be_visible()
    history.get_by_role("checkbox", name="100 left").uncheck()
    history.get_by_role("button", name="Set expiration date").click()
    dialog = history.get_by_role("dialog")
    expect(dialog.get_by_text("35 points are chosen.")).to_be_visible()
    dialog.get_by_label("Expiration date").fill("2099-12-31")
    dialog.get_by_role("button", name="Set expiration date").click()
    expect(history.get_by_text("The chosen points expire after 31 Dec 2099.")).to_be_visible()
    expect(history.get_by_role("cell", name="31 Dec 2099")).to_have_count(2)
    expect(history.get_by_role("cell", name="Never")).to_have_count(1)
    expect(history.get_by_role("heading", name="Modify point expiration")).to_be_focused()
    assert complaints == []


def test_the_choice_of_points_is_accessible(history: Page, check_page: Check, complaints: list[str]) -> None:
    history.get_by_role("link", name="Modify point expiration").click()
    history.get_by_role("checkbox", name="100 left").check()
    expect(history.get_by_text("1 chosen")).to_be_visible()
    check_page(history)
    history.get_by_role("button", name="Set expiration date").click()
    dialog = history.get_by_role("dialog")
    dialog.get_by_role("button", name="Set expiration date").click()
    expect(dialog.get_by_role("alert")).to_have_text("Enter the last day.")
    check_page(history)
    assert [one for one in complaints if "422" not in one] == []
