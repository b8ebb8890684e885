"""What `manage.py verify` finds of lists: a fault of each kind, and none where there is none."""

from typing import Any

import pytest

from loyalty.verify.comparison import compare
from loyalty.verify.health import all_checks
from tests.engine.world import accepted, codes, event, merging, rows, send
from tests.lists.lists import make_lists, members, put, take_off

pytestmark = pytest.mark.django_db


def wrong() -> list[Any]:
    found = compare(all_checks(), limit=10)
    return [(one.check, sorted(one.stored)) for one in found.mismatches if one.check == "list_members"]


@pytest.fixture(autouse=True)
def lives(db: None) -> None:
    """Ann and Ben are on lists; Eve was; Old was merged into Ann, and who is gone was on one."""
    make_lists("a", "b")
    members("ann", "ben", "eve", "old", "gone")
    for name, slug in (("ann", "a"), ("ben", "a"), ("ben", "b"), ("eve", "a"), ("old", "b"), ("gone", "a")):
        put(name, slug)
    take_off("eve", "a")
    assert codes(send(merging("old", "ann"))) == [None]
    accepted(event("gone", "opt_out"))


def test_nothing_is_found_where_all_is_as_the_events_say() -> None:
    assert wrong() == []


@pytest.mark.parametrize(
    "fault",
    [
        "DELETE FROM lists_listmember WHERE customer_id = {ben} AND customer_list_id = {a}",
        "UPDATE lists_listmember SET event_id = event_id + 1000 WHERE customer_id = {ben} AND customer_list_id = {a}",
        "INSERT INTO lists_listmember VALUES (1, now(), {a}, {eve})",
        "INSERT INTO lists_listmember VALUES (1, now(), {a}, {old})",
        "INSERT INTO lists_listmember VALUES (1, now(), {a}, {gone})",
    ],
)
def test_each_fault_is_found(fault: str) -> None:
    people = dict(rows("SELECT public_id, id FROM customers_customer WHERE public_id IN ('ben', 'eve', 'old')"))
    [(gone,)] = rows("SELECT id FROM customers_customer WHERE status = 'opted_out'")
    lists = dict(rows("SELECT slug, id FROM lists_customerlist"))
    text = fault.format(gone=gone, **people, **lists)
    rows(
        text.replace(
            "lists_listmember VALUES", "lists_listmember (event_id, since, customer_list_id, customer_id) VALUES"
        )
    )

    assert wrong() == [("list_members", ["event_id"])]
