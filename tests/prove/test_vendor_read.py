"""The Read API against the vendor's schemas: what it asks for and answers."""

import datetime as dt

import pytest
from django.test import Client

from customers.fields.models import Field
from customers.models import Customer
from events.models import Event
from loyalty.engine.events import Actor
from loyalty.engine.record import record
from loyalty.staff.enums import Role
from loyalty.staff.models import User
from tests.api_keys import development_key
from tests.engine.world import accepted, configure, event
from tests.events.api.reading import KEY, get
from tests.merging import merge
from tests.prove.vendor import Operation, assert_only, deviations, document, needs_files
from tests.tiers.ladders import set_up, structure

pytestmark = [pytest.mark.prove, pytest.mark.django_db, needs_files]

FILE, PATH = "loyalty-read.yml", "/v1/customers/{customer_id}"
CUSTOMER, CUSTOMERS = Operation(FILE, "GET", PATH), Operation(FILE, "GET", "/v1/customers")
EVENTS, ORDERS = Operation(FILE, "GET", f"{PATH}/events"), Operation(FILE, "GET", f"{PATH}/transactions")
ADDRESSES = {CUSTOMER: "customers/ann", EVENTS: "customers/ann/events", ORDERS: "customers/ann/transactions"}
AT = dt.datetime(2026, 3, 1, 12, tzinfo=dt.UTC)
LATER = "its module comes later"
GONE = "who opted out is erased and not told of"
NO_CUSTOMER = {
    **dict.fromkeys(("group_id", "labels", "clubs", "activities", "rewards", "referrals"), LATER),
    "optout_at": GONE,
}
DEBT = {"point_balance: unknown": "what can be spent less what is owed"}
NO_EVENT = {"signed": "it is not kept whether a request was signed"}
# Examples of names that are data: those of fields and accounts.
EXAMPLES = ("external_ids.crm_id", "properties.city", "accounts.family_account")


@pytest.fixture(autouse=True)
def world() -> None:
    """Ann has everything that can be told: two of her orders wait or were returned, bob was merged into her."""
    development_key(KEY, "Reader")
    dana = User.objects.create_user("dana", role=Role.MANAGER)
    configure(multi_accounts=True)
    for slug in ("crm_id", "membership_id"):
        Field.objects.create(slug=slug, name=slug, external_id=slug == "crm_id")
    profile = {
        "first_name": "Ann", "last_name": "Kis", "handler": "annie", "email": "ann@example.com", "gender": "female",
        "language": "hu", "country": "HU", "currency": "HUF", "mobile_phone": "+3630", "birth_date": "1990-05-06",
        "image_url": "https://example.com/a.png", "src": "shop", "referrer": "bob", "crm_id": "1234",
        "membership_id": "M-7", "city": "Pécs",
    }  # fmt: skip
    mug = {
        "product_id": "MUG", "product_name": "Blue mug", "product_url": "https://example.com/mug", "quantity": 2,
        "price": 10, "discount": 5, "subtotal": 15,
    }  # fmt: skip
    till = Actor("api", ip_address="87.97.9.123", user_agent="Till/3")
    opened = [event("ann", "opt_in", None, None, **profile), event("ann", "point_add", points=50, expdate="2027-01-01")]
    record([*opened, event("ann", "login"), event("bob", "opt_in")], by=till, at=AT)
    accepted(event("ann", "checkout", transaction_id="T-1", total=15, items=[mug], points_burned=5), at=AT)
    accepted(
        event("bob", "checkout", transaction_id="T-2", total=15), event("bob", "refund", transaction_id="T-2"), at=AT
    )
    configure(multi_accounts=True, checkout_accept=True)
    accepted(event("ann", "checkout", transaction_id="T-3", total=9, auto_accept="2026-12-01"), at=AT)
    added = Event.objects.get(action="point_add")
    change = event("ann", "point_expiration", events=[str(added.id)], expdate="2027-05-05")
    record([change], by=Actor("back_office", staff_id=dana.pk), at=AT)
    merge(Customer.objects.get(public_id="bob"), Customer.objects.get(public_id="ann"), AT)
    # Of the ID that the file has as its example, so that what is in it is compared.
    modules = {"modules": ["expiring_points", "multi_accounts", "checkout_accept", "tiers"]}
    set_up(structure("fashion_tiers", expiration_type="rolling", rolling_months=12), settings=modules)
    accepted(event("ann", "point_add", points=1_000), at=AT)


def different(client: Client, operation: Operation, path: str, name: str) -> set[str]:
    """Of a list: what is wrong or unknown in any row, and what every row lacks."""
    answer = get(client, path)
    rows = answer["payload"][name]
    assert len(rows) > 1
    found = [deviations(operation, {**answer, "payload": {name: [row]}}) for row in rows]
    missing = set.intersection(*({one for one in of_row if one.endswith(": missing")} for of_row in found))
    wrong = {one for of_row in found for one in of_row if not one.endswith(": missing")}
    short = {one for one in missing if ".".join(one.split(".")[:-1]) + ": missing" not in missing}
    return {one.removeprefix(f"payload.{name}.*.") for one in short | wrong}


def test_a_customer(client: Client) -> None:
    found = deviations(CUSTOMER, get(client, "customers/ann"))
    told = {one.removeprefix("payload.") for one in found}
    # The file names an account as an example; ours has another ID.
    expected = {f"{name}: missing": why for name, why in NO_CUSTOMER.items()}
    expected |= {"accounts.family_account: missing": "an example", "accounts.main: unknown": "an example", **DEBT}
    expected |= {f"properties.{name}: unknown": "an example" for name in ("crm_id", "membership_id")}
    assert_only(told, expected)


def test_customers(client: Client) -> None:
    found = different(client, CUSTOMERS, "customers", "customers")
    expected = {f"{name}: missing": why for name, why in NO_CUSTOMER.items()}
    expected |= {"accounts.main: unknown": "an example", **DEBT}
    expected |= {f"properties.{name}: unknown": "an example" for name in ("crm_id", "membership_id")}
    assert_only({one for one in found if one.removesuffix(": missing") not in (*EXAMPLES, "accounts")}, expected)


def test_events(client: Client) -> None:
    found = different(client, EVENTS, ADDRESSES[EVENTS], "events")
    assert_only(found, {f"{name}: missing": why for name, why in NO_EVENT.items()})


def test_transactions(client: Client) -> None:
    assert_only(different(client, ORDERS, ADDRESSES[ORDERS], "transactions"), {})


@pytest.mark.parametrize("operation", [CUSTOMERS, EVENTS, ORDERS], ids=str)
def test_every_filter_and_order_of_the_file_is_taken(client: Client, operation: Operation) -> None:
    """With a value of its type; the file gives no other ones."""
    path, schemas = ADDRESSES.get(operation, "customers"), document(FILE)["components"]["schemas"]
    name = {CUSTOMERS: "Customers", EVENTS: "Events", ORDERS: "Transactions"}[operation]
    entry = {CUSTOMERS: "CustomerSortEntry", EVENTS: "CustomerEventSortEntry", ORDERS: "CustomerTransactionSortEntry"}
    fields = schemas[f"{name}Filter"]["properties"]
    asked = 0
    for field, schema in fields.items():
        schema = schemas[schema["$ref"].rpartition("/")[2]] if "$ref" in schema else schema
        for operator, kind in schema["properties"].items():
            for value in kind.get("enum", ["7" if kind["type"] == "integer" else "2026-03-01"]):
                answer = get(client, path, f"filter[{field}][{operator}]={value}")
                assert deviations(operation, {**answer, "payload": {name.lower(): []}}) == set()
                asked += 1
    sorts = schemas[entry[operation]]["properties"]["field"]["enum"]
    assert set(sorts) == set(fields)
    for field in sorts:
        for direction in schemas["SortDirection"]["enum"]:
            assert get(client, path, f"sort[0][field]={field}&sort[0][direction]={direction}")["status"] == "success"
    print(f"{operation}: {asked} filters, {len(sorts)} orders")


@pytest.mark.parametrize("operation", [CUSTOMERS, CUSTOMER, EVENTS, ORDERS], ids=str)
def test_refusals_are_those_of_the_file(client: Client, operation: Operation) -> None:
    path = ADDRESSES.get(operation, "customers")
    stranger = client.get(f"/v1/{path}")
    assert (stranger.status_code, deviations(operation, stranger.json(), 401)) == (401, set())
    assert stranger.json()["error"]["code"] == 2132
    if operation != CUSTOMER:
        assert deviations(operation, get(client, path, "limit=1001", status=422), 422) == set()
    else:
        assert deviations(operation, get(client, "customers/nobody", status=404), 404) == set()
