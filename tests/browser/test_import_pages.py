"""Imports as a manager sees them: the list, a new one, and what became of the rows."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect

from loyalty.transfer.models import ImportJob
from loyalty.transfer.operations import import_here

pytestmark = pytest.mark.browser

FILE = b"_id,action,points,first_name\n1,opt_in,,Ann\n1,point_add,five,\n1,point_add,5,\n"


@pytest.fixture
def job(served: str, settings: Any, tmp_path: Path) -> ImportJob:
    settings.MEDIA_ROOT = tmp_path / "files"
    return import_here(model="events", name="tills.csv", content=[FILE], now=timezone.now)


def test_the_list_and_the_form_of_a_new_import_are_for_everybody(
    job: ImportJob, signed_in: Page, check_page: Callable[[Page], None], complaints: list[str]
) -> None:
    signed_in.goto("/imports/")
    expect(signed_in.get_by_text("tills.csv").first).to_be_visible()
    check_page(signed_in)

    signed_in.goto("/imports/new/")
    check_page(signed_in)
    assert complaints == []


def test_a_refused_row_is_named_with_line_column_and_reason(
    job: ImportJob, signed_in: Page, check_page: Callable[[Page], None], complaints: list[str]
) -> None:
    signed_in.goto(f"/imports/{job.pk}/")

    row = signed_in.get_by_role("row").filter(has_text="must be a number")
    expect(row).to_contain_text("3")
    expect(row).to_contain_text("points")
    check_page(signed_in)
    assert complaints == []
