"""Merging two profiles in a browser."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from customers.models import Customer
from loyalty.points.ledger.queries import balances_of
from tests.browser.keys import tab_to
from tests.factories import make_customer

pytestmark = pytest.mark.browser


@pytest.fixture
def pair(served: str) -> tuple[Customer, Customer]:
    stays = make_customer("C-1", points=100, first_name="Zsófia", last_name="Kovács", email="zsofia@example.com")
    return stays, make_customer(
        "C-2", points=30, first_name="Zs.", last_name="Kovács", mobile_phone="+36301234567", favourite_colour="blue"
    )


def test_two_profiles_are_compared_and_merged(
    pair: tuple[Customer, Customer], signed_in: Page, complaints: list[str], check_page: Callable[[Page], None]
) -> None:
    page = signed_in
    page.goto(f"/customers/{pair[0].id}/merge/")
    page.get_by_label("ID of the other profile").fill("C-2")
    page.keyboard.press("Enter")
    page.wait_for_url(f"**/customers/{pair[0].id}/merge/{pair[1].id}/")
    expect(page.get_by_role("row", name="Mobile phone")).to_contain_text("taken over")
    check_page(page)
    page.get_by_role("link", name="Partial").click()
    expect(page.get_by_role("row", name="Favourite colour")).not_to_contain_text("taken over")
    page.get_by_role("link", name="Full").click()
    expect(page.get_by_role("row", name="Favourite colour")).to_contain_text("taken over")
    confirmation = page.get_by_label("Type C-2 to confirm")
    tab_to(page, confirmation)
    page.keyboard.type("C-2")
    page.keyboard.press("Enter")
    expect(page.get_by_text("The profiles were merged.")).to_be_visible()
    expect(page.get_by_role("heading", level=1)).to_have_text("Zsófia Kovács")
    assert balances_of(pair[0].id)[0].spendable == 130
    assert complaints == []
