"""Segments in a browser: a two-level rule by the keyboard alone, the live preview, the pages under axe."""

from collections.abc import Callable

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect

from segments.models import Segment
from tests.browser.conftest import layout_faults
from tests.factories import make_customer
from tests.segments.segmenting import buy, make_segment, work

pytestmark = pytest.mark.browser
Check = Callable[[Page], None]


@pytest.fixture
def shop(signed_in: Page) -> Page:
    for id, name in (("C-1", "Zsófia"), ("C-2", "Bence")):
        make_customer(id, first_name=name, last_name="Kovács", country="HU", birth_date="1990-01-02")
    buy("T-1", 10, timezone.now(), "C-1")
    make_segment("buyers", "bought")
    make_segment("everyone", "everyone")
    work(timezone.now())
    return signed_in


def tab_to(page: Page, id: str) -> None:
    """With the Tab key alone."""
    for _ in range(80):
        if page.evaluate("document.activeElement.id") == id:
            return
        page.keyboard.press("Tab")
    raise AssertionError(f"{id} is not reached")


def choose(page: Page, id: str, letters: str) -> None:
    """In a list that is open to the keyboard: by the first letters of the option."""
    tab_to(page, id)
    page.keyboard.type(letters)
    expect(page.locator(f"#{id.removesuffix('fact')}value")).to_be_visible()


def test_the_keyboard_alone_builds_a_rule_of_two_levels_and_saves_it(shop: Page, complaints: list[str]) -> None:
    shop.goto("/segments/new/")
    tab_to(shop, "id_name")
    shop.keyboard.type("Hungarian buyers")
    tab_to(shop, "r-group")
    shop.keyboard.press("Enter")
    expect(shop.locator("#r-1-0-fact")).to_be_focused()
    choose(shop, "r-1-0-fact", "Country")
    expect(shop.locator("#r-1-0-value")).to_be_visible()
    tab_to(shop, "r-1-0-value")
    shop.keyboard.type("HU")
    tab_to(shop, "r-1-add")
    shop.keyboard.press("Enter")
    expect(shop.locator("#r-1-1-fact")).to_be_focused()
    choose(shop, "r-1-1-fact", "Age")
    expect(shop.locator("#r-1-1-value")).to_be_visible()
    tab_to(shop, "r-1-1-value")
    shop.keyboard.type("18")
    expect(shop.locator("#preview")).to_contain_text("bought and (country is HU or age is at least 18)")
    expect(shop.locator("#preview").get_by_role("link", name="Zsófia Kovács")).to_be_visible()
    shop.get_by_role("button", name="Save").focus()
    shop.keyboard.press("Enter")
    expect(shop.get_by_role("heading", name="Hungarian buyers", level=1)).to_be_visible()
    assert Segment.objects.get(slug="hungarian-buyers").rule == {
        "all": [
            {"fact": "purchases.any"},
            {"any": [
                {"fact": "customer.country", "op": "is", "value": "HU"},
                {"fact": "customer.age", "op": "at_least", "value": 18},
            ]},
        ]
    }  # fmt: skip
    assert complaints == []


def test_a_sentence_becomes_the_form_and_completes_itself(shop: Page, complaints: list[str]) -> None:
    shop.goto("/segments/new/")
    field = shop.get_by_label("As a sentence")
    field.fill("")
    field.press_sequentially("has not bought in the la")
    expect(shop.locator("#completion option").first).to_have_attribute("value", "has not bought in the last")
    field.fill("has not bought in the last 7 days and country is HU")
    shop.get_by_role("button", name="Read the sentence").click()
    expect(shop.locator("#r-1-value")).to_have_value("HU")
    expect(shop.locator("#preview").get_by_role("link", name="Bence Kovács")).to_be_visible()
    assert complaints == []


def test_an_edit_shows_who_would_enter_and_leave_before_it_is_saved(shop: Page) -> None:
    shop.goto("/segments/buyers/edit/")
    shop.locator("#r-0 input[type=checkbox]").check()
    expect(shop.locator("#preview")).to_contain_text("Would enter: 1")
    expect(shop.locator("#preview")).to_contain_text("Would leave: 1")


def test_the_pages_are_accessible_and_fit(shop: Page, check_page: Check, complaints: list[str]) -> None:
    shop.goto("/segments/new/")
    shop.get_by_role("button", name="Group").click()
    expect(shop.locator("#r-1-0-fact")).to_be_visible()
    shop.get_by_role("button", name="Preview").click()
    expect(shop.get_by_text("Some of them")).to_be_visible()
    pages = {
        "": None,
        "/segments/": "list",
        "/segments/buyers/": "segment",
        "/segments/overlap/?first=buyers&second=everyone": "overlap",
    }
    for address in pages:
        if address:
            shop.goto(address)
        check_page(shop)
        assert layout_faults(shop) == [], address
    assert complaints == []
