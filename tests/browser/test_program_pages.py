"""The programme's file in a browser: choose it, see what it changes, apply it, under the strict content policy."""

import json
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from loyalty.staff.models import GeneralSettings, User

PASSWORD = "correct horse battery"
pytestmark = [pytest.mark.browser, pytest.mark.ignore_template_errors]


def test_a_program_file_is_compared_and_applied(page: Page, served: str, complaints: list[str], tmp_path: Path) -> None:
    User.objects.create_superuser("root", password=PASSWORD)
    file = tmp_path / "program.json"
    file.write_text(json.dumps({"settings": {"currency": "HUF"}, "accounts": [{"id": "gold", "name": "Gold"}]}))
    page.set_viewport_size({"width": 1440, "height": 900})
    page.goto("/admin/staff/programrecord/apply/")
    page.get_by_label("Username").fill("root")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_url("**/apply/")
    complaints.clear()  # the way from our log-in page to Unfold's has no transition

    page.locator('input[type="file"]').set_input_files(file)
    page.get_by_role("button", name="Show what it changes").click()
    expect(page.get_by_role("heading", name="2 changes")).to_be_visible()
    expect(page.get_by_role("row", name="settings.currency")).to_contain_text('"EUR"')
    assert GeneralSettings.objects.get().currency == "EUR"

    page.get_by_role("button", name="Apply these changes").click()
    expect(page.get_by_text("Applied: the programme is version")).to_be_visible()
    assert GeneralSettings.objects.get().currency == "HUF"

    with page.expect_download() as download:
        page.get_by_role("link", name="Export").first.click()
    assert json.loads(Path(download.value.path()).read_text())["settings"]["currency"] == "HUF"
    assert complaints == []
