"""Segments that a list backs: made of one, filled by files of members, exported as such a file."""

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from customers.models import Customer
from events.models import Event
from loyalty.staff.audit.models import AuditEntry
from loyalty.staff.enums import Role
from loyalty.staff.models import User
from segments.lists.facts import list_behind, lists_behind, rule_of
from segments.models import Segment
from tests.engine.world import codes, event, send
from tests.lists.lists import make_lists, members, on, put, take_off
from tests.segments.segmenting import make_segment, work
from tests.segments.segmenting import members as segment_members
from tests.transfer.conftest import Import, refusals
from tests.transfer.conftest import import_text as import_text

pytestmark = pytest.mark.django_db
TEXT = "id,segment\nann,guests\nann,testers\nnobody,guests\ngone,guests\nben,buyers\nben,nothing\nben,\n"


@pytest.fixture
def backed() -> None:
    """Two segments of lists, and one of a rule; Ann and Ben, and who opted out."""
    make_lists("vip", "test")
    members("ann", "ben", "gone")
    assert codes(send(event("gone", "opt_out"))) == [None]
    make_segment("guests", "on list vip")
    make_segment("testers", "on list test")
    make_segment("buyers", "bought")


def manager(client: Client, role: Role = Role.MANAGER) -> None:
    client.force_login(User.objects.create_user("ada", role=role))


def test_each_row_puts_its_customer_on_the_list_behind_its_segment(backed: None, import_text: Import) -> None:
    job = import_text(TEXT, "segment_members")
    work()

    assert (segment_members("guests"), segment_members("testers")) == ({"ann"}, {"ann"})
    assert (on("vip"), on("test")) == (["ann"], ["ann"])
    assert (job.recorded, job.refused) == (2, 5)


def test_rows_that_name_nobody_or_no_segment_of_a_list_are_told_one_by_one(backed: None, import_text: Import) -> None:
    told = refusals(import_text(TEXT, "segment_members"))

    assert [(line, column) for line, column, *_ in told] == [
        (4, ""), (5, ""), (6, "segment"), (7, "segment"), (8, "segment"),
    ]  # fmt: skip
    assert [reason for _, _, reason, *_ in told] == [
        "Customer not found",
        "Customer not found",
        "'segment' chooses its members by a rule: only those of a segment that is backed by one list come by a file",
        "'segment' is no segment that there is",
        "'segment' property is required",
    ]


def test_the_same_file_twice_puts_each_on_once(backed: None, import_text: Import) -> None:
    first, again = (import_text("id,segment\nann,guests\nben,guests\n", "segment_members") for _ in range(2))

    assert (first.recorded, again.recorded, again.refused) == (2, 0, 0)
    assert Event.objects.filter(action="customer_list_add").count() == 2
    assert Customer.objects.filter(list_memberships__customer_list__slug="vip").count() == 2


def test_who_is_on_the_list_already_is_unchanged_and_who_was_taken_off_comes_back(
    backed: None, import_text: Import
) -> None:
    text = "id,segment\nann,guests\nben,guests\n"
    import_text(text, "segment_members")
    take_off("ann", "vip")

    job = import_text(text, "segment_members")

    assert (job.recorded, job.unchanged, job.refused, on("vip")) == (1, 1, 0, ["ann", "ben"])


def test_segments_of_a_chunk_are_looked_up_in_one_statement(
    backed: None, import_text: Import, django_assert_num_queries: Any
) -> None:
    with django_assert_num_queries(1):
        assert lists_behind({"guests", "testers", "buyers", "none"}) == {
            "guests": "vip",
            "testers": "test",
            "buyers": "",
        }


@pytest.mark.parametrize(
    ("rule", "expected"),
    [
        (rule_of("vip"), "vip"),
        ({"all": []}, ""),
        ({"not": rule_of("vip")}, ""),
        ({"any": [rule_of("vip"), rule_of("test")]}, ""),
        ({"fact": "lists.member"}, ""),
        ({"fact": "labels.has", "options": {"list": "vip"}}, ""),
    ],
)
def test_only_a_rule_that_asks_for_one_list_and_nothing_else_is_of_a_list(rule: Any, expected: str) -> None:
    assert list_behind(rule) == expected


def test_a_segment_is_made_of_a_list_and_leaves_a_row_in_the_trail(client: Client) -> None:
    make_lists("vip")
    members("ann")
    put("ann", "vip")
    manager(client)

    assert "Make segment" in client.get(reverse("lists:members", args=["vip"])).content.decode()
    assert client.get(reverse("lists:segment", args=["vip"])).status_code == 200
    answer = client.post(reverse("lists:segment", args=["vip"]), {"name": "Guests of honour"})
    work()

    assert answer["Location"] == reverse("segments:show", args=["guests-of-honour"])
    assert Segment.objects.get().rule == rule_of("vip")
    assert segment_members("guests-of-honour") == {"ann"}
    assert AuditEntry.objects.get(operation="segment.save").subject == "segment:guests-of-honour"


def test_a_name_that_is_taken_is_told_in_the_dialog_and_nothing_is_made(client: Client) -> None:
    make_lists("vip")
    make_segment("guests", "bought")
    manager(client)

    answer = client.post(reverse("lists:segment", args=["vip"]), {"name": "Guests"})

    assert answer.status_code == 422
    assert "There is a segment of this ID already" in answer.content.decode()
    assert Segment.objects.count() == 1


def test_who_may_not_change_segments_makes_none_of_a_list(client: Client) -> None:
    make_lists("vip")
    manager(client, Role.SERVICE_AGENT)

    assert client.post(reverse("lists:segment", args=["vip"]), {"name": "Guests"}).status_code == 403
    assert "Make segment" not in client.get(reverse("lists:members", args=["vip"])).content.decode()


def test_files_of_members_are_offered_to_who_may_change_segments_alone(client: Client) -> None:
    manager(client)
    assert "segment_members" in client.get(reverse("segments:list")).content.decode()
    assert "segment_members" in client.get(reverse("transfer:new")).content.decode()


def test_exported_members_can_be_imported_again(backed: None, client: Client, import_text: Import) -> None:
    put("ann", "vip")
    put("ben", "vip")
    work()
    manager(client)
    text = client.get(reverse("segments:export", args=["guests"])).getvalue().decode()

    job = import_text(text.replace('"guests"', '"testers"'), "segment_members", unknown_columns="leave_out")

    assert (job.recorded, job.refused) == (2, 0)
    assert on("test") == ["ann", "ben"]
    assert AuditEntry.objects.get(operation="segment.export").after == {"rows": 2}
