"""The pages for developers, for strangers and for staff, by mouse and by keyboard."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

pytestmark = pytest.mark.browser


def test_a_stranger_finds_an_operation_and_copies_an_example(
    page: Page, served: str, check_page: Callable[[Page], None], complaints: list[str]
) -> None:
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.goto("/login/")
    page.get_by_role("link", name="For developers").click()
    expect(page.get_by_role("heading", name="Getting started", level=1)).to_be_visible()
    check_page(page)

    page.get_by_role("navigation", name="For developers").get_by_role("link", name="Reference").click()
    expect(page.get_by_role("heading", name="Reference", level=1)).to_be_visible()
    check_page(page)

    page.locator("#post-events").get_by_role("link", name="Record an event").click()
    expect(page.get_by_role("heading", name="Record an event", level=1)).to_be_visible()
    check_page(page)
    page.get_by_role("button", name="Copy this").first.click()
    expect(page.get_by_text("Copied.")).to_be_visible()
    assert page.evaluate("navigator.clipboard.readText()").startswith("curl -X POST")
    assert complaints == []


def test_staff_find_the_reference_by_keyboard(
    signed_in: Page, check_page: Callable[[Page], None], complaints: list[str]
) -> None:
    signed_in.keyboard.press("g")
    signed_in.keyboard.press("d")
    expect(signed_in.get_by_role("heading", name="Getting started", level=1)).to_be_visible()
    link = signed_in.get_by_role("link", name="Reference", exact=True).first
    link.focus()
    expect(link).to_be_focused()
    signed_in.keyboard.press("Enter")
    expect(signed_in.get_by_role("heading", name="Reference", level=1)).to_be_visible()

    found = signed_in.get_by_role("link", name="Merge a customer into another")
    found.focus()
    expect(found).to_be_focused()
    signed_in.keyboard.press("Enter")
    expect(signed_in.get_by_role("heading", name="Merge a customer into another", level=1)).to_be_visible()
    check_page(signed_in)
    assert complaints == []
