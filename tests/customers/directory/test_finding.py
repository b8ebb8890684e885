"""The list, the palette and the transactions find what people have at hand: a phone number, a receipt, a part of an ID."""

import pytest
from django.test import Client

from customers.directory.search import Filters, search
from customers.fields.models import Field
from customers.fields.phones import spellings
from customers.merging.queries import duplicates_of
from customers.models import Customer
from loyalty.engine.events import Incoming
from loyalty.staff.models import User
from tests.factories import make_customer, make_order, tell
from tests.merging import merge

pytestmark = pytest.mark.django_db

WRITTEN = ["+36 30 123 4567", "06 30 123-4567", "0036 (30) 1234567", "36301234567", "+36 (0)30 123 4567", "30 123 4567"]


@pytest.fixture(autouse=True)
def staff(client: Client) -> None:
    client.force_login(User.objects.create_superuser("admin"))


def found(text: str) -> set[str]:
    return set(Customer.objects.filter(id__in=search(text, Filters()).ids).values_list("public_id", flat=True))


def listed(client: Client, text: str) -> str:
    return client.get("/customers/", {"q": text}, headers={"HX-Request": "true"}).content.decode()


@pytest.mark.parametrize("stored", WRITTEN)
@pytest.mark.parametrize("typed", WRITTEN)
def test_a_phone_number_is_found_however_either_is_written(typed: str, stored: str) -> None:
    make_customer("C-1", mobile_phone=stored, country="HU")
    make_customer("C-2", mobile_phone="+36 30 123 4568", country="HU")

    assert found(typed) == {"C-1"}


def test_a_number_without_its_country_is_of_a_country_of_the_customers() -> None:
    make_customer("C-1", mobile_phone="+36301234567")

    assert found("06 30 123 4567") == set()
    make_customer("C-2", country="HU")
    assert found("06 30 123 4567") == {"C-1"}


@pytest.mark.parametrize("text", ["C-1", "12345", "2026-01-31 12:00", "1" * 30, "+", "Anna 36301234567"])
def test_what_is_no_number_is_looked_up_as_none(text: str) -> None:
    assert spellings(text, ["HU"]) in ([], ["202601311200"])


def test_the_same_number_in_two_spellings_may_be_the_same_person() -> None:
    ann = make_customer("C-1", mobile_phone="06 30 123 4567", country="HU")
    other = make_customer("C-2", mobile_phone="+36301234567")

    assert duplicates_of(ann).customers == [other]


def test_the_middle_of_an_id_is_found_in_capitals_or_not() -> None:
    Field.objects.create(slug="card", name="Card", external_id=True)
    stays = make_customer("shop-4711-Web", card="9988-7766")
    merge(make_customer("old-0815-x"), stays)
    make_customer("shop-4712-web")

    for text in ("4711", "4711-WEB", "88-77", "0815", "OLD-08"):
        assert found(text) == {"shop-4711-Web"}, text
    assert found("7%1") == found("47_1") == found("\\") == set()


def test_the_list_finds_the_customer_of_a_transaction_id(client: Client) -> None:
    make_order(make_customer("C-1", first_name="Ann"), "INV-2026-17")
    make_order(make_customer("C-2", first_name="Bob"), "INV-2026-18")

    page = listed(client, "inv-2026-17")

    assert "Ann" in page
    assert "Bob" not in page


def test_the_palette_finds_orders_and_shows_ids(client: Client) -> None:
    ann = make_customer("C-1", first_name="Ann", email="ann@example.com")
    order = make_order(ann, "INV-2026-17")

    orders = client.post("/search/", {"q": "2026-1"}, headers={"HX-Request": "true"}).content.decode()
    people = client.post("/search/", {"q": "ann@"}, headers={"HX-Request": "true"}).content.decode()

    assert f"/customers/{ann.id}/transactions/{order.id}/" in orders
    assert "INV-2026-17" in orders
    assert "C-1" in people


@pytest.mark.parametrize("typed", ["INV-2026-17", "inv-2026", "26-1", " 2026 ".strip(), "V-2"])
def test_transactions_are_found_by_a_part_in_any_case(client: Client, typed: str) -> None:
    ann = make_customer("C-1")
    make_order(ann, "INV-2026-17")
    make_order(ann, "REF-1999-99")

    page = client.get("/transactions/", {"transaction_id": typed}).content.decode()

    assert "INV-2026-17" in page
    assert "REF-1999-99" not in page


def test_a_row_of_the_list_shows_the_id(client: Client) -> None:
    make_customer("C-1", first_name="Ann", email="ann@example.com")

    assert '<span class="sub">C-1</span>' in listed(client, "ann")


# Addresses


def test_the_address_of_a_merged_profile_leads_to_the_survivor(client: Client) -> None:
    old, stays = make_customer("old"), make_customer("C-1", first_name="Ann")
    merge(old, stays)

    for page in ("", "notes/", "transactions/", "points/"):
        answer = client.get(f"/customers/{old.id}/{page}")
        assert (answer.status_code, answer["Location"]) == (302, f"/customers/{stays.id}/{page}"), page
    assert "old was merged into this profile." in client.get(f"/customers/{stays.id}/").content.decode()
    assert client.post(f"/customers/{old.id}/notes/add/", {"text": "x"}).status_code == 404


def test_the_brands_ids_lead_to_the_profile(client: Client) -> None:
    Field.objects.create(slug="card", name="Card", external_id=True)
    ann = make_customer("store/7/1042", card="4711")
    old = make_customer("999999999")
    merge(old, ann)

    for name in ("store/7/1042", "store%2F7%2F1042", "card:4711", "id:999999999", "id:store/7/1042"):
        answer = client.get(f"/customers/{name}/")
        assert (answer.status_code, answer["Location"]) == (302, f"/customers/{ann.id}/"), name
    assert "999999999 was merged into this profile." in client.get(f"/customers/{ann.id}/").content.decode()
    assert client.get("/customers/nobody/").status_code == 404


def test_who_is_erased_has_no_address(client: Client) -> None:
    old, stays = make_customer("old"), make_customer("C-1")
    merge(old, stays)
    tell(Incoming("C-1", "opt_out", {}))

    for name in (old.id, stays.id, "old", "C-1"):
        assert client.get(f"/customers/{name}/").status_code == 404


def test_dates_that_look_the_same_are_no_difference_and_twins_are_named_by_id(client: Client) -> None:
    one = make_customer("C-1", first_name="Ann", last_name="Kis")
    two = make_customer("C-2", first_name="Ann", last_name="Kis")
    Customer.objects.filter(id=two.id).update(last_login_at="2026-11-20T08:00Z")
    Customer.objects.filter(id=one.id).update(last_login_at="2026-11-20T18:00Z")

    page = client.get(f"/customers/{one.id}/merge/{two.id}/").content.decode()

    row = next(part for part in page.split("<tr") if "Last login" in part)
    assert "differs" not in row
    assert "The profile Ann Kis · C-2 goes away: its ID names Ann Kis · C-1 from now on" in page
