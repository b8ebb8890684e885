"""`/v1/customers` and `/v1/customers/{id}`: whom they list, in which order, and how each is told."""

import datetime as dt
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from customers.fields.models import Field
from customers.models import Customer
from loyalty.accounts.models import Account
from loyalty.api.lists import timeout
from loyalty.engine.events import Actor
from loyalty.engine.record import record
from tests.api_keys import development_key
from tests.engine.world import accepted, configure, event, rows
from tests.events.api.reading import KEY, all_pages, get, refused
from tests.merging import merge

pytestmark = pytest.mark.django_db
AT = dt.datetime(2026, 3, 1, 23, 30, tzinfo=dt.UTC)
DAY = dt.timedelta(days=1)


@pytest.fixture(autouse=True)
def key() -> None:
    development_key(KEY, "Reader")


def member(id: str, at: dt.datetime = AT, **data: Any) -> Customer:
    accepted(event(id, "opt_in", **data), at=at)
    return Customer.objects.get(public_id=id)


def listed(client: Client, query: str = "") -> list[str]:
    return [one["_id"] for one in get(client, "customers", query)["payload"]["customers"]]


def test_a_customer_is_told_with_all_that_is_known(client: Client, settings: Any) -> None:
    settings.TIME_ZONE = "Europe/Budapest"
    Field.objects.create(slug="loyalty_barcode", name="Barcode", external_id=True)
    profile: dict[str, Any] = {
        "first_name": "Ann", "last_name": "Kis", "handler": "annie", "email": "ann@example.com", "gender": "female",
        "language": "hu", "country": "HU", "currency": "HUF", "mobile_phone": "+3630", "birth_date": "1990-05-06",
        "image_url": "https://example.com/a.png", "src": "shop", "referrer": "bob", "loyalty_barcode": "1234",
        "membership_id": "M-7", "shoe_size": 42,
    }  # fmt: skip
    member("bob")
    member("ann", **profile)
    accepted(
        event("ann", "checkout", transaction_id="t", total="12.50", items=[{"subtotal": "12.50", "quantity": 2}]),
        event("ann", "point_spend", points=3),
        event("ann", "login"),
        at=AT + DAY,
    )

    assert get(client, "customers/ann") == {
        "status": "success",
        "metadata": {},
        "payload": {
            "_id": "ann",
            "external_ids": {"loyalty_barcode": "1234"},
            "email": "ann@example.com",
            "first_name": "Ann",
            "last_name": "Kis",
            "handler": "annie",
            "gender": "female",
            "language": "hu",
            "image_url": "https://example.com/a.png",
            "currency": "HUF",
            "mobile_phone": "+3630",
            "country": "HU",
            "referrer": "bob",
            "membership_id": ["M-7"],
            "src": "shop",
            "birth_date": "1990-05-06",
            "status": "active",
            "properties": {"loyalty_barcode": "1234", "membership_id": "M-7", "shoe_size": 42},
            "score": 13,
            "spent": 3,
            "reserved": 0,
            "expired": 0,
            "pending": 0,
            "point_balance": 10,
            "purchase_total": 12.5,
            "purchase_count": 1,
            "purchase_item_count": 2,
            # Instants are in UTC, days are the programme's.
            "purchase_first_date": "2026-03-03",
            "purchase_last_date": "2026-03-03",
            "last_earn_date": "2026-03-03",
            "last_spend_date": "2026-03-03",
            "created_at": "2026-03-01T23:30:00+00:00",
            "updated_at": "2026-03-01T23:30:00+00:00",
            "last_login_at": "2026-03-02T23:30:00+00:00",
            "optin_at": "2026-03-01T23:30:00+00:00",
        },
    }


def test_what_is_not_known_is_left_out(client: Client) -> None:
    accepted(event("ann", "subscribe"), at=AT)

    assert get(client, "customers/ann")["payload"] == {
        "_id": "ann",
        "status": "inactive",
        "properties": {},
        "score": 0,
        "spent": 0,
        "reserved": 0,
        "expired": 0,
        "pending": 0,
        "point_balance": 0,
        "purchase_total": 0,
        "purchase_count": 0,
        "purchase_item_count": 0,
        "created_at": "2026-03-01T23:30:00+00:00",
        "updated_at": "2026-03-01T23:30:00+00:00",
    }


def test_accounts_are_told_by_their_ids_while_the_module_is_on(client: Client) -> None:
    member("ann")
    Account.objects.create(slug="status", name="Status", type="status_points", negative_points=True)
    assert "accounts" not in get(client, "customers/ann")["payload"]

    configure(multi_accounts=True)
    accepted(event("ann", "point_add", account="status", points=5), event("ann", "point_add", points=7))

    accounts = get(client, "customers/ann")["payload"]["accounts"]
    assert accounts["status"] == {
        "name": "Status",
        "type": "status_points",
        "earned": 5,
        "reserved": 0,
        "spent": 0,
        "pending": 0,
        "default": False,
        "point_balance": 5,
        "expired": 0,
        "negative_points": True,
    }
    assert {name: one["earned"] for name, one in accounts.items()} == {"status": 5, "main": 7}
    assert get(client, "customers/ann")["payload"]["score"] == 7


def test_whom_an_import_made_names_it(client: Client) -> None:
    record([event("ann", "opt_in")], by=Actor("import", detail="import:7"), at=AT)
    record([event("ann", "point_add", points=1)], by=Actor("import", detail="import:8"), at=AT)
    member("bob")
    record([event("bob", "point_add", points=1)], by=Actor("import", detail="import:9"), at=AT)

    assert get(client, "customers/ann")["payload"]["src"] == "import:7"
    assert "src" not in get(client, "customers/bob")["payload"]


def test_who_referred_somebody_is_told_by_the_id_of_today_and_while_there(client: Client) -> None:
    bob, eve = member("bob"), member("eve")
    for name, referrer in (("ann", "bob"), ("zoe", "nobody")):
        member(name, referrer=referrer)
    merge(bob, eve, AT)
    assert get(client, "customers/ann")["payload"]["referrer"] == "eve"
    assert "referrer" not in get(client, "customers/zoe")["payload"]

    accepted(event("eve", "opt_out"), at=AT)

    assert "referrer" not in get(client, "customers/ann")["payload"]


def test_external_ids_name_nobody_here(client: Client) -> None:
    Field.objects.create(slug="loyalty_barcode", name="Barcode", external_id=True)
    member("ann", loyalty_barcode="1234")

    answer = get(client, "customers/loyalty_barcode:1234", status=404)

    assert answer == {"error": {"message": "Customer not found", "code": 160212, "resendable": False}}


def test_the_id_of_a_merged_away_profile_answers_the_survivor_and_the_list_tells_of_the_merge(client: Client) -> None:
    ann, bob = member("ann"), member("bob", first_name="Bob", email="bob@example.com")
    merge(bob, ann, AT + DAY)

    assert get(client, "customers/bob")["payload"]["_id"] == "ann"
    told = get(client, "customers")["payload"]["customers"]
    assert told[1] == {
        "_id": "bob",
        "status": "merged",
        "created_at": "2026-03-01T23:30:00+00:00",
        "updated_at": "2026-03-02T23:30:00+00:00",
    }
    assert listed(client, "filter[status][eq]=merged") == ["bob"]


@pytest.mark.parametrize("path", ["customers/ann", "customers/bob", "customers/nobody"])
def test_who_left_is_unknown_with_all_who_were_merged_into_them(client: Client, path: str) -> None:
    ann, bob = member("ann"), member("bob")
    merge(bob, ann, AT)
    accepted(event("ann", "opt_out"), at=AT)

    assert get(client, path, status=404)["error"]["code"] == 160212
    assert listed(client) == []
    assert listed(client, "filter[status][eq]=merged") == []


def test_they_are_listed_in_the_order_of_their_creation(client: Client) -> None:
    for number, name in enumerate(("eve", "ann", "bob")):
        member(name, AT - number * DAY)

    assert listed(client) == ["bob", "ann", "eve"]
    assert listed(client, "sort[0][field]=created_at&sort[0][direction]=desc") == ["eve", "ann", "bob"]


def test_they_are_sorted_by_status_and_then_by_the_next_field(client: Client) -> None:
    for number, name in enumerate(("eve", "ann", "bob", "zoe")):
        member(name, AT + number * DAY)
    accepted(event("ann", "suspend"), event("eve", "suspend"))
    by_status = "sort[0][field]=status&sort[0][direction]=desc"

    assert listed(client, by_status) == ["ann", "eve", "zoe", "bob"]
    assert listed(client, f"{by_status}&sort[1][field]=created_at&sort[1][direction]=asc") == [
        "eve", "ann", "bob", "zoe"
    ]  # fmt: skip
    # By the numbers of the instructions, wherever they stand.
    swapped = "sort[1][field]=created_at&sort[1][direction]=asc&sort[0][direction]=asc&sort[0][field]=status"
    assert listed(client, swapped) == ["bob", "zoe", "eve", "ann"]


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("filter[created_at][eq]=2026-03-02T23:30:00Z", ["bob"]),
        ("filter[created_at][eq]=2026-03-02T23:30:00", ["bob"]),
        ("filter[created_at][eq]=2026-03-03T00:30:00%2B01:00", ["bob"]),
        ("filter[created_at][eq]=2026-03-03T00:30:00 01:00", ["bob"]),
        ("filter[created_at][gt]=2026-03-02T23:30:00Z", ["eve"]),
        ("filter[created_at][gte]=2026-03-02T23:30:00Z", ["bob", "eve"]),
        ("filter[created_at][lt]=2026-03-02T23:30:00Z", ["ann"]),
        ("filter[created_at][lte]=2026-03-02T23:30:00Z", ["ann", "bob"]),
        ("filter[created_at][gte]=2026-03-02&filter[created_at][lt]=2026-03-03", ["bob"]),
        ("filter[created_at][eq]=2026-03-02", []),
        ("filter[status][eq]=suspended", ["eve"]),
        ("filter[status][eq]=active&filter[created_at][gt]=2026-03-02", ["bob"]),
        ("filter[status][eq]=pending", []),
        ("filter[status][eq]=banned", []),
    ],
)
def test_they_are_filtered_by_what_looks_so_on_the_wire(client: Client, query: str, found: list[str]) -> None:
    """The stored instants have microseconds, the told ones have not."""
    for number, name in enumerate(("ann", "bob", "eve")):
        member(name, AT + number * DAY + dt.timedelta(microseconds=700_000))
    accepted(event("eve", "suspend"), at=AT)

    assert listed(client, query) == found


@pytest.mark.parametrize(
    ("query", "named"),
    [
        ("filter[email][eq]=a", "filter[email][eq]"),
        ("filter[status][gt]=active", "filter[status][gt]"),
        ("filter[status][eq]=opted_out", "filter[status][eq]"),
        ("filter[created_at][like]=2026", "filter[created_at][like]"),
        ("filter[created_at][eq]=2026-02-31", "filter[created_at][eq]"),
        ("filter[created_at][eq]=0000-01-01", "filter[created_at][eq]"),
        ("filter[created_at][lte]=9999-12-31T23:59:59", "filter[created_at][lte]"),
        ("filter[created_at][gt]=0001-01-01T00:00:00%2B02:00", "filter[created_at][gt]"),
        ("filter[created_at][eq]=1772407800", "filter[created_at][eq]"),
        ("filter[created_at]=2026-01-01", "filter[created_at]"),
        ("filter[created_at][eq]=2026-01-01&filter[created_at][eq]=2026-01-02", "filter[created_at][eq]"),
        ("sort=created_at", "sort"),
        ("sort[0][field]=created_at", "sort[0][direction]"),
        ("sort[0][direction]=asc", "sort[0][field]"),
        ("sort[0][field]=email&sort[0][direction]=asc", "sort[0][field]"),
        ("sort[0][field]=status&sort[0][direction]=up", "sort[0][direction]"),
        (
            "sort[0][field]=status&sort[0][direction]=asc&sort[1][field]=status&sort[1][direction]=asc",
            "sort[0][field]",
        ),
        (
            "sort[0][field]=status&sort[0][direction]=asc&sort[00][field]=created_at&sort[00][direction]=asc",
            "sort[00][field]",
        ),
        ("limit=0", "limit"),
        ("limit=1001", "limit"),
        ("limit=many", "limit"),
        ("offset=-1", "offset"),
        ("offset=1000001", "offset"),
        ("offset=1&offset=2", "offset"),
        ("page=2", "page"),
    ],
)
def test_what_cannot_be_asked_for_is_refused_by_its_name_and_never_ignored(
    client: Client, query: str, named: str
) -> None:
    assert named in refused(client, "customers", query)


def test_pages_have_no_gaps_and_are_linked_without_the_key(client: Client) -> None:
    for number in range(7):
        member(f"c{number}", AT)
    found = all_pages(client, "customers", "filter[status][eq]=active&limit=3", "customers")

    assert [one["_id"] for one in found] == [f"c{number}" for number in range(7)]
    first = get(client, "customers", "limit=3")["metadata"]["pagination"]
    assert first == {"next": "/v1/customers?limit=3&offset=3", "previous": None}
    last = get(client, "customers", "limit=3&offset=6")["metadata"]["pagination"]
    assert last == {"next": None, "previous": "/v1/customers?limit=3&offset=3"}


def test_twenty_are_listed_unless_more_are_asked_for(client: Client) -> None:
    accepted(*(event(f"c{number}", "opt_in") for number in range(21)))

    assert len(listed(client)) == 20
    assert len(listed(client, "limit=1000")) == 21


def test_a_page_of_one_and_of_three_take_the_same_queries(client: Client) -> None:
    configure(multi_accounts=True)
    numbers = []
    for name in ("ann", "bob", "eve"):
        member(name)
        accepted(event(name, "checkout", transaction_id=name, total=10), at=AT)
        with CaptureQueriesContext(connection) as captured:
            listed(client)
        numbers.append(len(captured))

    assert numbers[0] == numbers[2]


def test_a_list_that_takes_too_long_is_refused_with_the_cure(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    """A thousandth of a second is too short for so many."""
    rows(
        "INSERT INTO customers_customer (public_id, status, properties, created_at, updated_at, purchase_total,"
        " purchase_count, purchase_item_count) SELECT n, 'active', '{}', now(), now(), 0, 0, 0"
        " FROM generate_series(1, 20000) n"
    )
    query = "sort[0][field]=status&sort[0][direction]=asc&sort[1][field]=created_at&sort[1][direction]=desc"
    assert len(listed(client, query)) == 20
    monkeypatch.setattr(timeout, "SECONDS", 0.001)

    assert "narrow it by a filter" in refused(client, "customers", query)


def test_who_brings_no_key_is_told_so_with_the_code_of_this_api(client: Client) -> None:
    answer = client.get("/v1/customers")

    assert answer.status_code == 401
    assert answer.json() == {"error": {"message": "No api_key provided", "code": 2132, "resendable": False}}


def test_other_methods_are_refused_in_the_form_of_this_api(client: Client) -> None:
    answer = client.post(f"/v1/customers?api_key={KEY}", "{}", content_type="application/json")

    assert answer.status_code == 405
    assert answer.json() == {"error": {"message": 'Method "POST" not allowed.', "code": 0, "resendable": False}}
