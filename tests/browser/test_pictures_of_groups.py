"""The pages of lists, labels and bulk requests look as they looked, with names as long as they may be."""

import pytest
from django.utils import timezone
from playwright.sync_api import Page

from loyalty.bulk.kinds import Item
from loyalty.bulk.operations import accept
from loyalty.bulk.working import work
from loyalty.program.operations import apply_program
from segments.lists.bulk.kinds import CUSTOMER_ADD
from tests.browser.long_world import ADDRESS, CIRCLE, NAME, ONE_WORD
from tests.browser.looks import faults
from tests.engine.world import BY
from tests.factories import NOON, make_customer
from tests.labels.labels import send
from tests.lists.lists import BY as SENDER
from tests.lists.lists import put

pytestmark = pytest.mark.browser


@pytest.fixture
def pages(served: str, monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    """Their addresses, at noon of the same day."""
    monkeypatch.setattr(timezone, "now", lambda: NOON)
    one = make_customer("C-1", first_name=NAME[0], last_name=NAME[1], email=ADDRESS)
    make_customer("C-2", first_name="Ben", last_name="Adams", email="ben@example.com")
    statuses = {"a" * 64: "active", "b": "draft", "c": "inactive"}
    items = [{"id": id, "name": CIRCLE if id == "b" else ONE_WORD, "status": status} for id, status in statuses.items()]
    apply_program({"lists": items}, by=SENDER)
    for name in ("C-1", "C-2"):
        put(name, "a" * 64)
        assert send(name, "profile", labels=[ONE_WORD, CIRCLE, "VIP"]) is None
    long = accept(CUSTOMER_ADD, "a" * 64, [Item("C-1"), Item(ONE_WORD * 3)], by=BY, at=NOON, batch="b" * 64)
    work(request_id=long.pk, now=lambda: NOON)
    return {
        "lists": "/lists/",
        "list": f"/lists/{'a' * 64}/?q=ben",
        "labels": "/labels/",
        "label": "/labels/vip/",
        "tokens": f"/customers/{one.id}/personal/",
        "bulk": "/bulk-requests/",
        "bulk-request": f"/bulk-requests/{long.pk}/",
    }


@pytest.mark.parametrize("name", ["lists", "list", "labels", "label", "tokens", "bulk", "bulk-request"])
def test_a_page_of_groups_looks_as_it_looked(pages: dict[str, str], signed_in: Page, name: str) -> None:
    signed_in.goto(pages[name])
    found = faults(signed_in, name, "#labels" if name == "tokens" else "")
    assert not found, "\n".join(found)
