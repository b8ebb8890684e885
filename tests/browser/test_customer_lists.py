"""Customer lists in a browser: every step of the manual."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from loyalty.bulk.kinds import Item
from loyalty.bulk.models import BulkRequest
from loyalty.bulk.operations import accept
from loyalty.bulk.working import work
from segments.lists.bulk.kinds import CUSTOMER_ADD
from segments.lists.clearing.operations import clear_archived
from segments.lists.models import CustomerList, ListMember
from tests.browser.conftest import WIDE, layout_faults
from tests.engine.world import BY, NOW
from tests.factories import make_customer
from tests.groups.groups import make_groups
from tests.lists.lists import make_lists, on, put

pytestmark = pytest.mark.browser
Check = Callable[[Page], None]


@pytest.fixture
def lists(signed_in: Page) -> Page:
    make_customer("C-1", first_name="Zsófia", last_name="Kovács", email="zsofia@example.com")
    make_customer("C-2", first_name="Ben", last_name="Adams", email="ben@example.com")
    signed_in.goto("/lists/")
    return signed_in


def checked(page: Page, check_page: Check) -> None:
    check_page(page)
    page.set_viewport_size(WIDE)  # type: ignore[arg-type]
    assert layout_faults(page) == []


def test_a_list_is_created_filled_emptied_switched_off_and_archived(
    lists: Page, check_page: Check, complaints: list[str]
) -> None:
    dialog = lists.get_by_role("dialog")
    # Create a new list
    lists.get_by_role("link", name="Create").first.click()
    dialog.get_by_label("Name").fill("Testers")
    dialog.get_by_role("button", name="Create").click()
    expect(lists.get_by_role("heading", name="Testers")).to_be_visible()
    lists.goto("/lists/")
    expect(lists.get_by_text("Active", exact=True).last).to_be_visible()
    checked(lists, check_page)
    # Add members to a list
    lists.get_by_role("link", name="Open Testers").click()
    search = lists.get_by_role("searchbox", name="Name or email address of the new member")
    search.fill("kov")
    expect(lists.get_by_text("zsofia@example.com")).to_be_visible()
    checked(lists, check_page)
    lists.get_by_role("button", name="Add Zsófia Kovács").click()
    expect(lists.get_by_text("Zsófia Kovács is on the list now.")).to_be_visible()
    expect(lists.get_by_role("link", name="Remove Zsófia Kovács")).to_be_visible()
    search.fill("ben@exam")
    lists.get_by_role("button", name="Add Ben Adams").click()
    expect(lists.get_by_role("link", name="Remove Ben Adams")).to_be_visible()
    slug = CustomerList.objects.get().slug
    assert on(slug) == ["C-1", "C-2"]
    # Delete members from a list
    lists.get_by_role("link", name="Remove Zsófia Kovács").click()
    expect(dialog).to_contain_text("is taken off the list")
    dialog.get_by_role("button", name="Remove", exact=True).click()
    expect(lists.get_by_role("link", name="Remove Zsófia Kovács")).to_have_count(0)
    assert on(slug) == ["C-2"]
    # The name of the list can be edited
    lists.get_by_role("link", name="Edit", exact=True).click()
    dialog.get_by_label("Name").fill("Best testers")
    dialog.get_by_role("button", name="Save").click()
    expect(lists.get_by_role("heading", name="Best testers")).to_be_visible()
    # Inactivate lists
    lists.get_by_role("link", name="Edit", exact=True).click()
    dialog.get_by_role("link", name="Set inactive").click()
    dialog.get_by_role("button", name="Set inactive").click()
    expect(lists.locator(".badge", has_text="Inactive")).to_be_visible()
    # Archive lists
    lists.get_by_role("link", name="Edit", exact=True).click()
    dialog.get_by_role("link", name="Archive").click()
    expect(dialog).to_contain_text("This can’t be undone.")
    dialog.get_by_role("button", name="Archive").click()
    expect(lists.get_by_text("This list is archived")).to_be_visible()
    checked(lists, check_page)
    assert clear_archived(now=lambda: NOW) == 1
    assert not ListMember.objects.exists()
    assert complaints == []


def test_the_queue_shows_requests_and_their_errors(lists: Page, check_page: Check, complaints: list[str]) -> None:
    make_lists("testers")
    names = [Item("C-1"), Item("nobody")]
    request: BulkRequest = accept(CUSTOMER_ADD, "testers", names, by=BY, at=NOW, batch="spring")
    lists.goto("/lists/")
    lists.get_by_role("link", name="Bulk Operation Request Queue").click()
    row = lists.get_by_role("row", name="spring")
    expect(row).to_contain_text("Queued")
    work(request_id=request.pk, now=lambda: NOW)
    # By itself.
    expect(row).to_contain_text("Done")
    expect(row).to_contain_text("Add to list")
    checked(lists, check_page)
    row.get_by_role("link", name="1 errors of spring").click()
    error = lists.get_by_role("row", name="nobody")
    expect(error).to_contain_text("160212")
    expect(error).to_contain_text("Customer not found")
    checked(lists, check_page)
    assert complaints == []


def test_a_list_is_filled_without_script(lists: Page, served: str) -> None:
    make_lists("testers")
    context = lists.context.browser.new_context(java_script_enabled=False)  # type: ignore[union-attr]
    context.add_cookies(lists.context.cookies())  # type: ignore[arg-type]
    page = context.new_page()
    page.goto(f"{served}/lists/testers/?q=kov")
    page.get_by_role("button", name="Add Zsófia Kovács").click()
    expect(page.get_by_role("link", name="Remove Zsófia Kovács")).to_be_visible()
    page.get_by_role("link", name="Remove Zsófia Kovács").click()
    page.get_by_role("button", name="Remove").click()
    expect(page.get_by_text("Nobody is on this list.")).to_be_visible()
    context.close()


def test_a_segment_is_made_of_a_list_and_its_members_are_put_into_a_group(
    lists: Page, check_page: Check, complaints: list[str]
) -> None:
    dialog = lists.get_by_role("dialog")
    make_lists("vip")
    put("C-1", "vip")
    make_groups(spain=None)
    lists.goto("/lists/vip/")
    lists.get_by_role("link", name="Put into user group").click()
    expect(dialog).to_contain_text("Today’s members of")
    checked(lists, check_page)
    dialog.get_by_label("User group").select_option("spain")
    dialog.get_by_role("button", name="Put into group").click()
    expect(lists.get_by_text("1 customer is being put into the group.")).to_be_visible()
    assert BulkRequest.objects.get().target == "spain"

    lists.get_by_role("link", name="Make segment").click()
    expect(dialog.get_by_label("Name")).to_have_value("Vip")
    checked(lists, check_page)
    dialog.get_by_label("Name").fill("Guests of honour")
    dialog.get_by_role("button", name="Make segment").click()
    expect(lists.get_by_role("heading", name="Guests of honour")).to_be_visible()
    expect(lists.get_by_text("on list vip")).to_be_visible()
