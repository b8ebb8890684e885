"""Labels in a browser: as tokens of a customer, and on their page."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from customers.models import Customer
from tests.browser.conftest import WIDE, layout_faults
from tests.factories import make_customer
from tests.labels.labels import held, known

pytestmark = pytest.mark.browser
Check = Callable[[Page], None]


def checked(page: Page, check_page: Check) -> None:
    check_page(page)
    page.set_viewport_size(WIDE)  # type: ignore[arg-type]
    assert layout_faults(page) == []


@pytest.fixture
def zsofia(served: str) -> Customer:
    return make_customer("C-1", first_name="Zsófia", last_name="Kovács", email="zsofia@example.com")


def test_labels_are_given_taken_renamed_and_merged(
    zsofia: Customer, signed_in: Page, check_page: Check, complaints: list[str]
) -> None:
    page, dialog = signed_in, signed_in.get_by_role("dialog")
    page.goto(f"/customers/{zsofia.id}/personal/")
    for name in ("Törzsvásárló", "Gold Club", "VIP"):
        page.get_by_label("New label").fill(name)
        page.get_by_role("button", name="Add label").click()
        expect(page.get_by_role("button", name=f"Take the label {name}")).to_be_visible()
    checked(page, check_page)
    page.get_by_role("button", name="Take the label VIP").click()
    expect(page.get_by_role("button", name="Take the label VIP")).to_have_count(0)
    assert held("C-1") == ["gold-club", "torzsvasarlo"]

    page.goto("/labels/")
    expect(page.get_by_role("row", name="gold-club")).to_contain_text("1")
    checked(page, check_page)
    page.get_by_role("link", name="Edit Gold Club").click()
    dialog.get_by_label("Name").fill("Golden Club")
    dialog.get_by_role("button", name="Save").click()
    expect(page.get_by_role("row", name="golden-club")).to_be_visible()
    page.get_by_role("link", name="Edit Golden Club").click()
    dialog.get_by_role("link", name="Merge…").click()
    dialog.get_by_label("Merge into").select_option("torzsvasarlo")
    dialog.get_by_role("button", name="Merge").click()
    expect(page.get_by_role("row", name="golden-club")).to_have_count(0)
    page.get_by_role("searchbox", name="Search labels").fill("vásár")
    expect(page.get_by_role("row", name="vip")).to_have_count(0)
    page.get_by_role("link", name="View Törzsvásárló").click()
    expect(page.get_by_role("link", name="C-1")).to_be_visible()
    checked(page, check_page)
    assert (held("C-1"), known()) == (["torzsvasarlo"], {"torzsvasarlo": "Törzsvásárló", "vip": "VIP"})
    assert complaints == []
