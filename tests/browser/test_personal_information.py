"""Personal information and Create customer, by mouse and by keyboard."""

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from customers.fields.models import Field
from customers.models import Customer
from tests.factories import make_customer

pytestmark = pytest.mark.browser


@pytest.fixture
def zsofia(served: str) -> Customer:
    Field.objects.create(slug="shoe_size", name="Shoe size", type="numeric", position=1)
    Field.objects.create(slug="visited", name="Last visit", type="datetime", position=2)
    Field.objects.create(slug="colours", name="Colours", type="multiple_choice", options=["red", "green"], position=3)
    Field.objects.create(slug="segment", name="Segment", read_only=True, default="new", position=4)
    profile: dict[str, Any] = {
        "first_name": "Zsófia",
        "last_name": "Kovács",
        "email": "zsofia@example.com",
        "shoe_size": 38,
    }
    return make_customer("C-1", visited="2026-11-01 09:30:00", facebook_access_token="hidden", **profile)


def test_personal_information_is_saved_and_accessible(
    zsofia: Customer, signed_in: Page, check_page: Callable[[Page], None], complaints: list[str]
) -> None:
    signed_in.goto(f"/customers/{zsofia.id}/")
    signed_in.get_by_role("link", name="Personal information").click()
    expect(signed_in.get_by_label("Shoe size")).to_have_value("38")
    expect(signed_in.get_by_text("stored")).to_be_visible()
    check_page(signed_in)

    signed_in.get_by_label("Shoe size").fill("38.5")
    signed_in.get_by_label("green").check()
    signed_in.get_by_role("button", name="Save").click()
    expect(signed_in.get_by_text("Saved.", exact=True)).to_be_visible()
    expect(signed_in.get_by_label("Shoe size")).to_have_value("38.5")
    zsofia.refresh_from_db()
    # The moment, which nobody touched, is what it was.
    expected = {"shoe_size": 38.5, "colours": ["green"], "visited": "2026-11-01 09:30:00", "segment": "new"}
    assert zsofia.properties == expected
    assert complaints == []


def test_personal_information_by_keyboard_alone(zsofia: Customer, signed_in: Page) -> None:
    signed_in.goto(f"/customers/{zsofia.id}/personal/")
    name = signed_in.get_by_label("Last name")
    name.focus()
    expect(name).to_be_focused()
    signed_in.keyboard.press("Control+a")
    signed_in.keyboard.type("Nagy")
    signed_in.keyboard.press("Enter")

    expect(signed_in.get_by_role("heading", name="Zsófia Nagy")).to_be_visible()


def test_a_wrong_value_is_told_beside_its_field(
    zsofia: Customer, signed_in: Page, check_page: Callable[[Page], None]
) -> None:
    signed_in.goto(f"/customers/{zsofia.id}/personal/")
    signed_in.get_by_label("Shoe size").fill("big")
    signed_in.get_by_role("button", name="Save").click()

    expect(signed_in.get_by_text("“Shoe size” must be a number")).to_be_visible()
    expect(signed_in.get_by_label("Shoe size")).to_have_value("big")
    check_page(signed_in)


def test_a_customer_is_created_from_the_list(
    signed_in: Page, check_page: Callable[[Page], None], complaints: list[str]
) -> None:
    signed_in.get_by_role("link", name="Create customer").click()
    dialog = signed_in.get_by_role("dialog")
    expect(dialog.get_by_label("ID", exact=True)).to_be_visible()
    check_page(signed_in)
    dialog.get_by_label("ID", exact=True).fill("C-9")
    dialog.get_by_label("First name").fill("Anna")
    dialog.get_by_role("button", name="Create customer").click()

    expect(signed_in.get_by_role("heading", name="Anna")).to_be_visible()
    assert complaints == []
