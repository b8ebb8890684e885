"""Rewards in a browser: one is written in two languages beside its card, activated, found, put in order and archived."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from rewards.catalogue.models import Reward
from tests.browser.conftest import layout_faults
from tests.reward_catalogue.rewarding import a_picture, make_category, make_reward
from tests.segments.segmenting import make_segment

pytestmark = pytest.mark.browser
Check = Callable[[Page], None]


@pytest.fixture
def shop(signed_in: Page) -> Page:
    make_segment("buyers", "bought")
    make_category()
    make_reward(category="drinks", description={"en": "One latte of your choice."}, stock=40, ends_at="2030-12-31")
    make_reward(
        "mug", status="inactive", name={"en": "Enamel mug", "de": "Emaillebecher"}, prices={"EUR": 400, "USD": 420}
    )
    return signed_in


def test_a_reward_is_written_beside_its_card_and_activated(shop: Page, complaints: list[str]) -> None:
    shop.goto("/reward-catalogue/")
    shop.get_by_role("link", name="Create").click()
    shop.get_by_label("Type").select_option("physical")
    shop.get_by_label("Name", exact=True).fill("Cake")
    shop.get_by_label("Price in points").fill("300")
    preview = shop.locator("#preview")
    expect(preview).to_contain_text("300 points")
    shop.get_by_label("Another language").select_option("de")
    shop.get_by_role("button", name="Add language").click()
    shop.locator("[name='name.de']").fill("Kuchen")
    expect(preview.locator("[lang=de]")).to_contain_text("Kuchen")
    shop.get_by_label("Who it is for").select_option("segment:buyers")
    expect(preview).to_contain_text("in segment Buyers")
    shop.get_by_role("button", name="Create").click()
    expect(shop.get_by_role("heading", name="Cake", level=1)).to_be_visible()
    shop.get_by_role("link", name="Activate").click()
    shop.get_by_role("dialog").get_by_role("button", name="Activate").click()
    expect(shop.get_by_role("link", name="Set inactive")).to_be_visible()
    made = Reward.objects.get(name__en="Cake")
    assert (made.status, made.name["de"], made.prices) == ("active", "Kuchen", {"EUR": 300})
    assert complaints == []


def test_an_image_is_chosen_from_the_computer_and_stands_on_the_card(
    shop: Page, complaints: list[str], settings: Any, tmp_path: Path
) -> None:
    settings.MEDIA_ROOT = tmp_path
    shop.goto("/reward-catalogue/rewards/mug/edit/")
    shop.get_by_label("Or upload one").set_input_files(
        {"name": "m.png", "mimeType": "image/png", "buffer": a_picture()}
    )
    # The preview beside it is asked for without the file.
    shop.get_by_label("Price in points").fill("410")
    expect(shop.locator("#preview")).to_contain_text("410 points")
    shop.get_by_role("button", name="Save").click()
    expect(shop.get_by_text("Saved.", exact=True)).to_be_visible()
    shop.goto("/reward-catalogue/")
    image = shop.locator(".reward-tile img")
    expect(image).to_have_js_property("naturalWidth", 40)
    assert len(list((tmp_path / "rewards").iterdir())) == 1
    assert complaints == []


def test_one_is_found_put_first_cloned_and_archived(shop: Page, complaints: list[str]) -> None:
    shop.goto("/reward-catalogue/")
    shop.get_by_label("Name or ID of the reward").fill("becher")
    expect(shop.get_by_role("link", name="Latte")).to_have_count(0)
    shop.goto("/reward-catalogue/order/")
    shop.get_by_role("button", name="Enamel mug up").click()
    expect(shop.locator("tbody tr").first).to_contain_text("Enamel mug")
    shop.get_by_role("link", name="Enamel mug").click()
    shop.get_by_role("link", name="Clone").click()
    shop.get_by_role("dialog").get_by_role("button", name="Clone").click()
    expect(shop.get_by_text("This is the clone")).to_be_visible()
    shop.goto("/reward-catalogue/rewards/mug/")
    shop.get_by_role("link", name="Archive").click()
    shop.get_by_role("dialog").get_by_role("button", name="Archive").click()
    expect(shop.get_by_text("The reward is archived.")).to_be_visible()
    assert Reward.objects.get(slug="mug").status == "archived"
    assert complaints == []


def test_the_pages_are_accessible_and_fit(shop: Page, check_page: Check) -> None:
    for page in ("", "rewards/latte/", "rewards/mug/edit/", "order/", "categories/", "messages/"):
        shop.goto(f"/reward-catalogue/{page}")
        check_page(shop)
        assert layout_faults(shop) == []
