"""What staff do with levels on an ordinary day: look where somebody stands, raise them, find those of a level."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect

from customers.models import Customer
from tests.factories import make_customer
from tests.tiers.ladders import set_up, structure

pytestmark = pytest.mark.browser

CLUB = (
    {"id": "basic", "name": {"en": "Basic"}, "threshold": 0},
    {"id": "silver", "name": {"en": "Silver"}, "threshold": 1_000, "tags": ["Free delivery"]},
    {"id": "gold", "name": {"en": "Gold"}, "threshold": 5_000, "multiplier": "1.5"},
)
ROLLING: dict[str, Any] = {"expiration_type": "rolling", "rolling_months": 12}


@pytest.fixture
def ann(served: str) -> Customer:
    set_up(structure("club", CLUB, **ROLLING))
    now = timezone.now()
    make_customer("C-2", first_name="Bob", at=now)
    return make_customer("C-1", first_name="Ann", points=1_400, at=now)


def choose(page: Page, name: str) -> None:
    page.get_by_role("button", name="More actions").click()
    page.locator("#customer-menu").get_by_text(name).click()
    expect(page.get_by_role("dialog").get_by_role("heading")).to_be_visible()


def test_somebody_is_raised_found_by_level_and_looked_up(
    ann: Customer, signed_in: Page, complaints: list[str], check_page: Callable[[Page], None]
) -> None:
    page = signed_in
    page.goto(f"/customers/{ann.id}/")
    card = page.get_by_role("region", name="Tiers")
    expect(card.get_by_text("3,600 points to Gold")).to_be_visible()
    expect(card.get_by_role("progressbar", name="Progress to Gold")).to_be_visible()
    expect(card).to_contain_text(
        re.compile("Silver through .*; then Basic, unless the customer collects 1,000 points more")
    )
    check_page(page)

    choose(page, "Tier up…")
    check_page(page)
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("Valid through").fill("2020-01-01")
    dialog.get_by_role("button", name="Tier up").click()
    expect(dialog.get_by_text("“Valid through” must not be in the past.")).to_be_visible()
    check_page(page)
    dialog.get_by_label("Valid through").fill("")
    dialog.get_by_label("Reason").fill("Status match")
    dialog.get_by_role("button", name="Tier up").click()
    expect(page.get_by_text("Ann now has the level Gold in Club.")).to_be_visible()
    expect(page.locator(".page-head .badge.accent")).to_have_text("Gold")
    expect(card.get_by_text("Set by hand")).to_be_visible()

    card.get_by_role("link", name="Tier history").click()
    expect(page.get_by_text("Changed by hand")).to_be_visible()
    check_page(page)
    page.get_by_role("link", name="Events", exact=True).click()
    expect(page.get_by_text("Rose from Silver to Gold in Club: changed by hand.")).to_be_visible()

    page.goto("/customers/")
    page.get_by_role("button", name="Level").click()
    page.get_by_label("Gold").check()
    page.keyboard.press("Escape")
    expect(page.get_by_role("row")).to_have_count(2)
    assert "tier=club%2Fgold" in page.url
    expect(page.get_by_role("cell", name="Gold")).to_be_visible()
    check_page(page)
    # The browser itself tells of the answer with the form that it shows.
    assert [text for text in complaints if "422" not in text] == []


def test_a_last_day_is_changed_and_the_one_who_may_not_fall_is_told_why(
    ann: Customer, signed_in: Page, check_page: Callable[[Page], None]
) -> None:
    page = signed_in
    page.goto(f"/customers/{ann.id}/")
    choose(page, "Change tier expiration…")
    check_page(page)
    dialog = page.get_by_role("dialog")
    dialog.get_by_text("Without an end").click()
    expect(dialog.get_by_label("Expiration date")).to_be_hidden()
    dialog.get_by_text("Through a day").click()
    dialog.get_by_label("Expiration date").fill("2099-12-31")
    dialog.get_by_role("button", name="Change tier expiration").click()
    expect(page.get_by_text("Silver is valid through 31 December 2099.")).to_be_visible()
    expect(page.get_by_text("The date was set by hand: the next action that counts points")).to_be_visible()

    choose(page, "Tier up…")
    dialog.get_by_role("button", name="Tier up").click()
    choose(page, "Tier down…")
    expect(dialog.get_by_text("Club keeps the highest level that points reach: not below Silver")).to_be_visible()
    check_page(page)
    dialog.get_by_role("button", name="Tier down").click()
    expect(page.get_by_text("now has the level Silver in Club.")).to_be_visible()


def test_who_has_no_level_yet_sees_what_reaches_one(
    served: str, signed_in: Page, check_page: Callable[[Page], None]
) -> None:
    set_up(structure("club", CLUB[1:], initialise_at_opt_in=False))
    customer = make_customer("C-9", first_name="Cid", at=timezone.now())
    signed_in.goto(f"/customers/{customer.id}/")
    card = signed_in.get_by_role("region", name="Tiers")
    expect(card.get_by_text("No level yet")).to_be_visible()
    expect(card.get_by_text("1,000 points to Silver")).to_be_visible()
    check_page(signed_in)
    signed_in.goto(f"/customers/{customer.id}/tiers/")
    expect(signed_in.get_by_text("No changes yet")).to_be_visible()
    check_page(signed_in)
