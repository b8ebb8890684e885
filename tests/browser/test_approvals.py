"""Approvals in a browser: an agent's change waits, an administrator looks at what it would do and decides."""

from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from customers.models import Customer
from loyalty.approvals.models import ApprovalRule
from loyalty.points.ledger.models import Balance
from loyalty.staff.enums import Role
from loyalty.staff.models import User
from tests.browser.conftest import PASSWORD, sign_in
from tests.factories import make_customer

pytestmark = pytest.mark.browser
LONG = "Bartholomew Maximilian-Alexander"


@pytest.fixture
def manager(served: str) -> User:
    """In the place of whom the fixture `signed_in` signs in."""
    return User.objects.create_user("sue", password=PASSWORD, role=Role.SERVICE_AGENT, first_name="Sue")


def points(customer: Customer) -> int:
    return int(Balance.objects.get(customer=customer).spendable)


def test_points_that_an_agent_adds_wait_until_an_administrator_approves(
    signed_in: Page, served: str, check_page: Callable[[Page], None], complaints: list[str], tmp_path: Path
) -> None:
    ApprovalRule.objects.create(kind="customers")
    ann = make_customer("C-1", first_name=LONG, last_name="Featherstonehaugh-Cholmondeley", points=100)
    page = signed_in
    page.goto(f"/customers/{ann.id}/points/")
    page.get_by_role("link", name="Manage points").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("Points", exact=True).fill("300")
    dialog.get_by_label("Reason").fill("A parcel that was lost for three weeks")
    dialog.get_by_role("button", name="Add").click()
    expect(page.get_by_text("somebody else must approve it")).to_be_visible()
    assert points(ann) == 100

    page.get_by_role("link", name="Approvals").click()
    check_page(page)
    page.get_by_role("link", name="Point add").click()
    expect(page.get_by_role("link", name="Withdraw")).to_be_visible()
    expect(page.get_by_role("button", name="Approve")).to_have_count(0)

    sign_in(page, served, User.objects.create_user("ada", role=Role.ADMINISTRATOR, first_name="Ada"))
    page.goto("/approvals/")
    check_page(page)
    page.get_by_role("link", name="Point add").click()
    expect(page.get_by_role("cell", name="+300")).to_be_visible()
    check_page(page)
    page.get_by_role("link", name="Reject").click()
    expect(dialog.get_by_label("Explanation")).to_be_visible()
    check_page(page)
    dialog.get_by_role("link", name="Cancel").or_(dialog.get_by_role("button", name="Cancel")).first.click()
    page.get_by_role("button", name="Approve").click()
    expect(page.get_by_text("Approved. The change has been made.")).to_be_visible()
    assert points(ann) == 400
    assert complaints == []
