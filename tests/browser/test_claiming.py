"""Rewards of a customer in a browser: what a manager and a service agent do, at both widths, light and dark."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from customers.models import Customer
from loyalty.staff.enums import Role
from loyalty.staff.models import User
from rewards.claims.models import Claim
from tests.browser.conftest import WIDE, layout_faults, sign_in
from tests.claim_doors.offering import offer, pool, reward
from tests.factories import make_customer

pytestmark = pytest.mark.browser
Check = Callable[[Page], None]
LONG = "Weekend for two in the Zillertal with breakfast and everything else"


def checked(page: Page, check_page: Check) -> None:
    check_page(page)
    page.set_viewport_size(WIDE)  # type: ignore[arg-type]
    assert layout_faults(page) == []


@pytest.fixture
def zsofia(served: str) -> Customer:
    made = pool("spring", "CODE-1", "CODE-2")
    offer(
        reward("mug", type="coupon", pools=["spring"], prices={"": 60}, stock=5),
        reward("trip", name={"en": LONG}, prices={"": 5_000}, max_claims=1),
        reward("give", type="dynamic", prices={"": 10}, price_step=10),
        coupon_pools=[made],
    )
    return make_customer("C-1", points=200, first_name="Zsófia", last_name="Kovács")


def test_an_agent_claims_a_reward_takes_it_back_and_claims_points_of_a_dynamic_one(
    zsofia: Customer, signed_in: Page, served: str, check_page: Check, complaints: list[str]
) -> None:
    page, dialog = signed_in, signed_in.get_by_role("dialog")
    sign_in(page, served, User.objects.create_user("sue", role=Role.SERVICE_AGENT))
    page.goto(f"/customers/{zsofia.id}/")
    expect(page.get_by_text("4,800 points missing: 200 of 5,000")).to_be_visible()
    checked(page, check_page)
    page.get_by_role("link", name="Claim Mug").click()
    expect(dialog.get_by_label("Reward")).to_have_value("mug")
    expect(dialog.get_by_label("Claim by force")).to_have_count(0)
    checked(page, check_page)
    dialog.get_by_role("button", name="Claim").click()
    page.get_by_role("status").get_by_role("link", name="Undo").click()
    dialog.get_by_label("Reason").fill("Wrong one")
    dialog.get_by_role("button", name="Revoke").click()
    expect(page.get_by_text("The claim of “Mug” is revoked.")).to_be_visible()

    page.goto(f"/customers/{zsofia.id}/claims/")
    expect(page.get_by_role("row", name="Mug").first).to_contain_text("Revoked")
    page.get_by_role("link", name="Claim Give").click()
    dialog.get_by_role("button", name="Claim").click()
    expect(dialog.get_by_text("“Points” is required.")).to_be_visible()
    dialog.get_by_label("Points").fill("30")
    dialog.get_by_label("Number").fill("2")
    dialog.get_by_role("button", name="Claim").click()
    expect(page.get_by_role("row", name="Give").first).to_contain_text("60")
    checked(page, check_page)
    assert [one for one in complaints if "422" not in one] == []


def test_a_manager_claims_by_force_and_sees_it_on_the_page_of_the_reward(
    zsofia: Customer, signed_in: Page, check_page: Check, complaints: list[str]
) -> None:
    page, dialog = signed_in, signed_in.get_by_role("dialog")
    page.goto(f"/customers/{zsofia.id}/claims/")
    page.get_by_role("button", name="Actions").first.click()
    page.get_by_role("link", name="Claim a reward").click()
    dialog.get_by_label("Reward").select_option("trip")
    dialog.get_by_role("button", name="Claim").click()
    expect(dialog.get_by_role("alert")).to_contain_text("4,800 points missing")
    dialog.get_by_label("Claim by force").check()
    checked(page, check_page)
    dialog.get_by_role("button", name="Claim").click()
    expect(page.get_by_role("row", name=LONG).first).to_contain_text("By force")
    assert Claim.objects.get().spent == 0
    page.goto("/reward-catalogue/rewards/trip/")
    expect(page.get_by_role("link", name="Zsófia Kovács")).to_be_visible()
    checked(page, check_page)
    assert [one for one in complaints if "422" not in one] == []
