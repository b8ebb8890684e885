"""Roles in a browser: an administrator changes one, invites somebody to it, and a service agent has a day with it."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from customers.models import Customer
from loyalty.points.ledger.queries import balances_of
from loyalty.staff.enums import Role
from loyalty.staff.models import StaffRole, User
from tests.browser.conftest import PASSWORD
from tests.factories import make_customer

pytestmark = pytest.mark.browser
Check = Callable[[Page], None]


@pytest.fixture
def manager(served: str) -> User:
    """In the place of whom the fixture `signed_in` signs in."""
    return User.objects.create_user(
        "dana", password=PASSWORD, role=Role.ADMINISTRATOR, first_name="Dana", last_name="Wells"
    )


@pytest.mark.parametrize("path", ["/roles/", "/roles/service_agent/", "/roles/new/", "/invitations/"])
def test_the_pages_are_accessible(signed_in: Page, path: str, check_page: Check, complaints: list[str]) -> None:
    signed_in.goto(path)
    check_page(signed_in)
    assert complaints == []


def test_an_administrator_changes_a_role(signed_in: Page, complaints: list[str]) -> None:
    signed_in.goto("/roles/")
    signed_in.get_by_role("link", name="Service agent").click()
    signed_in.get_by_label("merge customers").check()
    signed_in.get_by_label("Points a day", exact=False).first.fill("200")
    signed_in.get_by_role("button", name="Save").click()

    expect(signed_in.get_by_text("Saved. It applies from the next click")).to_be_visible()
    role = StaffRole.objects.get(slug=Role.SERVICE_AGENT)
    assert "customers.merge" in role.rights
    assert role.points_per_day == 200
    assert complaints == []


def test_somebody_is_invited_and_has_the_day_of_a_service_agent(
    signed_in: Page, served: str, check_page: Check, complaints: list[str]
) -> None:
    zsofia: Customer = make_customer("C-1", first_name="Zsófia", last_name="Kovács", points=100)
    signed_in.goto("/invitations/")
    signed_in.get_by_label("E-mail address").fill("sue@example.com")
    signed_in.get_by_label("Role").select_option("service_agent")
    signed_in.get_by_role("button", name="Make a link").click()
    link = signed_in.locator("#link code").inner_text()
    signed_in.context.clear_cookies()

    signed_in.goto(link)
    check_page(signed_in)
    for label, text in {
        "User name": "sue",
        "First name": "Sue",
        "Last name": "Ray",
        "Password again": PASSWORD,
    }.items():
        signed_in.get_by_label(label).fill(text)
    signed_in.get_by_label("Password", exact=True).fill(PASSWORD)
    signed_in.get_by_role("button", name="Make my account").click()
    expect(signed_in.get_by_role("heading", name="Customers")).to_be_visible()
    for absent in ("Imports", "Erasures", "Configuration", "Roles", "Import customers"):
        expect(signed_in.get_by_role("link", name=absent, exact=True)).to_have_count(0)
    signed_in.goto(f"/customers/{zsofia.id}/points/")
    signed_in.get_by_role("link", name="Manage points").click()
    dialog = signed_in.get_by_role("dialog")
    expect(dialog.get_by_text("You may change at most 500 points at a time.")).to_be_visible()
    dialog.get_by_label("Points", exact=True).fill("501")
    dialog.get_by_label("Reason").fill("Sorry")
    dialog.get_by_role("button", name="Add").click()
    expect(dialog.get_by_text("Ask somebody with the role Administrator or Manager to do it.")).to_be_visible()
    check_page(signed_in)
    dialog.get_by_label("Points", exact=True).fill("500")
    dialog.get_by_role("button", name="Add").click()
    expect(signed_in.get_by_text("500 points added.")).to_be_visible()
    assert balances_of(zsofia.id)[0].spendable == 600
    assert [line for line in complaints if "422" not in line] == []
