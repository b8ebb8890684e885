"""Shaping tiers in a browser."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from loyalty.program.models import GeneralSettings
from loyalty.staff.enums import Role
from loyalty.staff.models import User
from loyalty.tiers.enums import TIERS_MODULE
from loyalty.tiers.models import Level
from tests.browser.conftest import PASSWORD, layout_faults
from tests.factories import make_customer

pytestmark = pytest.mark.browser
Check = Callable[[Page], None]


@pytest.fixture
def manager(served: str) -> User:
    """Who signs in: an administrator."""
    return User.objects.create_user("dana", password=PASSWORD, role=Role.ADMINISTRATOR)


@pytest.fixture
def structures(signed_in: Page) -> Page:
    GeneralSettings.objects.update_or_create(id=1, defaults={"modules": [TIERS_MODULE]})
    make_customer("C-1", first_name="Zsófia", last_name="Kovács", points=1_200)
    signed_in.goto("/tiers/")
    return signed_in


def fill(page: Page) -> None:
    page.get_by_label("Name", exact=True).fill("Club")
    page.get_by_label("ID", exact=True).fill("club")
    for place, (id, name, threshold) in enumerate((("basic", "Basic", "0"), ("gold", "Gold", "1000"))):
        row = page.get_by_role("group", name=f"Level {place + 1}")
        row.get_by_label("ID").fill(id)
        row.get_by_label("Name (optional)", exact=True).fill(name)
        row.get_by_label("From points").fill(threshold)


def test_a_structure_is_made_previewed_and_saved(structures: Page, check_page: Check, complaints: list[str]) -> None:
    check_page(structures)
    structures.get_by_role("link", name="New structure").first.click()
    fill(structures)
    structures.get_by_role("button", name="Preview").click()
    preview = structures.locator("#preview")
    expect(preview.get_by_role("link", name="Zsófia Kovács")).to_be_visible()
    expect(preview.get_by_text("to Gold")).to_be_visible()
    check_page(structures)
    assert layout_faults(structures) == []
    for width in (1440, 390):
        structures.set_viewport_size({"width": width, "height": 900})
        structures.screenshot(path=f"/tmp/pics/structure-{width}.png", full_page=True)
    structures.get_by_role("button", name="Save").click()
    expect(structures.get_by_text("Levels are computed in the background.")).to_be_visible()
    structures.set_viewport_size({"width": 1440, "height": 900})
    expect(structures.get_by_role("link", name="Club")).to_be_visible()
    check_page(structures)
    assert list(Level.objects.values_list("slug", flat=True)) == ["basic", "gold"]
    assert complaints == []
