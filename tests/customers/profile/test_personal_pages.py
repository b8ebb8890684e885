"""Personal information, the dialog for a new customer, and the list of attributes."""

import re
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from customers.fields.models import Field
from customers.models import Customer
from customers.profile.forms import CUSTOM
from customers.profile.queries import attributes_of
from events.models import Event
from loyalty.program.models import GeneralSettings
from loyalty.staff.enums import Role
from loyalty.staff.models import User
from tests.engine.world import accepted, event

pytestmark = pytest.mark.django_db


@pytest.fixture
def client(client: Client) -> Client:
    client.force_login(User.objects.create_user("dana", role=Role.MANAGER))
    return client


@pytest.fixture
def ann() -> Customer:
    Field.objects.create(slug="shoe_size", name="Shoe size", type="numeric")
    Field.objects.create(slug="colours", name="Colours", type="multiple_choice", options=["red", "green"])
    Field.objects.create(slug="segment", name="Segment", read_only=True, default="new")
    accepted(
        event("ann", "opt_in", first_name="Ann", email="ann@example.com", shoe_size=38, colours="red", old_crm="x-1")
    )
    return Customer.objects.get()


def shown(client: Client, customer: Customer) -> dict[str, Any]:
    """What the browser would send back, hidden first values and all."""
    form = client.get(f"/customers/{customer.id}/personal/").context["form"]
    found: dict[str, Any] = {}
    for name in form.fields:
        value = form.initial[name]
        for key in (form[name].html_name, form[name].html_initial_name):
            found[key] = "" if value is None else value
    return found


def save(client: Client, customer: Customer, sent: dict[str, Any], **changed: Any) -> Any:
    return client.post(f"/customers/{customer.id}/personal/", sent | changed)


def test_only_what_was_changed_is_one_profile_event(client: Client, ann: Customer) -> None:
    sent = shown(client, ann)
    answer = save(
        client,
        ann,
        sent,
        last_name="Smith",
        first_name="",
        **{f"{CUSTOM}shoe_size": "38.5", f"{CUSTOM}colours": ["green", "red"]},
    )

    assert answer.status_code == 302
    made = Event.objects.get(action="profile")
    assert made.data == {"first_name": None, "last_name": "Smith", "shoe_size": 38.5, "colours": ["red", "green"]}
    assert made.source == "back_office"
    ann.refresh_from_db()
    assert (ann.first_name, ann.last_name, ann.email) == (None, "Smith", "ann@example.com")


@pytest.mark.parametrize("sent", ["2026-11-01T09:30", "2026-11-01T09:30:00"])
def test_a_moment_as_browsers_write_it_is_no_change(client: Client, ann: Customer, sent: str) -> None:
    Field.objects.create(slug="visited", name="Visited", type="datetime")
    accepted(event("ann", "profile", visited="2026-11-01 09:30:00"))
    ann.refresh_from_db()

    assert save(client, ann, shown(client, ann), **{f"{CUSTOM}visited": sent}).status_code == 302
    assert Event.objects.filter(action="profile").count() == 1


def test_saving_without_a_change_records_nothing(client: Client, ann: Customer) -> None:
    assert save(client, ann, shown(client, ann)).status_code == 302
    assert not Event.objects.filter(action="profile").exists()


def test_read_only_fields_and_undefined_ones_are_shown_and_not_entered(client: Client, ann: Customer) -> None:
    html = client.get(f"/customers/{ann.id}/personal/").content.decode()

    assert re.search(r"<dt>Segment</dt><dd>new</dd>", html)
    assert re.search(r'<dt class="mono">old_crm</dt><dd>x-1</dd>', html)
    assert 'name="field_segment"' not in html


def test_what_somebody_else_changed_meanwhile_is_told_and_not_overwritten(client: Client, ann: Customer) -> None:
    sent = shown(client, ann)
    accepted(event("ann", "profile", last_name="Jones", email="jones@example.com"))
    answer = save(client, ann, sent, last_name="Smith")
    assert answer.status_code == 422
    assert "Somebody has changed this to “Jones” meanwhile" in answer.content.decode()

    again = dict(answer.context["form"].data.items())
    assert save(client, ann, again).status_code == 302
    ann.refresh_from_db()
    # What only the other one changed stays.
    assert (ann.last_name, ann.email) == ("Smith", "jones@example.com")


def test_a_wrong_value_is_told_beside_its_field(client: Client, ann: Customer) -> None:
    answer = save(client, ann, shown(client, ann), country="Narnia", **{f"{CUSTOM}shoe_size": "big"})

    assert answer.status_code == 422
    assert set(answer.context["form"].errors) == {"country", f"{CUSTOM}shoe_size"}
    assert not Event.objects.filter(action="profile").exists()


def test_an_address_of_somebody_else_is_told_beside_its_field(client: Client, ann: Customer) -> None:
    GeneralSettings.objects.update_or_create(id=1, defaults={"unique_emails": True})
    accepted(event("bob", "opt_in", email="bob@example.com"))
    answer = save(client, ann, shown(client, ann), email="BOB@example.com")

    assert answer.context["form"].errors == {"email": ["“Email address” belongs to another customer."]}


def test_a_reader_sees_the_fields_and_may_not_save(client: Client, ann: Customer) -> None:
    client.force_login(User.objects.create_user("reader", role=Role.READ_ONLY))
    html = client.get(f"/customers/{ann.id}/personal/").content.decode()

    assert 'value="ann@example.com"' in html
    assert ">Save changes<" not in html
    assert client.post(f"/customers/{ann.id}/personal/", {"first_name": "Eve"}).status_code == 403


def test_the_number_of_queries_does_not_grow_with_the_fields(client: Client, ann: Customer) -> None:
    counts = []
    for number in range(3):
        Field.objects.create(slug=f"more_{number}", name=f"More {number}")
        with CaptureQueriesContext(connection) as captured:
            client.get(f"/customers/{ann.id}/personal/")
        counts.append(len(captured))
    assert counts[0] == counts[2] <= 10


def test_the_overview_names_attributes_by_their_definitions_in_their_order() -> None:
    Field.objects.create(slug="b", name="Shoe size", labels={"hu": "Cipőméret"}, position=1)
    Field.objects.create(slug="a", name="Favourite colour", position=2)

    assert attributes_of({"z_last": 1, "a": "red", "b": 38}) == [
        ("Shoe size", "38"),
        ("Favourite colour", "red"),
        ("Z last", "1"),
    ]


# A new customer


def create(client: Client, **fields: Any) -> Any:
    return client.post("/customers/new/", {"public_id": "C-1", "status": "active"} | fields)


@pytest.mark.parametrize(("status", "action"), [("active", "opt_in"), ("inactive", "subscribe")])
def test_a_new_customer_is_one_event_and_leads_to_the_profile(client: Client, status: str, action: str) -> None:
    answer = create(client, status=status, first_name="Ann", email="ann@example.com")
    ann = Customer.objects.get()

    assert (answer.status_code, answer["Location"]) == (302, f"/customers/{ann.id}/")
    assert (ann.public_id, ann.status, ann.first_name, ann.email) == ("C-1", status, "Ann", "ann@example.com")
    assert [made.action for made in Event.objects.all()] == [action]


def test_the_dialog_leads_there_too(client: Client) -> None:
    answer = client.post("/customers/new/", {"public_id": "C-1", "status": "active"}, headers={"HX-Request": "true"})
    assert answer["HX-Redirect"] == f"/customers/{Customer.objects.get().id}/"


def test_an_id_that_is_taken_is_told(client: Client) -> None:
    create(client)
    for status in ("active", "inactive"):
        answer = create(client, status=status)
        assert answer.status_code == 422
        assert answer.context["form"].errors == {
            "public_id": ["A customer has this ID already. Choose another, or look the customer up."]
        }


def test_a_wrong_address_and_a_missing_id_are_told(client: Client) -> None:
    assert set(create(client, public_id=" ", email="nobody").context["form"].errors) == {"public_id", "email"}


def test_the_list_offers_it_to_who_may(client: Client) -> None:
    assert 'href="/customers/new/"' in client.get("/customers/").content.decode()
    client.force_login(User.objects.create_user("reader", role=Role.READ_ONLY))
    assert 'href="/customers/new/"' not in client.get("/customers/").content.decode()
