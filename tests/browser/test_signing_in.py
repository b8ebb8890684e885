"""Staff come in through the form; what other tests of pages do inside begins with a session that is made for them."""

import pytest
from playwright.sync_api import Page, expect

from loyalty.staff.models import User
from tests.browser.conftest import PASSWORD

pytestmark = pytest.mark.browser


def test_a_manager_logs_in_through_the_form(page: Page, manager: User, complaints: list[str]) -> None:
    page.goto("/login/")
    page.get_by_label("Username").fill(manager.username)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()

    page.wait_for_url("**/customers/")
    expect(page.get_by_role("heading", name="Customers", exact=True)).to_be_visible()
    assert complaints == []
