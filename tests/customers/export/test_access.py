"""What is held about a person is handed out whole: by the API and by staff, as JSON and as CSV."""

import io
import json
import logging
from collections.abc import Iterable
from typing import Any
from zipfile import ZipFile

import pytest
from django.test import Client

from customers.export import queries as access
from customers.export.queries import NotExported, Table, tables
from customers.models import Customer, Merge, Note, Secret
from customers.operations import change_profile
from loyalty.api.keys.models import ApiKey
from loyalty.contributions import contributed
from loyalty.database.tables import our_models
from loyalty.http.origin import Origin
from loyalty.staff.enums import Role
from loyalty.staff.models import User
from loyalty.staff.sender import Sender
from tests.api_keys import development_key
from tests.engine.world import NOW, accepted, event, rows

pytestmark = pytest.mark.django_db
KEY = "till-key"


@pytest.fixture(autouse=True)
def key() -> None:
    development_key(KEY, "Till")


@pytest.fixture
def staff() -> User:
    return User.objects.create_user("dana", role=Role.MANAGER)


# Completeness


def forgotten(found: Iterable[Table]) -> set[str]:
    """Tables of the database that name customers, and models with personal fields, which are in no access."""
    named = rows(
        "SELECT table_name FROM information_schema.columns WHERE column_name = 'customer_id' AND table_schema = 'public'"
        " UNION SELECT conrelid::regclass::text FROM pg_constraint"
        " WHERE contype = 'f' AND confrelid = 'customers_customer'::regclass"
    )
    personal = {model._meta.db_table for model in our_models() if getattr(model, "PERSONAL", None)}
    left_out = {one.model._meta.db_table for one in contributed(NotExported)}
    return ({table for (table,) in named} | personal) - left_out - {table.model._meta.db_table for table in found}


def test_no_table_about_customers_is_left_out_of_access() -> None:
    assert forgotten(tables()) == set()


@pytest.mark.parametrize("table", tables(), ids=lambda table: table.name)
def test_a_table_that_is_left_out_is_noticed(table: Table) -> None:
    """The control: without any one of them, the check above names it."""
    assert forgotten([other for other in tables() if other != table]) == {table.model._meta.db_table}


def test_every_reason_is_of_a_table_and_every_name_of_one_table() -> None:
    assert [one.model for one in contributed(NotExported) if not one.reason] == []
    names = [table.name for table in tables()]
    assert len(set(names)) == len(names)


# What is in it


@pytest.fixture
def ann(staff: User) -> Customer:
    """With a bit of everything."""
    accepted(event("ann", "opt_in", email="ann@example.com", shoe="42"))
    items = [{"product_id": "mug", "product_name": "=1+1", "quantity": 2, "subtotal": 10}]
    accepted(event("ann", "checkout", transaction_id="T-1", total=10, items=items))
    accepted(event("ann", "point_spend", points=3))
    found = Customer.objects.get(public_id="ann")
    Note(customer=found, text="=HYPERLINK(1)", staff=staff, written_at=NOW).save(force_insert=True)
    Secret(customer=found, name="facebook_access_token", sealed=b"sealed-bytes").save(force_insert=True)
    return found


def get(client: Client, id: str = "ann", format: str = "json") -> bytes:
    answer = client.get(f"/customers/{id}/data?api_key={KEY}&format={format}")
    assert answer.status_code == 200
    return b"".join(answer.streaming_content)  # type: ignore[attr-defined]


def test_json_has_every_table_by_its_name(client: Client, ann: Customer, staff: User) -> None:
    found = json.loads(get(client))
    assert found["id"] == "ann"
    assert list(found["data"]) == [table.name for table in tables()]
    assert next(iter(found["data"])) == "customer"
    data = found["data"]
    assert data["customer"][0]["email"] == "ann@example.com"
    assert data["customer"][0]["properties"] == {"shoe": "42"}
    assert [(row["scheme"], row["value"]) for row in data["identity"]] == [("id", "ann")]
    assert [row["action"] for row in data["event"]] == ["Opt in", "Checkout", "Checkout item", "Point spend"]
    assert [row["text"] for row in data["note"]] == ["=HYPERLINK(1)"]
    assert data["note"][0]["staff"] == "dana"
    assert [(row["account"], row["earned"], row["spent"]) for row in data["balance"]] == [("Main account", 10, 3)]
    [order] = data["transaction"]
    assert (order["transaction_id"], order["customer"], order["total"]) == ("T-1", "ann", 10)
    assert order["items"][0]["product_id"] == "mug"


def test_a_secret_is_told_as_stored_only(client: Client, ann: Customer) -> None:
    raw = get(client)
    assert [(row["name"], row["sealed"]) for row in json.loads(raw)["data"]["secret"]] == [
        ("facebook_access_token", "stored")
    ]
    assert b"sealed-bytes" not in raw


def test_the_profiles_that_were_merged_into_it_are_included(client: Client, ann: Customer) -> None:
    accepted(event("old", "opt_in", first_name="Old"), event("old", "point_add", points=5, reason="Old reason"))
    old = Customer.objects.get(public_id="old")
    accepted(event("eve", "opt_in", first_name="Eve"), event("eve", "point_add", points=5, reason="Eve's reason"))
    rows("UPDATE customers_customer SET status = 'merged' WHERE id = %s", [old.id])
    Merge.objects.create(
        source=old, survivor=ann, into=ann.id, kind="full", merged_at=NOW, source_event=1, survivor_event=2
    )
    found = json.loads(get(client))["data"]
    assert [row["public_id"] for row in found["customer"]] == ["ann", "old"]
    assert [(row["source"], row["survivor"], row["into"]) for row in found["merge"]] == [("old", "ann", "ann")]
    assert {row["customer"] for row in found["event"]} == {"ann", "old"}
    assert "Old reason" in json.dumps(found)
    assert "Eve" not in json.dumps(found)


def test_a_guest_order_belongs_to_who_claimed_it(client: Client, ann: Customer) -> None:
    for name in ("G-1", "G-2"):
        rows(
            "INSERT INTO events_guestorder (transaction_id, data, occurred_at, recorded_at)"
            " VALUES (%s, '{\"total\": 5}', now(), now())",
            [name],
        )
    accepted(event("ann", "checkout_claim", transaction_id="G-1"))
    found = json.loads(get(client))["data"]["guest_order"]
    assert [(row["transaction_id"], row["claimed_by"]) for row in found] == [("G-1", "ann")]


def test_csv_is_a_zip_with_a_safe_file_for_every_table(client: Client, ann: Customer) -> None:
    archive = ZipFile(io.BytesIO(get(client, format="csv")))
    assert archive.testzip() is None
    assert archive.namelist() == [f"{table.name}.csv" for table in tables()]
    notes = archive.read("note.csv").decode("utf-8-sig").splitlines()
    assert notes[0] == '"customer","id","text","staff","written_at","edited_at"'
    assert '"\'=HYPERLINK(1)"' in notes[1]
    assert archive.read("event.csv").decode("utf-8-sig").count("\r\n") == 5
    assert b"sealed-bytes" not in archive.read("secret.csv")


def test_many_rows_are_read_so_many_at_once(client: Client, ann: Customer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(access, "AT_ONCE", 2)
    accepted(*(event("ann", "point_add", points=1) for _ in range(5)))
    found = json.loads(get(client))["data"]["event"]
    assert len(found) == 9
    assert [row["id"] for row in found] == sorted({row["id"] for row in found})


@pytest.mark.parametrize("status", ["opted_out", "banned", "merged"])
def test_who_is_gone_is_unknown(client: Client, ann: Customer, status: str) -> None:
    rows("UPDATE customers_customer SET status = %s", [status])
    answer = client.get(f"/customers/ann/data?api_key={KEY}")
    assert (answer.status_code, answer.json()["error"]["code"]) == (404, 160212)


def test_an_unknown_format_is_refused(client: Client, ann: Customer) -> None:
    answer = client.get(f"/customers/ann/data?api_key={KEY}&format=xml")
    assert (answer.status_code, answer.json()["error"]["code"]) == (400, 300122)


# In the back office


@pytest.mark.parametrize("format", ["json", "csv"])
def test_staff_download_the_same(client: Client, ann: Customer, staff: User, format: str) -> None:
    client.force_login(staff)
    answer: Any = client.get(f"/customers/{ann.id}/data/{format}/")
    assert answer["Cache-Control"] == "private, no-store"
    suffix = {"json": "json", "csv": "zip"}[format]
    assert answer["Content-Disposition"] == f'attachment; filename="customer-{ann.id}.{suffix}"'
    body = b"".join(answer.streaming_content)
    assert body == get(client) if format == "json" else ZipFile(io.BytesIO(body)).namelist()


def test_the_profile_offers_it_to_those_who_may(client: Client, ann: Customer, staff: User) -> None:
    client.force_login(staff)
    assert f"/customers/{ann.id}/data/json/" in client.get(f"/customers/{ann.id}/").content.decode()
    client.force_login(User.objects.create_user("rea", role=Role.READ_ONLY))
    assert f"/customers/{ann.id}/data/" not in client.get(f"/customers/{ann.id}/").content.decode()


def test_a_download_is_logged_without_personal_data(
    client: Client, ann: Customer, staff: User, caplog: pytest.LogCaptureFixture
) -> None:
    client.force_login(staff)
    with caplog.at_level(logging.INFO):
        client.get(f"/customers/{ann.id}/data/json/")
        get(client)
    [by_staff, by_key] = [line for line in caplog.messages if line.startswith("data of customer")]
    assert by_staff == f"data of customer {ann.id} given to staff {staff.pk}"
    assert by_key == f"data of customer {ann.id} given to API key {ApiKey.objects.get().pk}"


def test_what_staff_did_is_told_without_their_addresses(client: Client, ann: Customer, staff: User) -> None:
    by = Sender(staff, NOW, Origin("203.0.113.9", "Firefox/140"))
    change_profile(customer=ann, changes={"first_name": "Ann"}, by=by)

    [row] = json.loads(get(client))["data"]["audit_entry"]
    assert (row["operation"], row["staff"], row["after"]) == ("customer.change", "dana", {"first_name": "Ann"})
    assert row.keys().isdisjoint({"ip_address", "user_agent"})
