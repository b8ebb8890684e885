"""`GET /customers`: whom it finds, by what, and how it answers."""

import datetime as dt
import time
from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from customers.api.filters import ordered, read_filters
from customers.fields.models import Field
from customers.models import Customer, Identity
from loyalty.api.lists import timeout
from tests.api_keys import development_key
from tests.engine.world import accepted, configure, event, rows

pytestmark = pytest.mark.django_db
KEY = "till-key"
NOBODY: dict[str, Any] = {"data": [], "next": None, "previous": None}
AT = dt.datetime(2026, 3, 1, 12, tzinfo=dt.UTC)


@pytest.fixture(autouse=True)
def key() -> None:
    development_key(KEY, "Till")


def member(id: str, at: dt.datetime = AT, **data: Any) -> None:
    accepted(event(id, "opt_in", **data), at=at)


def ask(client: Client, query: str) -> Any:
    answer = client.get(f"/customers?api_key={KEY}&{query}")
    assert answer.status_code == 200, answer.content
    return answer.json()


def found(client: Client, query: str) -> list[str]:
    body = ask(client, query)
    return [one["id"] for one in body["data"]] if "data" in body else [body["id"]]


def refused(client: Client, query: str) -> tuple[int, str, int]:
    answer = client.get(f"/customers?api_key={KEY}&{query}")
    error = answer.json()["error"]
    return answer.status_code, error["type"], error["code"]


def test_one_match_is_an_object_of_its_id(client: Client) -> None:
    member("ann", first_name="Ann")
    member("bob", first_name="Bob")

    assert ask(client, "first_name=Ann") == {"id": "ann"}


def test_several_matches_are_a_list(client: Client) -> None:
    member("ann", last_name="Kis")
    member("bob", last_name="Kis")

    assert ask(client, "last_name=Kis") == {"data": [{"id": "ann"}, {"id": "bob"}], "next": None, "previous": None}


def test_nobody_is_an_empty_list(client: Client) -> None:
    assert ask(client, "last_name=Kis") == NOBODY


def test_pages_are_linked_without_the_key(client: Client) -> None:
    for number in range(3):
        member(f"c{number}", last_name="Kis")

    assert ask(client, "last_name=Kis&limit=1&offset=1") == {
        "data": [{"id": "c1"}],
        "next": "/customers?last_name=Kis&limit=1&offset=2",
        "previous": "/customers?last_name=Kis&limit=1&offset=0",
    }


@pytest.mark.parametrize(
    ("query", "code"), [("limit=0", 300123), ("limit=101", 300123), ("offset=-1", 300121), ("limit=many", 300122)]
)
def test_limit_and_offset_have_their_bounds(client: Client, query: str, code: int) -> None:
    assert refused(client, f"last_name=Kis&{query}") == (400, "BadRequestException", code)


@pytest.mark.parametrize(
    "query", ["", "limit=5", "fields=groups", "first_name=", "search=", "search=first_name=", "match=exact"]
)
def test_no_or_empty_criteria_are_refused(client: Client, query: str) -> None:
    assert refused(client, query) == (400, "BadRequestException", 160211)


@pytest.mark.parametrize(
    "query",
    [
        "shoe_size=42", "score=10", "first_name.gt=A", "first_name.like=A", "membership_id.inexact=1",
        "membership_id.exact=1", "updated_at.in=1,2", "email.=a@b.c",
        "search=John", "search=nickname=Jo", "match=fuzzy&email=a@b.c", "match=exact&first_name=Ann", "properties=1",
        "first_name=Ann&unknown=1",
    ],
)  # fmt: skip
def test_what_cannot_be_asked_for_is_refused_and_never_ignored(client: Client, query: str) -> None:
    member("ann", first_name="Ann")

    assert refused(client, query) == (400, "BadRequestException", 300122)


PROFILE: dict[str, Any] = {
    "first_name": "Ann", "last_name": "Kis", "nickname": "annie", "handler": "@ann", "email": "Ann@Example.com",
    "mobile_phone": "+36301234567", "birth_date": "1990-05-06", "gender": "female", "language": "hu", "country": "HU",
    "currency": "HUF", "image_url": "https://example.com/a.png", "src": "shop", "referrer": "bob",
}  # fmt: skip


@pytest.mark.parametrize("name", PROFILE)
def test_each_built_in_field_is_found_by_its_exact_value(client: Client, name: str) -> None:
    member("ann", **PROFILE)
    member("eve")
    value = PROFILE[name].replace("+", "%2B")

    assert found(client, f"{name}={value}") == ["ann"]
    assert found(client, f"{name}={value[:-1]}") == []


def test_filters_are_case_sensitive(client: Client) -> None:
    member("ann", email="Ann@Example.com", first_name="Ann", last_name="ÉVA")

    assert found(client, "email=ann@example.com") == []
    assert found(client, "first_name=ANN") == []
    assert found(client, "last_name=éva") == []
    assert found(client, "last_name=ÉVA") == ["ann"]


def test_filters_narrow_each_other(client: Client) -> None:
    member("ann", first_name="Ann", last_name="Kis")
    member("eve", first_name="Ann", last_name="Nagy")

    assert found(client, "first_name=Ann&last_name=Nagy") == ["eve"]
    assert found(client, "first_name=Ann&last_name=Nagy&search=email=x@example.com") == []
    assert found(client, "first_name=Ann&search=first_name=Bob") == []


def test_in_takes_several_values(client: Client) -> None:
    for name in ("Ann", "Bob", "Eve"):
        member(name.lower(), first_name=name)

    assert found(client, "first_name.in=Ann,Eve,Zed") == ["ann", "eve"]
    assert found(client, "id.in=bob,eve,zed") == ["bob", "eve"]


def test_times_are_compared_as_days_unix_times_and_iso_times(client: Client, settings: Any) -> None:
    settings.TIME_ZONE = "Europe/Budapest"
    member("old", at=dt.datetime(2021, 12, 31, 22, 59, tzinfo=dt.UTC))
    member("new", at=dt.datetime(2021, 12, 31, 23, 1, tzinfo=dt.UTC))

    assert found(client, "updated_at.gt=2022-01-01") == ["new"]
    assert found(client, "updated_at.lt=2022-01-01") == ["old"]
    assert found(client, "updated_at.gte=1640991660") == ["new"]
    assert found(client, "updated_at.gt=1640991660") == []
    assert found(client, "updated_at=1640991660") == ["new"]
    assert found(client, "updated_at.lte=2022-01-01T00:01:00") == ["old", "new"]
    assert found(client, "optin_at.gte=2021-12-31T23:00:00Z") == ["new"]
    assert found(client, "created_at.gte=2022-01-01T00:00:00+01:00") == ["new"]
    assert found(client, "updated_at.gt=2021-12-30&updated_at.lt=2022-01-01") == ["old"]


def test_what_was_updated_comes_in_the_order_of_its_update(client: Client) -> None:
    member("first")
    member("second")
    accepted(event("first", "profile", first_name="A"), at=AT + dt.timedelta(days=1))

    assert found(client, "updated_at.gt=2022-01-01") == ["second", "first"]


def test_birthdays_are_days(client: Client) -> None:
    member("ann", birth_date="1990-05-06")
    member("bob", birth_date="2000-01-01")

    assert found(client, "birth_date.lt=2000-01-01") == ["ann"]
    assert found(client, "birth_date=2000-01-01") == ["bob"]


@pytest.mark.parametrize(
    "query",
    [
        "birth_date=yesterday", "updated_at.gt=soon", "updated_at.gt=2022-13-45", "updated_at.gt=99999999999999999999",
        "status=unheard_of", "first_name=%00", "updated_at.lt=2022-02-30T00:00:00", "first_name=Ann&birth_date=1",
    ],
)  # fmt: skip
def test_an_invalid_value_finds_nobody(client: Client, query: str) -> None:
    member("ann", first_name="Ann")

    assert ask(client, query) == NOBODY


@pytest.mark.parametrize("name", ["first_name", "last_name", "email", "mobile_phone"])
def test_search_names_its_field(client: Client, name: str) -> None:
    member("ann", **PROFILE)
    member("eve")

    assert found(client, f"search={name}%3D{PROFILE[name].replace('+', '%2B')}") == ["ann"]


def test_match_exact_takes_id_email_and_membership_id(client: Client) -> None:
    Field.objects.create(slug="membership_id", name="Membership ID")
    member("ann", email="ann@example.com", membership_id="33492206")
    member("eve")

    assert found(client, "match=exact&_id=ann") == ["ann"]
    assert found(client, "match=exact&email=ann@example.com") == ["ann"]
    assert found(client, "match=exact&membership_id=33492206") == ["ann"]
    assert found(client, "search=membership_id%3D33492206") == ["ann"]


def test_a_membership_id_that_the_programme_does_not_define_finds_nobody(client: Client) -> None:
    member("ann", membership_id="33492206")

    assert ask(client, "match=exact&membership_id=33492206") == NOBODY


def test_what_is_neither_true_nor_false_is_refused_of_a_boolean_field(client: Client) -> None:
    Field.objects.create(slug="vegan", name="Vegan", type="boolean", searchable=True)
    member("ann", vegan=True)

    assert refused(client, "vegan=maybe") == (400, "BadRequestException", 300122)


@pytest.mark.parametrize(
    ("type", "value", "asked", "other"),
    [
        ("string", "blue", "blue", "Blue"),
        ("numeric", 42, "42", "43"),
        ("numeric", 42, "42.0", "big"),
        ("boolean", True, "true", "false"),
        ("boolean", False, "0", "1"),
        ("date", "2020-02-29", "2020-02-29", "2020-02-28"),
        ("list", ["a", "b"], "b", "c"),
    ],
)
def test_a_searchable_custom_field_is_found_by_its_value(
    client: Client, type: str, value: Any, asked: str, other: str
) -> None:
    Field.objects.create(slug="favourite", name="Favourite", type=type, searchable=True)
    member("ann", favourite=value)
    member("eve")

    assert found(client, f"favourite={asked}") == ["ann"]
    assert found(client, f"favourite={other}") == []
    assert found(client, f"favourite.in={other},{asked}") == ["ann"]


@pytest.mark.parametrize("flags", [{"searchable": False}, {"searchable": True, "active": False}])
def test_a_custom_field_that_is_not_searchable_cannot_be_asked_for(client: Client, flags: dict[str, bool]) -> None:
    Field.objects.create(slug="favourite", name="Favourite", **flags)

    assert refused(client, "favourite=blue") == (400, "BadRequestException", 300122)


def test_an_external_id_and_a_merged_away_id_name_their_customer(client: Client) -> None:
    Field.objects.create(slug="barcode", name="Barcode", external_id=True)
    member("ann")
    [(ann,)] = rows("SELECT id FROM customers_customer WHERE public_id = 'ann'")
    for scheme, value in (("barcode", "1234"), ("id", "old-ann")):
        Identity(scheme=scheme, value=value, customer_id=ann).save(force_insert=True)

    assert found(client, "barcode=1234") == ["ann"]
    assert found(client, "id=old-ann") == ["ann"]
    assert found(client, "id.in=ann,old-ann") == ["ann"]


@pytest.mark.parametrize("status", ["opted_out", "banned", "merged"])
def test_who_is_gone_is_never_found(client: Client, status: str) -> None:
    configure(show_inactive=True)
    member("ann", first_name="Ann")
    rows("UPDATE customers_customer SET status = %s", [status])

    assert ask(client, "first_name=Ann") == NOBODY
    assert ask(client, "_id=ann") == NOBODY
    assert ask(client, f"status={status}") == NOBODY


def test_the_suspended_are_found(client: Client) -> None:
    member("ann", first_name="Ann")
    rows("UPDATE customers_customer SET status = 'suspended'")

    assert ask(client, "status=suspended") == {"id": "ann"}


def test_the_inactive_are_found_by_setting_only(client: Client) -> None:
    accepted(event("ann", "subscribe", first_name="Ann"))
    assert ask(client, "first_name=Ann") == NOBODY

    configure(show_inactive=True)

    assert ask(client, "first_name=Ann") == {"id": "ann"}


def test_fields_add_what_they_name_of_the_object(client: Client) -> None:
    member("ann", first_name="Ann")
    accepted(event("ann", "checkout", transaction_id="t", total=10), at=AT)

    assert ask(client, "first_name=Ann&fields=first_name,purchases,score,groups,shoe") == {
        "id": "ann",
        "first_name": "Ann",
        "score": 10,
        "groups": [],
        "purchases": {"overall": {"total": 10, "count": 1, "items": 0}},
    }
    expiring = ask(client, "first_name=Ann&fields=expiring_points.history")
    assert list(expiring) == ["id", "expiring_points"]
    assert expiring["expiring_points"]["history"] == []


@pytest.mark.parametrize("fields", ["", "first_name,accounts,purchases.mtd,purchases.ytd,expiring_points.history"])
def test_a_page_of_one_and_of_three_take_the_same_queries(client: Client, fields: str) -> None:
    configure(multi_accounts=True)
    numbers = []
    for name in ("ann", "bob", "eve"):
        member(name, last_name="Kis")
        accepted(event(name, "checkout", transaction_id=name, total=10), at=AT)
        if name != "bob":
            with CaptureQueriesContext(connection) as captured:
                ask(client, f"last_name=Kis&fields={fields}")
            numbers.append(len(captured))

    assert numbers[0] == numbers[1]


def test_a_search_that_takes_too_long_is_refused_with_the_cure(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    """A thousandth of a second is too short for so many."""
    rows(
        "INSERT INTO customers_customer (public_id, status, properties, created_at, updated_at, purchase_total,"
        " purchase_count, purchase_item_count) SELECT n, 'active', '{}', now(), now(), 0, 0, 0"
        " FROM generate_series(1, 20000) n"
    )
    assert ask(client, "nickname=Nobody") == NOBODY
    monkeypatch.setattr(timeout, "SECONDS", 0.001)

    assert refused(client, "nickname=Nobody") == (400, "BadRequestException", 300122)


def test_the_count_of_many_is_an_estimate_and_says_so(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("customers.directory.search.COUNTED", 2)
    for name in ("ann", "bob"):
        member(name)
    assert client.get(f"/customers/-/count?api_key={KEY}").json() == {"active": 2}
    member("cyd")

    found = client.get(f"/customers/-/count?api_key={KEY}").json()

    assert found["estimated"] is True
    assert found["active"] >= 3


def test_the_count_is_of_the_active(client: Client) -> None:
    member("ann")
    member("bob")
    accepted(event("eve", "subscribe"))

    answer = client.get(f"/customers/-/count?api_key={KEY}")

    assert (answer.status_code, answer.json()) == (200, {"active": 2})


def two_readings() -> tuple[dict[str, str], dict[str, str]]:
    ann, bob = ({"email": f"{name}@example.com", "updated_at.gt": "2026-01-01"} for name in ("ann", "bob"))
    return ann, bob


def test_the_filters_of_the_same_parameters_are_made_once() -> None:
    """Making the class of a filter set takes longer than its query."""
    one, other = two_readings()
    assert type(read_filters(one)) is type(read_filters(other))


@pytest.mark.prove
def test_reading_filters_takes_at_most_five_times_a_query_by_hand() -> None:
    one, _ = two_readings()

    def spent(ask: Callable[[], object]) -> float:
        started = time.process_time()
        for _ in range(200):
            ask()
        return (time.process_time() - started) / 200

    plain = spent(
        lambda: Customer.objects.filter(email="a@example.com", updated_at__gt=AT).order_by("updated_at", "id")
    )
    ours = spent(lambda: ordered(read_filters(one)))
    print(f"{1000 * ours:.2f} ms before the query, {1000 * plain:.2f} ms by hand")
    assert ours < 5 * plain
