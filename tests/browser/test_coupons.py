"""Coupons in a browser: a pool with codes, a customer who gets one, and each line of the menu of its row."""

import datetime as dt
from collections.abc import Callable

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect

from customers.models import Customer
from tests.browser.conftest import WIDE, layout_faults
from tests.coupons.pooling import assign, make_cards, make_pool, status, the
from tests.factories import make_customer

pytestmark = pytest.mark.browser
Check = Callable[[Page], None]


def checked(page: Page, check_page: Check) -> None:
    check_page(page)
    page.set_viewport_size(WIDE)  # type: ignore[arg-type]
    assert layout_faults(page) == []


@pytest.fixture
def zsofia(served: str) -> Customer:
    make_customer("C-2", first_name="Bea", last_name="Nagy", email="bea@example.com")
    return make_customer("C-1", first_name="Zsófia", last_name="Kovács", email="zsofia@example.com")


def test_a_pool_is_created_gets_codes_and_one_is_found(
    zsofia: Customer, signed_in: Page, check_page: Check, complaints: list[str]
) -> None:
    page, dialog = signed_in, signed_in.get_by_role("dialog")
    page.goto("/coupons/")
    checked(page, check_page)
    page.get_by_role("link", name="Create").first.click()
    page.get_by_label("Name").fill("Spring sale with a name that is rather long for a list of pools")
    expect(page.get_by_label("Pattern")).to_be_hidden()
    page.get_by_label("Value").fill("12.5")
    checked(page, check_page)
    page.get_by_role("button", name="Create").click()
    expect(page.get_by_text("There are no codes yet")).to_be_visible()
    page.get_by_role("link", name="Add codes").click()
    dialog.get_by_label("Codes").fill("SPRING-1\nSPRING-2\nspring-2")
    dialog.get_by_role("button", name="Add").click()
    expect(page.get_by_text("2 codes added. 1 was not: spring-2")).to_be_visible()
    checked(page, check_page)
    page.goto("/coupons/find/")
    page.get_by_role("searchbox", name="Code").press_sequentially("spring-2")
    expect(page.get_by_role("row", name="SPRING-2")).to_contain_text("Unassigned")
    assert "spring-2" not in page.url
    checked(page, check_page)
    page.get_by_role("link", name="Invalidate SPRING-2").click()
    dialog.get_by_role("button", name="Invalidate").click()
    expect(page.get_by_role("row", name="SPRING-2")).to_contain_text("Invalid")
    assert complaints == []


def choose(page: Page, code: str, action: str) -> None:
    page.get_by_role("button", name=f"Actions of {code}").click()
    page.get_by_role("link", name=action, exact=True).click()


def test_each_line_of_the_menu_does_what_it_says_and_can_be_undone(
    zsofia: Customer, signed_in: Page, check_page: Check, complaints: list[str]
) -> None:
    make_cards("GC-1")
    make_pool("spring", "SPRING-1", "SPRING-2", "SPRING-3")
    assign("C-1", "cards", code="GC-1")
    for code in ("SPRING-1", "SPRING-2", "SPRING-3"):
        assign("C-1", code=code)
    page, dialog = signed_in, signed_in.get_by_role("dialog")
    page.goto(f"/customers/{zsofia.id}/coupons/")
    checked(page, check_page)

    choose(page, "GC-1", "Redeem")
    dialog.get_by_label("Amount").fill("36")
    dialog.get_by_role("button", name="Redeem").click()
    expect(page.get_by_role("row", name="GC-1")).to_contain_text("14.00 EUR")
    page.get_by_role("status").get_by_role("link", name="Undo").click()
    dialog.get_by_role("button", name="Take back").click()
    expect(page.get_by_role("row", name="GC-1")).to_contain_text("Claimed")

    choose(page, "SPRING-1", "Transfer")
    dialog.get_by_label("ID or email address").fill("BEA@example.com")
    dialog.get_by_role("button", name="Transfer").click()
    expect(page.get_by_role("row", name="SPRING-1")).to_contain_text("Transferred")
    choose(page, "SPRING-2", "Change expiration")
    dialog.get_by_label("Last day").fill((timezone.localdate() - dt.timedelta(days=1)).isoformat())
    dialog.get_by_role("button", name="Change").click()
    expect(page.get_by_role("row", name="SPRING-2")).to_contain_text("Expired")
    choose(page, "SPRING-3", "Unassign")
    dialog.get_by_role("button", name="Unassign").click()
    expect(page.get_by_role("row", name="SPRING-3")).to_have_count(0)
    checked(page, check_page)
    page.get_by_role("searchbox", name="Code or pool").press_sequentially("gc")
    expect(page.get_by_role("row", name="SPRING-1")).to_have_count(0)
    page.goto(f"/customers/{zsofia.id}/")
    expect(page.get_by_role("link", name="All coupons")).to_be_visible()
    checked(page, check_page)
    assert (status("GC-1"), status("SPRING-1", "C-2")) == ("claimed", "claimed")
    assert the("GC-1").balance == 50
    assert complaints == []
