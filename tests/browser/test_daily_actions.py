"""The commonest tasks are at hand on every tab of a profile."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from customers.models import Customer
from loyalty.engine.events import Incoming
from tests.factories import make_customer, tell

pytestmark = pytest.mark.browser

TABS = ("", "personal/", "events/", "points/", "transactions/", "notes/")
PHONE = {"width": 390, "height": 844}


@pytest.fixture
def zsofia(served: str) -> Customer:
    found = make_customer("C-1", first_name="Zsófia", last_name="Kovács", points=100)
    tell(Incoming("C-1", "point_add", {"points": 70, "expdate": "2099-03-31"}))
    return found


def test_every_tab_has_the_same_actions(zsofia: Customer, signed_in: Page, complaints: list[str]) -> None:
    page = signed_in
    for tab in TABS:
        page.goto(f"/customers/{zsofia.id}/{tab}")
        head = page.locator(".page-head").first
        shown = [text.strip() for text in head.locator("> .row > :is(a, button)").all_inner_texts()]
        assert shown == ["Manage points", "Add action", "Merge", "More"], tab
    assert complaints == []


def test_to_opt_out_comes_last_in_red_under_a_rule(zsofia: Customer, signed_in: Page) -> None:
    page = signed_in
    page.goto(f"/customers/{zsofia.id}/")
    page.get_by_role("button", name="More actions").click()
    menu = page.locator("#customer-menu")
    assert menu.locator(":scope > :last-child").inner_text() == "Opt out…"
    assert menu.locator(":scope > :nth-last-child(2)").evaluate("one => one.tagName") == "HR"
    red, plain = (menu.get_by_role("link", name=name) for name in ("Opt out…", "Suspend…"))
    colour = "one => getComputedStyle(one).color"
    assert red.evaluate(colour) != plain.evaluate(colour)


def test_points_are_added_where_one_is_and_the_figures_follow(
    zsofia: Customer, signed_in: Page, complaints: list[str]
) -> None:
    page = signed_in
    page.goto(f"/customers/{zsofia.id}/")
    tile = page.locator(".stat.key")
    expect(tile).to_contain_text("Next to expire: 70 after 31 Mar 2099")
    page.get_by_role("link", name="Manage points").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("Points", exact=True).fill("250")
    dialog.get_by_label("Reason").fill("Lost parcel")
    dialog.locator("[data-submit]").click()
    expect(tile).to_contain_text("420")
    expect(page.locator("#overview")).to_contain_text("+250 pts")
    assert page.url.endswith(f"/customers/{zsofia.id}/")
    assert complaints == []


def test_on_a_phone_the_commonest_has_a_button_and_the_others_are_in_the_menu(
    zsofia: Customer, signed_in: Page, check_page: Callable[[Page], None], complaints: list[str]
) -> None:
    page = signed_in
    page.goto(f"/customers/{zsofia.id}/")
    page.set_viewport_size(PHONE)  # type: ignore[arg-type]
    expect(page.get_by_role("link", name="Manage points")).to_be_visible()
    expect(page.get_by_role("link", name="Merge", exact=True)).to_be_hidden()
    page.get_by_role("button", name="More actions").click()
    expect(page.get_by_role("link", name="Add action")).to_be_focused()
    expect(page.get_by_role("link", name="Merge", exact=True)).to_be_visible()
    check_page(page)
    assert complaints == []
