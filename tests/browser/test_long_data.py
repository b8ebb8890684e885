"""Every page keeps its shape with names, addresses, IDs and amounts of the greatest length."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page

from customers.models import Customer
from loyalty.staff.models import User
from tests.browser.conftest import SETTLE, layout_faults
from tests.browser.long_world import World, make_world

pytestmark = pytest.mark.browser

WIDTHS = {1440: 900, 1024: 768, 390: 844}


@pytest.fixture
def world(served: str, manager: User, settings: Any, tmp_path: Path) -> World:
    return make_world(tmp_path, settings, manager)


def _pages(world: World) -> Iterator[str]:
    yield from (
        "/customers/",
        "/customers/?q=hohenstaufen",
        "/customers/?tier=club/o",
        "/customers/new/",
        "/transactions/",
        "/erasures/",
    )
    yield from ("/imports/", "/imports/new/", f"/imports/{world.job.pk}/", "/preferences/", "/search/")
    for customer in (world.one, world.other, world.few):
        yield from _of_profile(customer)
    one = f"/customers/{world.one.id}"
    yield f"{one}/transactions/{world.order.id}/"
    yield f"{one}/transactions/{world.order.id}/refund/"
    yield f"{one}/events/{world.event_id}/"
    yield f"{one}/points/{world.event_id}/"
    yield f"{one}/merge/{world.few.id}/"
    yield f"{one}/tiers/down/"
    yield f"{one}/tiers/expiration/"


def _of_profile(customer: Customer) -> Iterator[str]:
    tabs = (
        "",
        "personal/",
        "events/",
        "points/",
        "points/expiration/",
        "transactions/",
        "notes/",
        "merge/",
        "opt-out/",
        "tiers/",
        "tiers/up/",
    )
    yield from (f"/customers/{customer.id}/{tab}" for tab in tabs)


def test_no_page_loses_its_shape(world: World, signed_in: Page, tmp_path: Path) -> None:
    found = []
    for address in _pages(world):
        signed_in.set_viewport_size({"width": 1440, "height": 900})
        answer = signed_in.goto(address)
        assert answer is not None
        assert answer.ok, address
        for width, height in WIDTHS.items():
            signed_in.set_viewport_size({"width": width, "height": height})
            signed_in.evaluate(SETTLE)
            found += [f"{address} at {width}: {fault}" for fault in layout_faults(signed_in)]
    assert not found, "\n".join(found)
