"""Pages look as they looked, with a name of 60 characters and an address of 80."""

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.utils import timezone
from playwright.sync_api import Page

from loyalty.approvals.models import ApprovalRule, ChangeRequest
from loyalty.points.operations import manage_points
from loyalty.staff.enums import Role
from loyalty.staff.models import User
from loyalty.staff.sender import Sender
from tests.browser.conftest import sign_in
from tests.browser.long_world import ADDRESS, CIRCLE, NAME, ONE_WORD, World, make_world
from tests.browser.looks import faults
from tests.engine.world import rows
from tests.factories import NOON
from tests.segments.segmenting import make_segment, work

pytestmark = pytest.mark.browser

# What is taken of a page that is more than this.
PARTS = {"tiers": "section[aria-labelledby=tiers-card]"}
FOR_ADMINISTRATORS = {"audit", "approvals", "review"}


@pytest.fixture
def world(served: str, manager: User, settings: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> World:
    """At noon of the same day, whenever the pictures are taken."""
    monkeypatch.setattr(timezone, "now", lambda: NOON)
    return make_world(tmp_path, settings, manager)


def test_the_name_and_the_address_are_as_long_as_they_are_said_to_be() -> None:
    assert (len(" ".join(NAME)), len(ADDRESS)) == (60, 80)


NAMES = (
    "customers", "profile", "tiers", "transactions", "imports", "audit", "approvals", "review", "segments", "segment",
    "segment-editor",
)  # fmt: skip


@pytest.mark.parametrize("name", NAMES)
def test_a_page_looks_as_it_looked(world: World, served: str, signed_in: Page, name: str) -> None:
    page = signed_in
    if name in FOR_ADMINISTRATORS:
        sign_in(page, served, User.objects.create_user("ada", role=Role.ADMINISTRATOR, first_name="Ada"))
    profile = f"/customers/{world.one.id}/"
    if name.startswith("segment"):
        long_segment()
    review = f"/approvals/{_waiting(world)}/" if name in {"approvals", "review"} else ""
    others = {"segment": "/segments/long/", "segment-editor": "/segments/long/edit/", "review": review}
    page.goto({"profile": profile, "tiers": profile, **others}.get(name, f"/{name}/"))
    found = faults(page, name, PARTS.get(name, ""))
    assert not found, "\n".join(found)


def long_segment() -> None:
    """With a name as long as it may be, and a rule of two levels."""
    sentence = f'bought in the last 30 days and not (country is HU or email contains "{ADDRESS}")'
    make_segment("long", sentence, name=CIRCLE, description=f"{ONE_WORD} {ADDRESS}")
    make_segment("all", "everyone")
    work(NOON)
    for days in range(30):
        rows("INSERT INTO segments_size (segment_id, day, members) SELECT id, %s, %s FROM segments_segment",
             [NOON.date() - timedelta(days=days), 1_000 + 37 * days % 400])  # fmt: skip


def _waiting(world: World) -> int:
    """A change of somebody with a long name, who explains much."""
    ApprovalRule.objects.create(kind="customers")
    sue = User.objects.create_user("sue", role=Role.SERVICE_AGENT, first_name=NAME[0], last_name=NAME[1])
    data = {"points": 300, "reason": "A parcel that was lost for three weeks, and found by the shop in Malmö " * 2}
    manage_points(customer=world.one, action="point_add", data=data, by=Sender(sue, NOON))
    return ChangeRequest.objects.get().id
