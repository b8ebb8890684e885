"""The audit trail as staff read it: filters, words, one deed in full, what was done to one thing."""

import datetime as dt
import json
from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from customers.erasure.operations import opt_out
from customers.life.operations import suspend
from customers.models import Customer
from customers.notes.operations import add_note
from customers.operations import change_profile
from loyalty.accounts.models import Account
from loyalty.http.origin import Origin
from loyalty.staff.audit.enums import Note
from loyalty.staff.audit.models import AuditEntry
from loyalty.staff.audit.writing import write_down
from loyalty.staff.enums import Role
from loyalty.staff.models import User
from loyalty.staff.sender import Sender
from loyalty.trail.queries import MOST_CUSTOMERS
from tests.api_keys import development_key
from tests.factories import make_customer
from tests.merging import merge

pytestmark = pytest.mark.django_db
AGENT = "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:140.0) Gecko/20100101 Firefox/140.0"
HERE = Origin("203.0.113.9", AGENT)
NOW = dt.datetime(2026, 3, 1, 12, tzinfo=dt.UTC)


@pytest.fixture
def root() -> User:
    return User.objects.create_superuser("root-user", password="x")


@pytest.fixture
def dana() -> User:
    return User.objects.create_user("dana", role=Role.MANAGER, first_name="Dana", last_name="Wells")


@pytest.fixture
def visitor(client: Client, root: User) -> Client:
    client.force_login(root)
    return client


@pytest.fixture
def ann() -> Customer:
    return make_customer("C-1", first_name="Ann", last_name="Archer", at=NOW)


@pytest.fixture
def bob() -> Customer:
    return make_customer("C-2", first_name="Bob", last_name="Baker", at=NOW)


def by(user: User | None, at: dt.datetime = NOW) -> Sender:
    return Sender(user, at, HERE)


def shown(client: Client, **query: str) -> list[str]:
    """The operations of the page, log-ins of these tests left out."""
    rows = client.get("/audit/", query).context["rows"]
    return [row.entry.operation for row in rows if row.entry.operation != Note.SIGNED_IN]


@pytest.fixture
def story(ann: Customer, bob: Customer, root: User, dana: User) -> None:
    change_profile(customer=ann, changes={"first_name": "Anna"}, by=by(dana))
    suspend(customer=bob, reason="Chargebacks", by=by(dana, NOW + dt.timedelta(hours=1)))
    account = f"account:{Account.objects.get().pk}"
    later = by(root, NOW + dt.timedelta(hours=2))
    write_down(Note.CHANGED, by=later, subject=account, before={"name": "Points"}, after={"name": "Stars"})
    write_down(Note.SIGN_IN_FAILED, by=by(None, NOW + dt.timedelta(hours=3)), subject=f"user:{dana.pk}")


CASES: dict[str, tuple[dict[str, Any], list[str]]] = {
    "everything, newest first": (
        {},
        ["login.fail", "configuration.change", "customer.suspend", "customer.change"],
    ),
    "a person": ({"staff": "dana"}, ["customer.suspend", "customer.change"]),
    "nobody": ({"staff": "nobody"}, ["login.fail"]),
    "a customer's ID": ({"customer": "C-2"}, ["customer.suspend"]),
    "a customer's last name": ({"customer": "archer"}, ["customer.change"]),
    "a customer's first and last name": ({"customer": "Bob Baker"}, ["customer.suspend"]),
    "nobody of that name": ({"customer": "zoe"}, []),
    "an operation": ({"operation": "customer.change"}, ["customer.change"]),
    "a kind of subject": ({"kind": "account"}, ["configuration.change"]),
    "a subject by a part of its name": ({"kind": "account", "key": "{part}"}, ["configuration.change"]),
    "a subject of another name": ({"kind": "account", "key": "Miles"}, []),
    "a user by name": ({"kind": "user", "key": "dana"}, ["login.fail"]),
    "from": ({"since": "2026-03-01T14:30"}, ["login.fail", "configuration.change"]),
    "to, the minute included": ({"until": "2026-03-01T14:00"}, ["customer.suspend", "customer.change"]),
    "from and to": ({"since": "2026-03-01T14:00", "until": "2026-03-01T14:00"}, ["customer.suspend"]),
    "a person and a time": ({"staff": "dana", "since": "2026-03-01T13:30"}, ["customer.suspend"]),
    "a customer and an operation": ({"customer": "C-1", "operation": "customer.suspend"}, []),
    "a customer and a subject": ({"customer": "C-1", "kind": "event", "key": "#0"}, []),
    "what cannot be meant": (
        {"staff": "x", "operation": "y", "kind": "z", "since": "w", "page": "v"},
        ["login.fail", "configuration.change", "customer.suspend", "customer.change"],
    ),
    "days that no calendar reaches": (
        {"since": "0001-01-01T00:00", "until": "9999-12-31T23:59"},
        ["login.fail", "configuration.change", "customer.suspend", "customer.change"],
    ),
    "a NUL": ({"customer": "\x00", "key": "\x00", "kind": "account"}, ["configuration.change"]),
}


@pytest.mark.usefixtures("story")
@pytest.mark.parametrize("name", CASES)
def test_a_filter_shows_what_it_means_and_nothing_else(visitor: Client, settings: Any, dana: User, name: str) -> None:
    settings.TIME_ZONE = "Europe/Berlin"
    with timezone.override("Europe/Berlin"):
        query, wanted = CASES[name]
        if query.get("staff") == "dana":
            query = query | {"staff": str(dana.pk)}
        query = {name: value.replace("{part}", Account.objects.get().name[1:4]) for name, value in query.items()}
        # The log-in of the test itself is of today.
        assert shown(visitor, **({"until": "2026-03-02T00:00"} | query)) == wanted


@pytest.mark.usefixtures("story")
def test_a_deed_is_told_in_words(visitor: Client) -> None:
    html = visitor.get("/audit/", {"operation": "customer.suspend"}).content.decode()

    for words in (
        "Customer suspended",
        "Bob Baker",
        "Dana Wells",
        "Chargebacks",
        "203.0.113.9",
        "Firefox 140 on Windows",
    ):
        assert words in html, words


def test_what_an_integrator_does_stands_under_the_name_of_its_key(visitor: Client) -> None:
    key = development_key(name="Shop")
    body = json.dumps({"id": "vip", "name": "VIP"})
    visitor.put(f"/entities/core/customer-list?api_key={key.key}", body, content_type="application/json")

    [row] = [row for row in visitor.get("/audit/").context["rows"] if row.entry.operation == "list.create"]
    assert (row.entry.key_id, row.entry.staff_id, row.who) == (key.pk, None, "API key Shop")
    assert "API key Shop" in "".join(exported(visitor))


def test_before_and_after_are_told_by_the_labels_of_the_fields(
    visitor: Client, ann: Customer, dana: User, root: User
) -> None:
    change_profile(customer=ann, changes={"first_name": "Anna", "newsletter": True}, by=by(dana))
    account = f"account:{Account.objects.get().pk}"
    before = {"type": "redeemable", "negative_points": False, "burnrate:100 = 1 EUR": {"points": 100}}
    after = {"type": "status_points", "negative_points": True, "burnrate:100 = 1 EUR": {"points": 200}}
    write_down(Note.CHANGED, by=by(root), subject=account, before=before, after=after)

    entries = AuditEntry.objects.filter(operation__in=["customer.change", "configuration.change"]).order_by("id")
    profile, configuration = [
        [(one.label, one.before, one.after) for one in visitor.get(f"/audit/{entry.pk}/").context["row"].differences]
        for entry in entries
    ]
    assert profile == [("First name", "Ann", "Anna"), ("Newsletter", "–", "Yes")]
    labels = {label: (was, now) for label, was, now in configuration}
    assert labels["May go negative"] == ("No", "Yes")
    assert labels["Burn rate 100 = 1 EUR › Points"] == ("100", "200")
    assert labels["Type"][1] == "Status points"


@pytest.mark.usefixtures("story")
def test_a_deed_has_a_page_of_its_own(visitor: Client) -> None:
    entry = AuditEntry.objects.get(operation="customer.suspend")
    html = visitor.get(f"/audit/{entry.pk}/").content.decode()

    for words in ("Customer suspended", "Bob Baker", "Chargebacks", "203.0.113.9", "Firefox 140 on Windows"):
        assert words in html, words
    assert visitor.get("/audit/999999/").status_code == 404
    assert visitor.get(f"/audit/{10**30}/").status_code == 404


def test_without_rows_the_page_says_what_will_come(visitor: Client, ann: Customer) -> None:
    assert "Nothing matches" in visitor.get("/audit/", {"operation": "note.add"}).content.decode()
    assert "Nothing done by hand yet" in visitor.get(f"/customers/{ann.id}/audit/").content.decode()


def test_one_customer_s_tab_tells_of_the_profiles_merged_into_it_too(
    visitor: Client, ann: Customer, bob: Customer, dana: User
) -> None:
    add_note(customer=bob, text="Called.", by=by(dana))
    suspend(customer=make_customer("C-3", at=NOW), reason="", by=by(dana))
    merge(bob, ann, at=NOW)

    rows = visitor.get(f"/customers/{ann.id}/audit/").context["rows"]

    assert [row.entry.operation for row in rows] == ["note.add"]
    assert shown(visitor, customer="C-1") == ["note.add"]


def test_the_tab_is_offered_to_those_who_see_the_trail(
    client: Client, visitor: Client, ann: Customer, dana: User
) -> None:
    address = f"/customers/{ann.id}/audit/"
    assert address in visitor.get(f"/customers/{ann.id}/").content.decode()
    client.force_login(dana)
    assert address not in client.get(f"/customers/{ann.id}/").content.decode()
    assert "/audit/" not in client.get("/customers/").content.decode()


def test_of_an_erased_customer_the_deed_stays_and_the_person_is_gone(
    visitor: Client, ann: Customer, dana: User
) -> None:
    change_profile(customer=ann, changes={"first_name": "Anneliese"}, by=by(dana))
    suspend(customer=ann, reason="Has stolen mugs", by=by(dana))
    opt_out(ann, by=by(dana))

    kept = AuditEntry.objects.filter(customer_id=ann.id).exclude(operation="customer.opt_out")
    assert [(one.operation, one.staff, one.ip_address) for one in kept.order_by("id")] == [
        ("customer.change", dana, "203.0.113.9"),
        ("customer.suspend", dana, "203.0.113.9"),
    ]
    assert {(one.reason, str(one.before), str(one.after)) for one in kept} == {("", "{}", "{}")}
    assert {one.at.astimezone(dt.UTC).time() for one in kept} == {dt.time()}
    html = visitor.get("/audit/", {"customer": f"#{ann.id}"}).content.decode()
    assert "Personal information changed" in html
    assert f"Customer {ann.id}, who has left" in html
    assert "Anneliese" not in html
    assert "stolen" not in html


@pytest.mark.parametrize("address", ["/audit/", "/customers/{}/audit/"])
def test_a_page_takes_the_same_queries_for_1_and_for_3_rows(
    visitor: Client, ann: Customer, dana: User, address: str
) -> None:
    taken = []
    for number in (1, 2):
        for _ in range(number):
            change_profile(customer=ann, changes={"first_name": f"Ann{timezone.now():%f}"}, by=by(dana))
            account = f"account:{Account.objects.get().pk}"
            write_down(Note.CHANGED, by=by(dana), subject=account, before={"name": "a"}, after={"name": "b"})
        visitor.get(address.format(ann.id))
        with CaptureQueriesContext(connection) as captured:
            assert visitor.get(address.format(ann.id)).status_code == 200
        taken.append(len(captured))
    assert taken[0] == taken[1]


def test_pages_follow_each_other_without_a_gap_or_a_repetition(visitor: Client, dana: User) -> None:
    for number in range(60):
        # Four of each instant.
        write_down(Note.SIGNED_OUT, by=by(dana, NOW + dt.timedelta(minutes=number // 4)), subject=f"user:{dana.pk}")
    found, page = [], ""
    while page is not None:
        context = visitor.get("/audit/", {"operation": "login.end", "page": page}).context
        found += [row.entry.id for row in context["rows"]]
        page = context["page"].next
    wanted = AuditEntry.objects.filter(operation="login.end").order_by("-at", "-id").values_list("id", flat=True)
    assert found == list(wanted)


def test_of_many_customers_of_a_name_some_are_shown_and_it_is_said(visitor: Client) -> None:
    for number in range(21):
        make_customer(f"D-{number}", last_name="Smith", at=NOW)
    assert "More customers match" in visitor.get("/audit/", {"customer": "smith"}).content.decode()
    assert "More customers match" not in visitor.get("/audit/", {"customer": "D-1"}).content.decode()


def exported(client: Client, **query: str) -> list[str]:
    answer = client.get("/audit/export.csv", query)
    return b"".join(answer.streaming_content).decode().splitlines()  # type: ignore[attr-defined]


@pytest.mark.usefixtures("story")
def test_the_export_has_what_the_filters_show_and_is_a_deed_itself(visitor: Client, root: User) -> None:
    head, *rows = exported(visitor, customer="C-2")

    assert (
        head
        == '\ufeff"id","at","staff","operation","label","customer","subject","reason","ip_address","user_agent","before","after"'
    )
    [row] = rows
    for cell in ('"2026-03-01T13:00:00Z"', '"Dana Wells"', '"customer.suspend"', '"C-2"', '"Chargebacks"', AGENT):
        assert cell in row
    entry = AuditEntry.objects.get(operation="audit.export")
    assert (entry.staff, entry.after) == (root, {"filters": ["customer"]})
    assert "C-2" not in json.dumps(entry.after), "what was searched for is personal"


def test_the_export_reads_on_beyond_its_first_part(
    visitor: Client, dana: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("loyalty.trail.export.AT_ONCE", 3)
    for number in range(8):
        write_down(Note.SIGNED_OUT, by=by(dana, NOW + dt.timedelta(minutes=number // 4)))
    assert len(exported(visitor, operation="login.end")) == 1 + 8


def opened(client: Client, **query: str) -> Callable[[], Any]:
    return lambda: client.get("/customers/", query)


def test_looking_through_the_customers_is_told(client: Client, dana: User) -> None:
    for number in range(30):
        make_customer(f"D-{number}", at=NOW)
    client.force_login(dana)
    following = client.get("/customers/").context["listing"].next
    client.get("/customers/", {"q": "D-1"})
    views = AuditEntry.objects.filter(operation="customer.view_list").order_by("id")
    assert [one.after for one in views] == [{"rows": 25, "leafing": False}], "once in a quarter of an hour"
    client.get("/customers/", {"page": following})
    assert [one.after["leafing"] for one in views.all()] == [False, True], "each further page"


def test_what_is_typed_of_a_customer_stays_out_of_the_address(visitor: Client, ann: Customer, dana: User) -> None:
    add_note(customer=ann, text="Called.", by=by(dana))
    typed = {"customer": "Ann", "operation": "note.add"}

    answer = visitor.post("/audit/", typed)
    assert answer["Location"] == f"/audit/?customer=%23{ann.id}&operation=note.add"
    assert [row.entry.operation for row in visitor.get(answer["Location"]).context["rows"]] == ["note.add"]
    partial = visitor.post("/audit/", typed, headers={"HX-Request": "true"})
    assert partial.status_code == 204
    assert json.loads(partial["HX-Location"]) == {"path": answer["Location"], "target": "#results"}


def test_a_name_that_nobody_has_leads_to_nothing_and_no_filter_to_all(visitor: Client, ann: Customer) -> None:
    nobody = visitor.post("/audit/", {"customer": "Zebedee"})["Location"]

    assert nobody == "/audit/?customer=%230"
    assert not visitor.get(nobody).context["rows"]
    assert visitor.post("/audit/", {"customer": ""})["Location"] == "/audit/"


def test_a_name_that_many_have_is_said_to_be_of_more(visitor: Client) -> None:
    for number in range(MOST_CUSTOMERS + 1):
        make_customer(f"S-{number}", last_name="Smith", at=NOW)

    address = visitor.post("/audit/", {"customer": "smith"})["Location"]

    assert address.endswith("%2B")
    assert "More customers match" in visitor.get(address).content.decode()
