"""The pages of segments: the editor without scripts, its fragments, the list, one segment, the overlap, the export."""

import datetime as dt
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from loyalty.staff.audit.models import AuditEntry
from loyalty.staff.enums import Role
from loyalty.staff.models import StaffRole, User
from loyalty.staff.sender import Sender
from segments.editor import preview
from segments.models import Computation, Segment, Size
from segments.operations import save_segment
from tests.page_forms import form_with
from tests.segments.segmenting import buy, done, item, make_segment, members, work

pytestmark = pytest.mark.django_db
NAMED = {"name": "Loyal buyers", "description": ""}
RULE = {
    "r-join": "all",
    "r-0-fact": "purchases.count", "r-0-w-span": "last", "r-0-w-number": "30", "r-0-w-unit": "days", "r-0-op": "at_least",
    "r-0-value": "2",
    "r-1-join": "any", "r-1-not": "1",
    "r-1-0-fact": "customer.country", "r-1-0-op": "in", "r-1-0-value": "DE, AT",
    "r-1-1-fact": "customer.age", "r-1-1-op": "between", "r-1-1-value": "18", "r-1-1-value2": "30.5",
}  # fmt: skip
READ = {
    "all": [
        {"fact": "purchases.count", "window": {"last": 30}, "op": "at_least", "value": 2},
        {"not": {"any": [
            {"fact": "customer.country", "op": "in", "value": ["DE", "AT"]},
            {"fact": "customer.age", "op": "between", "value": [18, 30.5]},
        ]}},
    ]
}  # fmt: skip


@pytest.fixture
def staff(client: Client) -> Client:
    client.force_login(User.objects.create_user("dana", role=Role.MANAGER))
    return client


def test_a_two_level_rule_is_saved_by_a_plain_post(staff: Client) -> None:
    answer = staff.post("/segments/new/", {**NAMED, **RULE, "act": "save"})

    assert (answer.status_code, answer["Location"]) == (302, "/segments/loyal-buyers/")
    segment = Segment.objects.get()
    assert (segment.slug, segment.name, segment.rule) == ("loyal-buyers", "Loyal buyers", READ)
    assert AuditEntry.objects.get(operation="segment.save").subject == "segment:loyal-buyers"


def test_the_form_of_a_saved_rule_sends_back_the_same_rule(staff: Client) -> None:
    staff.post("/segments/new/", {**NAMED, **RULE, "act": "save"})
    page = staff.get("/segments/loyal-buyers/edit/").content.decode()
    sent = form_with(page, "r-join")

    staff.post("/segments/loyal-buyers/edit/", {**sent, "act": "save"})

    assert Segment.objects.get().rule == READ


@pytest.mark.parametrize(
    ("act", "shown", "gone"),
    [
        ("add:r", "r-2-fact", "r-3-fact"),
        ("group:r-1", "r-1-2-join", "r-1-3-join"),
        ("remove:r-0", "r-0-join", "r-1-join"),
        ("remove:r-1-1", "r-1-0-fact", "r-1-1-fact"),
        ("add:r-7-7", "r-1-1-fact", "r-2-fact"),
        ("drop:everything", "r-1-1-fact", "r-2-fact"),
    ],
)
def test_each_button_works_by_a_plain_post(act: str, shown: str, gone: str, staff: Client) -> None:
    answer = staff.post("/segments/new/", {**RULE, "act": act})

    page = answer.content.decode()
    assert answer.status_code == 200
    assert f'name="{shown}"' in page
    assert f'name="{gone}"' not in page
    assert not Segment.objects.exists()


def test_htmx_gets_the_rule_alone_with_the_focus_on_what_was_added(staff: Client) -> None:
    answer = staff.post("/segments/new/", {**RULE, "act": "add:r"}, headers={"HX-Request": "true"})

    page = answer.content.decode()
    assert "<html" not in page
    assert page.count(" autofocus") == 1


def test_a_sentence_is_read_into_the_form(staff: Client) -> None:
    sentence = "bought in the last 30 days and age is at least 18"

    page = staff.post("/segments/new/", {**RULE, "sentence": sentence, "act": "read"}).content.decode()

    assert 'name="r-1-value" type="text" inputmode="decimal" value="18"' in page
    assert f'value="{sentence}"' in page


def test_a_sentence_that_cannot_be_read_is_kept_with_the_place(staff: Client) -> None:
    answer = staff.post("/segments/new/", {**RULE, "sentence": "age is blue", "act": "read"})

    page = answer.content.decode()
    assert answer.status_code == 422
    assert "character 8: “blue” is not expected here" in page
    assert 'value="age is blue"' in page


def test_what_is_wrong_stands_at_its_condition_and_nothing_is_saved(staff: Client) -> None:
    answer = staff.post("/segments/new/", {**NAMED, **RULE, "r-0-value": "many", "act": "save"})

    page = answer.content.decode()
    assert answer.status_code == 422
    assert "value: must be a number" in page.split('id="r-0"')[1].split("</fieldset>")[0]
    assert not Segment.objects.exists()


def test_a_name_is_asked_for_and_an_id_is_used_once(staff: Client) -> None:
    make_segment("loyal-buyers", "bought")

    assert staff.post("/segments/new/", {**RULE, "act": "save"}).status_code == 422
    taken = staff.post("/segments/new/", {**NAMED, **RULE, "act": "save"})

    assert "There is a segment of this ID already." in taken.content.decode()


@pytest.mark.parametrize("name", ["New", "Overlap", "Preview", "Completion"])
def test_an_id_that_is_the_address_of_another_page_is_asked_for_anew(name: str, staff: Client) -> None:
    answer = staff.post("/segments/new/", {**NAMED, "name": name, **RULE, "act": "save"})

    assert answer.status_code == 422
    assert f"“{name.lower()}” is the address of another page: enter another ID." in answer.content.decode()
    assert not Segment.objects.exists()


TEXTS = {"fact": "customer.first_name", "op": "in"}
ODD = ["google, ads", "email", "two words", 'say "hi"', "back\\slash", "is", "(a)"]


def test_values_with_commas_and_quotes_are_sent_back_as_they_are(staff: Client) -> None:
    save_segment(item={"id": "odd", "name": "Odd", "rule": {**TEXTS, "value": ODD}}, by=Sender(None, timezone.now()))
    sent = form_with(staff.get("/segments/odd/edit/").content.decode(), "r-join")

    staff.post("/segments/odd/edit/", {**sent, "description": "Another", "act": "save"})

    segment = Segment.objects.get()
    assert (segment.description, segment.rule["value"]) == ("Another", ODD)


@pytest.mark.parametrize(
    ("typed", "read"),
    [
        ("DE, AT", ["DE", "AT"]),
        ("google ads,email ,, x", ["google ads", "email", "x"]),
        ('"google, ads", email', ["google, ads", "email"]),
        ("a (b), c", ["a (b)", "c"]),
        (",".join(f"{'x' * 190}{at}" for at in range(300)), [f"{'x' * 190}{at}" for at in range(300)]),
    ],
)
def test_a_list_is_typed_with_commas_between_and_quotes_around_what_has_one(
    typed: str, read: list[str], staff: Client
) -> None:
    posted = {"r-join": "all", "r-0-fact": "customer.first_name", "r-0-op": "in", "r-0-value": typed}

    staff.post("/segments/new/", {**NAMED, **posted, "act": "save"})

    assert Segment.objects.get().rule == {**TEXTS, "value": read}


def test_a_quotation_mark_that_is_not_closed_is_told_at_its_condition_and_kept(staff: Client) -> None:
    posted = {"r-join": "all", "r-0-fact": "customer.first_name", "r-0-op": "in", "r-0-value": 'a, "b'}

    answer = staff.post("/segments/new/", {**NAMED, **posted, "act": "save"})

    page = answer.content.decode()
    assert answer.status_code == 422
    assert "the values: character 4: a quoted text begins here and does not end" in page
    assert 'value="a, &quot;b"' in page
    assert not Segment.objects.exists()


def shoppers() -> None:
    for name in ("ann", "bob", "eve"):
        done("opt_in", timezone.now(), name, first_name=name.capitalize())
    buy("1", 10, timezone.now())
    make_segment("buyers", "bought")
    work(timezone.now())


def test_the_preview_tells_the_size_and_who_would_enter_and_leave(staff: Client) -> None:
    shoppers()
    posted = {"r-join": "all", "r-0-fact": "purchases.any", "r-0-not": "1"}

    page = staff.post("/segments/buyers/preview/", posted).content.decode()

    assert "has not bought" in page
    assert "Would enter: 2" in page
    assert "Would leave: 1" in page
    assert "Ann" in page.split("Would leave")[1]


def test_a_count_that_takes_long_is_an_estimate_that_says_so(staff: Client, monkeypatch: Any) -> None:
    shoppers()
    monkeypatch.setattr(preview, "_PREVIEW", "WITH rule AS ({rule}) SELECT pg_sleep(9), %(segment)s, %(shown)s")
    monkeypatch.setattr(preview, "PATIENCE", 1)

    page = staff.post("/segments/preview/", {"r-join": "all"}).content.decode()

    assert "an estimate" in page


def test_completion_offers_whole_sentences(staff: Client) -> None:
    page = staff.get("/segments/completion/", {"sentence": "bought in the la"}).content.decode()

    assert '<option value="bought in the last">' in page


def test_the_page_of_a_segment_shows_its_members_of_today_and_of_a_day(staff: Client) -> None:
    shoppers()
    segment = Segment.objects.get()
    for ago in (2, 1):
        Size.objects.create(segment=segment, day=timezone.localdate() - dt.timedelta(days=ago), members=ago)

    page = staff.get("/segments/buyers/").content.decode()
    before = staff.get("/segments/buyers/", {"day": "2020-03-01"}).content.decode()

    assert "1 customer" in page
    assert "Ann" in page
    assert "Size over time" in page
    assert "0 customers" in before
    assert "Ann" not in before


@pytest.mark.parametrize("day", ["9999-12-31", "0001-01-01", "1899-12-31", "3000-01-01"])
def test_a_day_that_no_calendar_reaches_is_told_at_its_field(day: str, staff: Client) -> None:
    make_segment("buyers", "bought")

    answer = staff.get("/segments/buyers/", {"day": day})

    assert answer.status_code == 200
    assert "Enter a day between 1900 and 2999." in answer.content.decode()


def test_the_page_shows_the_last_complete_time_and_its_members_while_a_newer_rule_is_computed(staff: Client) -> None:
    shoppers()
    complete = Computation.objects.get().computed_at
    assert complete is not None
    make_segment("buyers", "everyone")

    page = staff.get("/segments/buyers/").content.decode()

    assert f'Last complete computation: <time datetime="{complete.isoformat()}"' in page
    assert "computing" in page
    assert "1 customer" in page


@pytest.mark.parametrize(("address", "statements"), [("/segments/", 6), ("/segments/buyers/", 10)])
def test_pages_take_as_many_statements_for_one_as_for_three(address: str, statements: int, staff: Client) -> None:
    shoppers()
    staff.get(address)
    with CaptureQueriesContext(connection) as of_one:
        staff.get(address)
    for at, name in enumerate(("bob", "eve")):
        make_segment(f"more-{at}", "bought")
        buy(f"more-{at}", 10, timezone.now(), name)
    work(timezone.now())
    with CaptureQueriesContext(connection) as of_three:
        staff.get(address)

    assert (len(of_one), len(of_three)) == (statements, statements), [one["sql"][:90] for one in of_three]


def test_the_overlap_of_three_is_a_table_and_a_picture(staff: Client) -> None:
    shoppers()
    make_segment("all", "everyone")
    make_segment("anns", "first name is Ann")
    work(timezone.now())

    page = staff.get("/segments/overlap/", {"first": "all", "second": "buyers", "third": "anns"}).content.decode()
    same = staff.get("/segments/overlap/", {"first": "all", "second": "all"}).content.decode()

    rows = [row.split("</tr>")[0] for row in page.split("<tr>")[2:]]
    assert len(rows) == 7
    assert "Only All" in rows[0]
    assert ">2</td>" in rows[0]
    assert "All + Buyers + Anns" in rows[-1]
    assert ">1</td>" in rows[-1]
    assert page.count('<circle class="tone-') == 6
    assert "Choose segments that differ." in same


def test_the_export_has_all_members_and_leaves_a_row_in_the_trail(staff: Client) -> None:
    shoppers()

    answer = staff.get("/segments/buyers/members.csv")

    lines = b"".join(answer.streaming_content).decode().splitlines()  # type: ignore[attr-defined]
    assert [line.split(",")[0].strip('\ufeff"') for line in lines] == ["customer_id", "ann"]
    assert AuditEntry.objects.get(operation="segment.export").after == {"rows": 1}


def test_an_inactive_segment_is_archived_in_a_dialog_unless_something_uses_it(staff: Client) -> None:
    shoppers()
    make_segment("loyal", "in segment buyers", status="active")

    refused = staff.post("/segments/buyers/status/archived/")
    staff.post("/segments/loyal/status/archived/")
    done_ = staff.post("/segments/buyers/status/archived/")

    assert refused.status_code == 422
    assert "while these use it: Loyal" in refused.content.decode()
    assert done_.status_code == 302
    assert members("buyers") == set()


def test_who_may_only_see_segments_changes_none(client: Client) -> None:
    make_segment("buyers", "bought")
    client.force_login(User.objects.create_user("sam", role=Role.SERVICE_AGENT))

    page = client.get("/segments/buyers/").content.decode()

    assert "/segments/buyers/edit/" not in page
    assert client.get("/segments/buyers/edit/").status_code == 403
    assert client.post("/segments/buyers/compute/").status_code == 403
    assert client.get("/segments/buyers/members.csv").status_code == 403


def test_pages_and_operations_are_for_whoever_sees_every_field(staff: Client) -> None:
    make_segment("buyers", "bought")
    StaffRole.objects.filter(slug=Role.MANAGER).update(
        rights=[one for one in StaffRole.objects.get(slug=Role.MANAGER).rights if one != "personal.birthdates"]
    )

    for address in ("/segments/", "/segments/buyers/", "/segments/new/", "/segments/buyers/members.csv"):
        assert staff.get(address).status_code == 403, address
    by = Sender(User.objects.get(username="dana"), timezone.now())
    with pytest.raises(PermissionDenied):
        save_segment(item=item("buyers", "everyone"), by=by)
