"""Suspend and unsuspend by hand, notes, and who may be the same person."""

import re
from datetime import timedelta
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from customers.enums import MergeKind
from customers.life.operations import suspend, unsuspend
from customers.merging.operations import merge_customers
from customers.merging.queries import Duplicates, duplicates_of
from customers.models import Customer, Note
from customers.notes.operations import Gone, NotYours, add_note, change_note, delete_note
from events.models import Event
from loyalty.intake.once import AlreadyRecorded
from loyalty.refusals import Refused
from loyalty.staff.enums import Role
from loyalty.staff.models import User
from loyalty.staff.sender import Sender
from tests.engine.world import rows
from tests.factories import NOON, make_customer

pytestmark = pytest.mark.django_db
HTMX = {"HX-Request": "true"}


@pytest.fixture
def dana() -> User:
    return User.objects.create_user("dana", role=Role.MANAGER, first_name="Dana", last_name="Wells")


@pytest.fixture
def reader() -> User:
    return User.objects.create_user("rita", role=Role.READ_ONLY)


@pytest.fixture
def admin() -> User:
    return User.objects.create_user("adam", role=Role.ADMINISTRATOR)


@pytest.fixture
def client(client: Client, dana: User) -> Client:
    client.force_login(dana)
    return client


def get(client: Client, path: str) -> str:
    answer = client.get(path)
    assert answer.status_code == 200
    return str(answer.content.decode())


def token(client: Client, path: str) -> str:
    found = re.search(r'name="token" value="([^"]+)"', get(client, path))
    assert found
    return found[1]


def post(client: Client, path: str, **data: Any) -> Any:
    return client.post(path, data, headers=HTMX)


def note(customer: Customer, by: User, text: str = "Called about a parcel.") -> Note:
    return add_note(customer=customer, text=text, by=Sender(by, timezone.now())).result()


# Suspend and unsuspend


def test_suspend_is_offered_for_active_customers_and_unsuspend_for_suspended_ones(client: Client) -> None:
    customer = make_customer()
    path = f"/customers/{customer.id}/"
    assert [word in get(client, path) for word in ("Suspend…", "Unsuspend…", "Suspended: earns")] == [
        True,
        False,
        False,
    ]
    Customer.objects.update(status="suspended")
    assert [word in get(client, path) for word in ("Suspend…", "Unsuspend…", "Suspended: earns")] == [False, True, True]
    Customer.objects.update(status="inactive")
    assert [word in get(client, path) for word in ("uspend…", "Opt out…")] == [False, True]


def test_suspending_by_hand_keeps_who_and_why_and_shows_the_page_again(client: Client, dana: User) -> None:
    customer = make_customer(first_name="Zsófia")
    path = f"/customers/{customer.id}/suspend/"
    answer = post(client, path, token=token(client, path), reason="Chargebacks")
    assert (answer.status_code, answer["HX-Refresh"]) == (204, "true")
    event = Event.objects.get(action="suspend")
    assert (event.data, event.source, event.staff) == ({"reason": "Chargebacks"}, "back_office", dana)
    assert "Zsófia is suspended." in get(client, f"/customers/{customer.id}/")


def test_without_script_it_ends_on_the_profile(client: Client) -> None:
    customer = make_customer()
    for action in ("suspend", "unsuspend"):
        path = f"/customers/{customer.id}/{action}/"
        answer = client.post(path, {"token": token(client, path)})
        assert (answer.status_code, answer["Location"]) == (302, f"/customers/{customer.id}/")
    assert list(Event.objects.order_by("id").values_list("action", "data"))[1:] == [("suspend", {}), ("unsuspend", {})]


def test_who_comes_second_is_told_so(client: Client, dana: User) -> None:
    customer = make_customer()
    path = f"/customers/{customer.id}/suspend/"
    first = token(client, path)
    suspend(customer=customer, reason="", by=Sender(dana, timezone.now()))
    answer = post(client, path, token=first)
    assert answer.status_code == 422
    assert "Only active customers can be suspended" in answer.content.decode()


def test_a_form_that_is_sent_twice_suspends_once(dana: User) -> None:
    customer = make_customer()
    by = Sender(dana, timezone.now(), token="n")
    suspend(customer=customer, reason="x", by=by)
    unsuspend(reason="", customer=customer, by=Sender(dana, timezone.now()))
    with pytest.raises(AlreadyRecorded):
        suspend(customer=customer, reason="x", by=by)


def test_suspending_needs_the_right_to_edit_customers(reader: User) -> None:
    customer = make_customer()
    for operation in (suspend, unsuspend):
        with pytest.raises(PermissionDenied):
            operation(customer=customer, reason="", by=Sender(reader, timezone.now()))


def test_114600_by_hand(dana: User) -> None:
    with pytest.raises(Refused, match="Only suspended customers can be unsuspended"):
        unsuspend(customer=make_customer(), reason="", by=Sender(dana, timezone.now()))


def test_readers_are_offered_nothing(client: Client, reader: User) -> None:
    customer = make_customer()
    client.force_login(reader)
    assert "customer-menu" not in get(client, f"/customers/{customer.id}/")
    assert "Add note" not in get(client, f"/customers/{customer.id}/notes/")


# Notes


def test_a_note_is_added_with_who_and_when(client: Client, dana: User) -> None:
    customer = make_customer()
    answer = post(client, f"/customers/{customer.id}/notes/add/", text="  Prefers letters.\r\n<b>Really.</b> ")
    assert answer.status_code == 204
    assert "refresh:notes" in answer["HX-Trigger"]
    found = Note.objects.get()
    assert (found.text, found.staff, found.edited_at) == ("Prefers letters.\r\n<b>Really.</b>", dana, None)
    html = get(client, f"/customers/{customer.id}/notes/")
    assert "Prefers letters.<br>&lt;b&gt;Really.&lt;/b&gt;" in html
    assert "Dana Wells" in html


def test_notes_are_listed_newest_first_in_pages(client: Client, dana: User) -> None:
    customer = make_customer()
    for number in range(30):
        note(customer, dana, f"Note {number:02}")
    path = f"/customers/{customer.id}/notes/"
    first = get(client, path)
    assert re.findall(r"<p>Note (\d+)</p>", first) == [f"{number:02}" for number in range(29, 4, -1)]
    following = re.search(r'rel="next" href="([^"]+)"', first)
    assert following
    second = get(client, path + following[1].replace("&amp;", "&"))
    assert re.findall(r"<p>Note (\d+)</p>", second) == ["04", "03", "02", "01", "00"]


def test_a_note_is_changed_by_whoever_wrote_it(client: Client, dana: User) -> None:
    customer = make_customer()
    written = note(customer, dana)
    path = f"/customers/{customer.id}/notes/{written.id}/"
    assert "Called about a parcel." in get(client, path)
    assert post(client, path, text="Called twice.").status_code == 204
    written.refresh_from_db()
    assert (written.text, written.edited_at is not None) == ("Called twice.", True)
    assert "edited" in get(client, f"/customers/{customer.id}/notes/")


def test_nobody_changes_the_note_of_somebody_else(client: Client, admin: User) -> None:
    customer = make_customer()
    written = note(customer, admin)
    html = get(client, f"/customers/{customer.id}/notes/")
    assert (f"/notes/{written.id}/" in html) is False
    for path in ("", "delete/"):
        answer = post(client, f"/customers/{customer.id}/notes/{written.id}/{path}", text="x")
        assert answer.status_code == 422
        assert "Somebody else wrote this note" in answer.content.decode()
    assert Note.objects.get().text == "Called about a parcel."


def test_an_administrator_may_delete_any_note_and_changes_none(dana: User, admin: User) -> None:
    written = note(make_customer(), dana)
    with pytest.raises(NotYours):
        change_note(note=written, text="x", by=Sender(admin, timezone.now()))
    delete_note(note=written, by=Sender(admin, timezone.now()))
    assert not Note.objects.exists()


def test_a_note_is_deleted_once_confirmed(client: Client, dana: User) -> None:
    customer = make_customer()
    written = note(customer, dana)
    path = f"/customers/{customer.id}/notes/{written.id}/delete/"
    assert "“Called about a parcel.” is deleted for good." in get(client, path)
    assert post(client, path).status_code == 204
    assert not Note.objects.exists()
    assert post(client, path).status_code == 404


def test_a_note_that_was_deleted_meanwhile_is_not_changed_silently(dana: User) -> None:
    written = note(make_customer(), dana)
    delete_note(note=written, by=Sender(dana, timezone.now()))
    with pytest.raises(Note.DoesNotExist):
        change_note(note=written, text="x", by=Sender(dana, timezone.now()))


@pytest.mark.parametrize(("text", "message"), [("", "required"), (" ", "required"), ("x" * 2001, "at most 2000")])
def test_a_note_has_a_text_of_a_length(client: Client, text: str, message: str) -> None:
    customer = make_customer()
    answer = post(client, f"/customers/{customer.id}/notes/add/", text=text)
    assert answer.status_code == 422
    assert message in answer.content.decode()
    assert not Note.objects.exists()


def test_a_note_belongs_to_its_customer(client: Client, dana: User) -> None:
    ann, bob = make_customer("C-1"), make_customer("C-2")
    written = note(ann, dana)
    assert client.get(f"/customers/{bob.id}/notes/{written.id}/").status_code == 404
    assert "Called" not in get(client, f"/customers/{bob.id}/notes/")


def test_the_notes_of_a_merged_profile_are_the_survivors(client: Client, dana: User) -> None:
    old, ann = make_customer("old"), make_customer("ann")
    written = note(old, dana)
    merge_customers(old, ann, kind=MergeKind.PARTIAL, by=Sender(dana, timezone.now()))
    html = get(client, f"/customers/{ann.id}/notes/")
    assert ("Called about a parcel." in html, f"/notes/{written.id}/delete/" in html) == (True, True)
    assert f'/notes/{written.id}/"' not in html
    assert post(client, f"/customers/{ann.id}/notes/{written.id}/", text="x").status_code == 422
    assert post(client, f"/customers/{ann.id}/notes/{written.id}/delete/").status_code == 204
    assert not Note.objects.exists()


@pytest.mark.parametrize("status", ["opted_out", "banned", "merged"])
def test_nothing_is_written_about_who_has_left_meanwhile(dana: User, status: str) -> None:
    customer = make_customer()
    Customer.objects.update(status=status)
    with pytest.raises(Gone):
        note(customer, dana)
    assert not Note.objects.exists()


def test_notes_need_the_right_to_edit_customers(dana: User, reader: User) -> None:
    customer = make_customer()
    written = note(customer, dana)
    with pytest.raises(PermissionDenied):
        note(customer, reader)
    with pytest.raises(PermissionDenied):
        change_note(note=written, text="x", by=Sender(reader, timezone.now()))
    with pytest.raises(PermissionDenied):
        delete_note(note=written, by=Sender(reader, timezone.now()))


def test_the_number_of_queries_does_not_grow_with_the_notes(client: Client, dana: User, admin: User) -> None:
    customer, counts = make_customer(), []
    for by in (dana, admin, dana):
        note(customer, by)
        with CaptureQueriesContext(connection) as captured:
            get(client, f"/customers/{customer.id}/notes/")
        counts.append(len(captured))
    assert counts[0] == counts[2]


# Who may be the same person


def names(found: Duplicates) -> list[str]:
    return [customer.public_id for customer in found.customers]


def test_the_same_address_in_capitals_or_not_and_the_same_digits_are_hints() -> None:
    ann = make_customer("ann", email="Ann@Example.com", mobile_phone="+36 20 555-1234")
    make_customer("mail", email="ann@example.COM")
    make_customer("phone", mobile_phone="0036-20 (555) 1234"[2:])
    make_customer("other", email="an.n@example.com", mobile_phone="+36 20 555-1235")
    assert sorted(names(duplicates_of(ann))) == ["mail", "phone"]


@pytest.mark.parametrize(
    ("status", "found"),
    [("inactive", 1), ("suspended", 1), ("opted_out", 0), ("banned", 0), ("merged", 0)],
)
def test_only_the_living_are_hints(status: str, found: int) -> None:
    ann = make_customer("ann", email="a@example.com")
    make_customer("bob", email="a@example.com")
    Customer.objects.filter(public_id="bob").update(status=status)
    assert len(duplicates_of(ann).customers) == found


def test_without_address_and_number_nothing_is_asked(django_assert_num_queries: Any) -> None:
    ann = make_customer("ann", mobile_phone="12")
    with django_assert_num_queries(0):
        assert names(duplicates_of(ann)) == []


def test_a_hint_names_five_and_says_that_there_are_more() -> None:
    ann = make_customer("ann", email="a@example.com")
    for number in range(7):
        make_customer(f"C-{number}", email="a@example.com")
    found = duplicates_of(ann)
    assert (len(found.customers), found.has_more) == (5, True)


def test_the_overview_shows_the_hint_with_links(client: Client) -> None:
    ann = make_customer("ann", email="a@example.com")
    bob = make_customer("bob", email="a@example.com", first_name="Bob")
    html = get(client, f"/customers/{ann.id}/")
    assert "Perhaps the same person" in html
    assert f'<a class="link" href="/customers/{bob.id}/">Bob</a>' in html
    Customer.objects.filter(id=bob.id).update(email="b@example.com")
    assert "Perhaps the same person" not in get(client, f"/customers/{ann.id}/")


def test_each_hint_is_an_index_range() -> None:
    ann = make_customer("ann", email="a@example.com", mobile_phone="+36 20 555-1234")
    with connection.cursor() as cursor:
        # Enough of them, and known to the planner: otherwise it knows of the table what other tests have left.
        cursor.execute(
            "INSERT INTO customers_customer (public_id, status, email, mobile_phone, properties, created_at, updated_at,"
            " purchase_total, purchase_count, purchase_item_count) SELECT 'crowd-' || n, 'active', n || '@example.com',"
            " n::text, '{}', now(), now(), 0, 0, 0 FROM generate_series(1, 3000) n; ANALYZE customers_customer"
        )
        for way in ("seqscan", "sort", "bitmapscan"):
            cursor.execute(f"SET LOCAL enable_{way} = off")
    with CaptureQueriesContext(connection) as captured:
        duplicates_of(ann)
    plans = ["\n".join(row[0] for row in rows(f"EXPLAIN {query['sql'].replace('%', '%%')}")) for query in captured]
    assert ["customer_by_email" in plans[0], "customer_by_digits" in plans[1]] == [True, True]
    assert not any("Seq Scan" in plan or "Sort" in plan for plan in plans)


def test_the_last_login_is_shown(client: Client) -> None:
    customer = make_customer(at=NOON - timedelta(days=9))
    Customer.objects.update(last_login_at=timezone.now() - timedelta(hours=3))
    assert "Last login" in get(client, f"/customers/{customer.id}/")
