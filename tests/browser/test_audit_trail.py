"""An administrator finds out who changed what: filters, one deed in full, the history of a thing, a customer's tab."""

import datetime as dt
from collections.abc import Callable

import pytest
from django.template import Engine
from django.utils import timezone
from playwright.sync_api import Page, expect

from customers.life.operations import suspend
from customers.models import Customer
from customers.notes.operations import add_note
from customers.operations import change_profile
from loyalty.accounts.models import Account
from loyalty.http.origin import Origin
from loyalty.staff.audit.enums import Note
from loyalty.staff.audit.writing import write_down
from loyalty.staff.enums import Role
from loyalty.staff.models import User
from loyalty.staff.sender import Sender
from tests.browser.conftest import sign_in
from tests.factories import make_customer

pytestmark = pytest.mark.browser
AGENT = "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:140.0) Gecko/20100101 Firefox/140.0"
LONG = "Maximiliane Alexandra Theodora von und zu Hohenstein-Wittgenstein"


@pytest.fixture
def ann(served: str, manager: User) -> Customer:
    now = timezone.now()
    ann = make_customer("C-1", first_name="Ann", last_name="Archer", at=now)
    long = make_customer("C-2", first_name=LONG[:30], last_name=LONG[31:], at=now)
    here = Origin("2001:db8:85a3:8d3:1319:8a2e:370:7348", AGENT)

    def by(minutes: int, user: User | None = manager) -> Sender:
        return Sender(user, now - dt.timedelta(minutes=minutes), here)

    changes = {
        "first_name": "Anna",
        "address": "Flat 12, The Old Glassworks, 3 Avon Street, Bristol BS2 0PS",
        "newsletter": True,
    }
    change_profile(customer=ann, changes=changes, by=by(50))
    suspend(
        customer=long, reason="Receipts of other people, found by the shop in Malmö and told by telephone", by=by(40)
    )
    add_note(customer=ann, text="Called.", by=by(30))
    account = f"account:{Account.objects.get().pk}"
    write_down(
        Note.CHANGED, by=by(20), subject=account, before={"negative_points": False}, after={"negative_points": True}
    )
    write_down(Note.SIGN_IN_FAILED, by=by(10, None), subject=f"user:{manager.pk}")
    return ann


@pytest.fixture
def administrator(page: Page, served: str, ann: Customer) -> Page:
    ada = User.objects.create_user("ada", role=Role.ADMINISTRATOR, first_name="Ada", last_name="Lovell")
    sign_in(page, served, ada)
    page.set_viewport_size({"width": 1440, "height": 900})
    page.goto("/audit/")
    return page


def test_who_did_what_is_found(
    administrator: Page, ann: Customer, complaints: list[str], check_page: Callable[[Page], None]
) -> None:
    page = administrator
    rows = page.locator("#results tbody tr")
    expect(rows).to_have_count(6)
    check_page(page)

    page.get_by_label("What was done").select_option(label="Customer suspended")
    expect(rows).to_have_count(1)
    expect(rows).to_contain_text("Receipts of other people")
    page.get_by_label("What was done").select_option("")
    page.get_by_label("Customer’s ID or name").fill("archer")
    expect(rows).to_have_count(2)
    page.get_by_label("Person").select_option(label="Nobody logged in, the server, or an API key")
    expect(page.get_by_role("heading", name="Nothing matches")).to_be_visible()
    check_page(page)
    page.get_by_role("link", name="Clear filters").click()
    expect(rows).to_have_count(6)

    page.get_by_role("link", name="Personal information changed").click()
    expect(page.get_by_role("row", name="First name Ann Anna")).to_be_visible()
    expect(page.get_by_text("Firefox 140 on Windows")).to_be_visible()
    check_page(page)
    page.get_by_role("link", name="Anna Archer").click()
    page.get_by_role("link", name="Staff actions").click()
    expect(rows).to_have_count(2)
    check_page(page)
    assert not complaints


def test_the_trail_is_exported_as_it_is_filtered(administrator: Page) -> None:
    page = administrator
    page.get_by_label("What was done").select_option(label="Note written")
    expect(page.locator("#results tbody tr")).to_have_count(1)
    with page.expect_download() as download:
        page.get_by_role("link", name="Export as CSV").click()
    text = download.value.path().read_text()
    assert "note.add" in text
    assert "customer.suspend" not in text


def test_a_configured_thing_shows_its_history(administrator: Page, monkeypatch: pytest.MonkeyPatch) -> None:
    # The configuration's own templates name variables that are not always there.
    monkeypatch.setattr(Engine.get_default(), "string_if_invalid", "")
    page = administrator
    page.goto(f"/admin/points/account/{Account.objects.get().pk}/change/")
    page.get_by_role("link", name="History").first.click()
    expect(page.locator("#results tbody tr")).to_have_count(1)
    expect(page.locator("#results tbody tr")).to_contain_text("May go negative")
