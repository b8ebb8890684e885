from collections.abc import Callable
from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect

from customers.models import Customer, Note
from loyalty.staff.models import User
from tests.factories import NOON, make_customer

pytestmark = pytest.mark.browser


@pytest.fixture
def zsofia(served: str) -> Customer:
    """With somebody who may be the same person."""
    make_customer("C-2", first_name="Sofia", last_name="Kovacs", email="Z@example.com", at=NOON - timedelta(days=9))
    return make_customer("C-1", first_name="Zsófia", last_name="Kovács", email="z@example.com")


def test_suspending_and_unsuspending_by_keyboard(zsofia: Customer, signed_in: Page, complaints: list[str]) -> None:
    page = signed_in
    page.goto(f"/customers/{zsofia.id}/events/")
    for verb, end in (("Suspend", "is suspended."), ("Unsuspend", "is active again.")):
        page.get_by_role("button", name="More actions").focus()
        page.keyboard.press("Enter")
        expect(page.get_by_role("link", name=f"{verb}…")).to_be_focused()
        page.keyboard.press("Enter")
        expect(page.get_by_role("dialog").get_by_role("heading", name=verb)).to_be_visible()
        expect(page.get_by_role("dialog").get_by_label("Reason")).to_be_focused()
        page.keyboard.type("Chargebacks")
        page.keyboard.press("Tab")
        page.keyboard.press("Tab")
        expect(page.get_by_role("button", name=verb, exact=True)).to_be_focused()
        page.keyboard.press("Enter")
        expect(page.locator("#toasts").get_by_text(f"Zsófia Kovács {end}")).to_be_visible()
        expect(page.get_by_role("dialog")).to_have_count(0)
    # It stays on the tab where it was done.
    assert page.url.endswith(f"/customers/{zsofia.id}/events/")
    expect(page.get_by_role("paragraph").get_by_text("Unsuspend", exact=True)).to_be_visible()
    assert complaints == []


def test_the_menu_its_dialog_and_a_suspended_profile_are_accessible(
    zsofia: Customer, signed_in: Page, check_page: Callable[[Page], None], complaints: list[str]
) -> None:
    page = signed_in
    page.goto(f"/customers/{zsofia.id}/")
    expect(page.get_by_text("Perhaps the same person")).to_be_visible()
    page.get_by_role("button", name="More actions").click()
    expect(page.get_by_role("link", name="Suspend…")).to_be_visible()
    check_page(page)
    page.get_by_role("link", name="Suspend…").click()
    expect(page.get_by_role("dialog").get_by_role("heading", name="Suspend")).to_be_visible()
    check_page(page)
    page.get_by_role("button", name="Suspend", exact=True).click()
    expect(page.locator("#toasts").get_by_text("is suspended.")).to_be_visible()
    expect(page.get_by_text("Suspended: earns points")).to_be_visible()
    check_page(page)
    assert complaints == []


def test_notes_are_written_changed_and_deleted(
    zsofia: Customer, signed_in: Page, check_page: Callable[[Page], None], complaints: list[str]
) -> None:
    page = signed_in
    page.goto(f"/customers/{zsofia.id}/notes/")
    expect(page.get_by_role("heading", name="No notes yet")).to_be_visible()
    check_page(page)
    page.get_by_role("link", name="Add note").click()
    expect(page.get_by_label("Note", exact=True)).to_be_focused()
    page.keyboard.type("Prefers letters.")
    check_page(page)
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("Note added.")).to_be_visible()
    expect(page.get_by_role("paragraph").get_by_text("Prefers letters.")).to_be_visible()
    check_page(page)
    page.get_by_role("link", name="Edit Prefers letters.").click()
    expect(page.get_by_label("Note", exact=True)).to_have_value("Prefers letters.")
    page.get_by_label("Note", exact=True).fill("Prefers calls.")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("paragraph").get_by_text("Prefers calls.")).to_be_visible()
    page.get_by_role("link", name="Delete Prefers calls.").click()
    expect(page.get_by_role("dialog").get_by_text("is deleted for good")).to_be_visible()
    check_page(page)
    page.get_by_role("button", name="Delete note").click()
    expect(page.get_by_role("heading", name="No notes yet")).to_be_visible()
    assert complaints == []


def test_an_empty_note_is_told_so_in_the_dialog(zsofia: Customer, signed_in: Page, manager: User) -> None:
    page = signed_in
    Note.objects.create(customer=zsofia, text="One", staff=manager, written_at=timezone.now())
    page.goto(f"/customers/{zsofia.id}/notes/")
    page.get_by_role("link", name="Add note").click()
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("alert")).to_contain_text("required")
    expect(page.get_by_label("Note", exact=True)).to_be_focused()
