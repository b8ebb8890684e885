"""Lists in the engine: on, off, merged, erased, archived."""

import pytest
from django.test import Client

from customers.export.queries import tables
from customers.models import Customer
from events.models import Event
from loyalty.bulk.kinds import BULK
from loyalty.engine.events import Actor
from loyalty.program.section import Invalid
from loyalty.staff.sender import Sender
from segments.audience.audience import read_audience, sentence_of
from segments.audience.queries import reasons_of, size_of
from segments.lists.clearing.operations import clear_archived
from segments.lists.models import ListMember
from segments.lists.operations import StillBound, archive_list
from tests.engine.world import NOW, accepted, check_books, codes, event, merging, rows, send
from tests.lists.lists import ann, code, make_lists, members, on, put, set_status, statuses, take_off, the
from tests.segments.segmenting import make_segment, work
from tests.segments.segmenting import members as segment_members

pytestmark = pytest.mark.django_db


def test_somebody_is_put_on_a_list_and_taken_off_it() -> None:
    make_lists("vip", "test")
    members("ann", "ben")

    assert [code(put("ann", "vip")), code(put("ann", "test")), code(put("ben", "vip"))] == [None] * 3
    assert (on("vip"), on("test")) == (["ann", "ben"], ["ann"])

    assert code(take_off("ann", "vip")) is None
    assert (on("vip"), on("test")) == (["ben"], ["ann"])
    assert ListMember.objects.get(customer__public_id="ben").since == NOW
    check_books()


def test_each_is_told_by_an_event_that_names_the_list() -> None:
    make_lists("vip")
    members("ann")
    put("ann", "vip")
    take_off("ann", "vip")

    told = Event.objects.filter(action__startswith="customer_list").order_by("id").values_list("action", "data")
    assert list(told) == [
        ("customer_list_add", {"customer_list": "vip"}),
        ("customer_list_remove", {"customer_list": "vip"}),
    ]


def test_nobody_is_put_on_twice_or_taken_off_twice() -> None:
    make_lists("vip")
    members("ann")

    assert code(take_off("ann", "vip")) == 330542
    put("ann", "vip")
    assert code(put("ann", "vip")) == 330541
    assert on("vip") == ["ann"]


@pytest.mark.parametrize("status", ["draft", "active", "inactive"])
def test_members_come_and_go_while_the_list_is_not_archived(status: str) -> None:
    make_lists("vip", status=status)
    members("ann")

    assert [code(put("ann", "vip")), code(take_off("ann", "vip"))] == [None, None]


def test_an_unknown_list_and_none_are_refused() -> None:
    members("ann")

    assert (code(put("ann", "vip")), code(put("ann", ""))) == (330501, 0)


@pytest.mark.parametrize(("before", "expected"), [("suspend", 160216), ("opt_out", 160212)])
def test_only_active_customers_are_put_on_a_list(before: str, expected: int) -> None:
    make_lists("vip")
    members("ann")
    accepted(event("ann", before))

    assert (code(put("ann", "vip")), code(put("nobody", "vip"))) == (expected, 160212)


def test_who_is_suspended_stays_on_the_list_and_may_be_taken_off() -> None:
    make_lists("vip")
    members("ann")
    put("ann", "vip")
    accepted(event("ann", "suspend"))

    assert on("vip") == ["ann"]
    assert code(take_off("ann", "vip")) is None


def test_an_integrator_sends_no_single_event_of_lists_but_bulk_requests_do() -> None:
    make_lists("vip")
    members("ann")

    assert code(put("ann", "vip", Actor("api"))) == 10003
    assert code(put("ann", "vip", Actor("timer"))) == 10003
    assert code(put("ann", "vip", Actor("api", grants=frozenset({BULK})))) is None


# Merging, erasing, access


def test_the_survivor_of_a_merge_is_on_each_list_that_either_was_on() -> None:
    make_lists("a", "b", "c")
    members("ann", "old")
    for name, slug in (("ann", "a"), ("ann", "b"), ("old", "b"), ("old", "c")):
        put(name, slug)

    assert codes(send(merging("old", "ann"))) == [None]

    assert [on(slug) for slug in "abc"] == [["ann"]] * 3
    [moved] = rows("SELECT moved->>'lists' FROM customers_merge")
    assert moved == ("2",)
    check_books()


def test_who_is_erased_is_on_no_list() -> None:
    make_lists("vip")
    members("ann", "ben")
    put("ann", "vip")
    put("ben", "vip")

    accepted(event("ann", "opt_out"))

    assert on("vip") == ["ben"]


def test_what_is_held_about_somebody_tells_their_lists(client: Client) -> None:
    make_lists("vip")
    members("ann")
    put("ann", "vip")

    [table] = [one for one in tables() if one.name == "list_member"]
    [row] = table.rows([ann().id])
    assert row[table.columns.index("customer_list_id")] == the("vip").id


# Statuses


def test_a_list_is_archived_once_it_is_inactive_and_for_good() -> None:
    make_lists("vip")
    with pytest.raises(Invalid, match="inactive before"):
        set_status("vip", "archived")

    set_status("vip", "inactive", "archived")

    for status in ("draft", "active", "inactive"):
        with pytest.raises(Invalid, match="for good"):
            set_status("vip", status)
    assert statuses() == [("vip", "archived")]


def test_no_list_becomes_a_draft_again() -> None:
    make_lists("vip", status="draft")
    set_status("vip", "active")

    with pytest.raises(Invalid, match="draft again"):
        set_status("vip", "draft")


def test_an_archived_list_is_cleared_and_each_member_is_told() -> None:
    make_lists("vip", "test")
    members("ann", "ben", "eve")
    for name in ("ann", "ben"):
        put(name, "vip")
        put(name, "test")
    set_status("vip", "inactive", "archived")
    assert code(put("eve", "vip")) == code(take_off("ann", "vip")) == 330501

    assert clear_archived(now=lambda: NOW) == 2
    assert clear_archived(now=lambda: NOW) == 0

    assert (on("vip"), on("test")) == ([], ["ann", "ben"])
    told = Event.objects.filter(action="customer_list_remove").values_list("customer__public_id", "source", "data")
    assert sorted(told) == [(name, "timer", {"customer_list": "vip"}) for name in ("ann", "ben")]


def test_what_a_killed_run_has_left_is_cleared_by_the_next_one(monkeypatch: pytest.MonkeyPatch) -> None:
    from segments.lists.clearing import operations

    monkeypatch.setattr(operations, "AT_ONCE", 1)
    make_lists("vip")
    members("ann", "ben", "eve")
    for name in ("ann", "ben", "eve"):
        put(name, "vip")
    set_status("vip", "inactive", "archived")
    starts = [NOW, NOW]

    with pytest.raises(IndexError):
        clear_archived(now=starts.pop)
    assert len(on("vip")) == 1

    assert clear_archived(now=lambda: NOW) == 1


# Facts


def test_segments_ask_who_is_on_a_list() -> None:
    """Of an inactive one the members stay; nothing of an archived one does, and one that a segment asks for is not archived."""
    make_lists("a", "off")
    members("ann", "ben")
    put("ann", "a")
    put("ben", "off")
    set_status("off", "inactive")
    make_segment("on-a", "on list A")
    make_segment("not-off", "not on list Off")
    work(NOW)

    assert (segment_members("on-a"), segment_members("not-off")) == ({"ann"}, {"ann"})
    with pytest.raises(StillBound, match="Not-off"):
        archive_list(slug="off", by=Sender(None, NOW))
    with pytest.raises(Invalid, match="cannot be archived while these use it: Not-off"):
        set_status("off", "archived")

    take_off("ann", "a")
    work(NOW)
    assert segment_members("on-a") == set()


def test_an_audience_admits_who_is_on_an_active_list() -> None:
    make_lists("a", "off")
    members("ann", "ben")
    put("ann", "a")
    put("ben", "off")
    set_status("off", "inactive")
    found = read_audience({"any": [{"list": "a"}, {"list": "off"}]})
    reasons = reasons_of(Customer.objects.get(public_id="ben"), {"x": found})["x"]

    assert (sentence_of(found), size_of(found)) == ("on list A or on list Off", 1)
    assert [str(one) for one in reasons] == ["not in A or Off"]
