"""User groups in a browser: an administrator makes one, fills it and switches it on; outside it a customer is not there."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from customers.models import Customer
from loyalty.people.groups.queries import people_in, switched_on
from loyalty.staff.enums import Role
from loyalty.staff.models import User
from tests.browser.conftest import PASSWORD, WIDE, layout_faults
from tests.factories import make_customer
from tests.groups.groups import make_groups, put, switch_on

pytestmark = pytest.mark.browser
Check = Callable[[Page], None]


@pytest.fixture
def zsofia(served: str) -> Customer:
    return make_customer("C-1", first_name="Zsófia", last_name="Kovács", email="zsofia@example.com")


@pytest.fixture
def manager(served: str, request: pytest.FixtureRequest) -> User:
    """In the place of whom the fixture `signed_in` signs in."""
    role = getattr(request, "param", Role.ADMINISTRATOR)
    return User.objects.create_user("dana", password=PASSWORD, role=role, first_name="Dana", last_name="Wells")


def checked(page: Page, check_page: Check) -> None:
    check_page(page)
    page.set_viewport_size(WIDE)  # type: ignore[arg-type]
    assert layout_faults(page) == []


def test_a_group_is_made_filled_given_and_switched_on(
    zsofia: Customer, signed_in: Page, check_page: Check, complaints: list[str]
) -> None:
    page, dialog = signed_in, signed_in.get_by_role("dialog")
    User.objects.create_user("sue", role=Role.MANAGER, first_name="Sue", last_name="Hall")
    page.goto("/user-groups/")
    page.get_by_role("link", name="New group").click()
    dialog.get_by_label("Name").fill("Spain")
    dialog.get_by_label("Status").select_option("active")
    dialog.get_by_role("button", name="Save").click()
    page.get_by_role("link", name="People in Spain: 0").click()
    dialog.get_by_label("Sue Hall (sue)").check()
    check_page(page)
    dialog.get_by_role("button", name="Save").click()
    expect(page.get_by_role("link", name="People in Spain: 1")).to_be_visible()
    page.get_by_role("link", name="What they decide of").click()
    dialog.get_by_label("Customers").check()
    dialog.get_by_role("button", name="Save").click()
    expect(page.get_by_text("They decide who sees: Customers")).to_be_visible()
    checked(page, check_page)

    page.goto(f"/customers/{zsofia.id}/personal/")
    page.get_by_role("button", name="Put into group").click()
    expect(page.get_by_role("button", name="Take out of the user group Spain")).to_be_visible()
    checked(page, check_page)
    assert (switched_on(), complaints) == (["customers"], [])
    assert "sue" in {name for group in zsofia.group_memberships.all() for name in people_in(group.group.slug)}


@pytest.mark.parametrize("manager", [Role.MANAGER], indirect=True)
def test_outside_its_groups_a_customer_is_not_there(zsofia: Customer, signed_in: Page, check_page: Check) -> None:
    make_groups(spain=None)
    put("C-1", "spain")
    switch_on()
    signed_in.goto("/customers/?q=C-1")

    expect(signed_in.get_by_text("Zsófia")).to_have_count(0)
    answer = signed_in.goto(f"/customers/{zsofia.id}/")
    assert answer is not None
    assert answer.status == 404
