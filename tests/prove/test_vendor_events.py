"""Events and customers against the vendor's own examples and schemas."""

import json
from typing import Any

import pytest
from django.test import Client

from customers.fields.models import Field
from loyalty.accounts.enums import MULTI_ACCOUNTS
from loyalty.accounts.models import Account
from loyalty.engine.events import Incoming
from loyalty.program.queries import general_settings
from tests.api_keys import development_key
from tests.factories import make_customer, make_order, tell
from tests.prove.vendor import Operation, answered, assert_only, deviations, needs_files, request_deviations, sent
from tests.prove.vendor import operations as published
from tests.tiers.ladders import set_up, structure

pytestmark = [pytest.mark.prove, pytest.mark.django_db, needs_files]

EVENT, BULK = Operation("events.yml", "POST", "/events"), Operation("events.yml", "POST", "/events/bulk")
CUSTOMER = Operation("customer.yml", "GET", "/customers/{customer_id}")
SEARCH, COUNT = Operation("customer.yml", "GET", "/customers"), Operation("customer.yml", "GET", "/customers/-/count")
MERGE = Operation("customer.yml", "POST", "/customers/{customer_id}/merge")
ID = "280e674c-c4ea-4a30-987a-d9267d1a5018"

# Deviations of our answers, each with its reason.
NULL = "what is not known is null, as in the manual's sample of a customer"
OWED = "what can be spent less what is owed: without it nothing on the wire shows a debt"
OF_EVENT = {
    "expired: unknown": "older clients read it",
    "spendable: unknown": "older clients read it",
    "mobile_phone: unknown": "older clients read it",
    "image_url: unknown": "older clients read it",
}
OF_BULK = {
    "results.*.error: missing": "an accepted event has none",
    "results.*.events: missing": "a refused event has none",
    "results.*.events: type": "a list, as in the vendor's example; the schema says object",
}
OF_CUSTOMER = {
    **{f"{name}: type": NULL for name in ("birth_date", "gender", "image_url", "language", "last_login_at", "mobile_phone", "nickname")},
    "accounts.*.burn_rates: type": "a list, as in the manual's sample; the schema says object",
    "properties.city: missing": "a custom attribute of the vendor's example",
    "groups: missing": "comes with its module",
    "campaigns: missing": "comes with its module",
    "tiers.*.next.points: type": "a number, as in the Read API's file; the schema says text",
    "purchases: unknown": "asked for by `fields`, which the schema leaves out",
    "expiring_points: unknown": "asked for by `fields`, which the schema leaves out",
    "point_balance: unknown": OWED,
    "accounts.*.point_balance: unknown": OWED,
    "accounts.*.default: unknown": "which account the figures at the root are of",
    "accounts.*.expiring_points: unknown": "the block at the root is the default account's: points of another one expired unseen",
}  # fmt: skip
OF_SEARCH = {
    "data: unknown": "several are a list, as in the vendor's text; the schema knows one",
    "id: missing": "several are a list, as in the vendor's text; the schema knows one",
    "next: unknown": "pages, as in the vendor's text",
    "previous: unknown": "pages, as in the vendor's text",
}
# The vendor's own examples that contradict the vendor's own schemas or texts.
WRONG_EXAMPLES = {
    "Checkout Standard": ("Invalid action: cehckout", "a slip of the pen: cehckout"),
    "Point add with External ID": ("names no external-ID field", "holds a value in external_id; the manual says the name of the field"),
    "Checkout with External ID": ("names no external-ID field", "holds a value in external_id; the manual says the name of the field"),
}  # fmt: skip
WRONG_IN_BULK = {"External ID": {1: "names no external-ID field"}}


# The files give an empty search 404 in one place and 400 in another: it is a bad request.
EMPTY_SEARCH = 404


@pytest.fixture
def key() -> str:
    """Of a programme that has what the vendor's examples name."""
    settings = general_settings()
    settings.modules = [*settings.modules, MULTI_ACCOUNTS]
    settings.save()
    Account.objects.create(slug="main_account", name="Main Account")
    make_customer(ID, first_name="John", last_name="Doe", email="john.doe@example.com", currency="USD")
    make_customer("001")
    tell(Incoming("001", "point_add", {"points": 100}, account="main_account"))
    return development_key().key


def post(client: Client, operation: Operation, key: str, body: Any) -> tuple[int, Any]:
    answer = client.post(f"{operation.path}?api_key={key}", json.dumps(body), "application/json")
    return answer.status_code, answer.json()


def get(client: Client, path: str, key: str, status: int = 200) -> Any:
    answer = client.get(f"{path}{'&' if '?' in path else '?'}api_key={key}")
    assert answer.status_code == status, answer.content
    return answer.json()


def test_every_example_of_one_event_is_taken_as_it_is(client: Client, key: str) -> None:
    found: set[str] = set()
    for name, body in sent(EVENT).items():
        if name.startswith("Checkout"):
            body["data"]["transaction_id"] += name  # the vendor's examples are one order
        status, answer = post(client, EVENT, key, body)
        if name in WRONG_EXAMPLES:
            assert (status, WRONG_EXAMPLES[name][0] in answer["error"]["message"]) == (400, True), answer
            assert deviations(EVENT, answer, 404) == set()  # the schema of every refusal
        else:
            assert status == 200, answer
            accounts = {event["account"]["id"] for event in answer["events"]}
            assert accounts <= {body.get("account", "main")}
            found |= deviations(EVENT, answer)
    assert_only(found, OF_EVENT)
    assert WRONG_EXAMPLES.keys() <= sent(EVENT).keys()


def test_what_the_slips_of_the_examples_mean_is_taken(client: Client, key: str) -> None:
    Field.objects.create(slug="loyalty_barcode", name="Card", external_id=True)
    make_customer("C-1", loyalty_barcode="1234")
    for name in WRONG_EXAMPLES:
        body = json.loads(json.dumps(sent(EVENT)[name]).replace("cehckout", "checkout"))
        if "external_id" in body:
            body |= {"external_id": "loyalty_barcode", "customer": "1234"}
        if "transaction_id" in body["data"]:
            body["data"]["transaction_id"] = name
        assert request_deviations(EVENT, body) == set()
        assert post(client, EVENT, key, body)[0] == 200


def test_every_example_of_a_bulk_is_taken_as_it_is(client: Client, key: str) -> None:
    found: set[str] = set()
    for name, body in sent(BULK).items():
        status, answer = post(client, BULK, key, body)
        wrong = WRONG_IN_BULK.get(name, {})
        assert (status, answer["total"], answer["errors"]) == (200, 2, len(wrong)), answer
        for index, text in wrong.items():
            assert text in answer["results"][index]["error"]["message"]
        found |= deviations(BULK, answer)
    assert_only(found, OF_BULK)
    # The vendor's own example differs from its schema in the same way.
    assert {line for example in answered(BULK).values() for line in deviations(BULK, example)} == set(OF_BULK)


def test_the_vendors_examples_keep_to_its_own_schemas(key: str) -> None:
    for operation in (EVENT, BULK):
        for name, body in sent(operation).items():
            expected = {"$: oneOf"} if name == "Checkout Standard" else set()
            assert request_deviations(operation, body) == expected, name


def test_the_customer_has_what_the_schema_names(client: Client, key: str) -> None:
    modules = {"modules": ["expiring_points", "multi_accounts", "tiers"]}
    set_up(structure(expiration_type="rolling", rolling_months=12), settings=modules)
    make_order(make_customer("C-1", first_name="Ann", last_name="Lee", email="ann@example.com", currency="EUR"), "T-1")
    tell(Incoming("C-1", "point_add", {"points": 1_000}))
    asked = (
        "",
        "?fields=groups",
        "?fields=purchases.ytd",
        "?fields=expiring_points",
        "?fields=expiring_points.history",
    )
    found = set().union(*(deviations(CUSTOMER, get(client, f"/customers/C-1{fields}", key)) for fields in asked))
    assert_only(found, OF_CUSTOMER)


def test_a_customer_of_whom_everything_is_known_keeps_to_every_type(client: Client, key: str) -> None:
    known: dict[str, Any] = {
        "first_name": "Ann", "last_name": "Lee", "email": "ann@example.com", "birth_date": "1980-01-16", "gender": "female",
        "language": "en", "currency": "EUR", "nickname": "Annie", "mobile_phone": "+36301234567",
        "image_url": "https://example.com/a.png",
    }  # fmt: skip
    make_order(make_customer("C-1", **known), "T-1")
    post(client, EVENT, key, {"customer": "C-1", "action": "login", "data": {}})
    found = {line for line in deviations(CUSTOMER, get(client, "/customers/C-1", key)) if line.endswith(": type")}
    assert found == {"accounts.*.burn_rates: type"}


def test_a_search_answers_as_the_schema_says(client: Client, key: str) -> None:
    assert deviations(SEARCH, get(client, "/customers?first_name=John", key)) == set()
    found = deviations(SEARCH, get(client, "/customers?status=active", key))
    assert_only(found, OF_SEARCH)
    assert deviations(COUNT, get(client, "/customers/-/count", key)) == set()


def test_refusals_are_those_of_the_files(client: Client, key: str) -> None:
    """Their examples leave the wrapper out, their schemas have it."""
    for operation, path, status, theirs in (
        (SEARCH, "/customers", 400, EMPTY_SEARCH),
        (CUSTOMER, "/customers/nobody", 404, 404),
    ):
        answer = get(client, path, key, status)
        assert deviations(operation, answer, theirs) == set()
        assert answer["error"] in answered(operation, theirs).values()
    status, answer = post(client, MERGE._replace(path="/customers/nobody/merge"), key, {"target": ID})
    assert (status, deviations(MERGE, answer, 404)) == (404, set())
    assert answer["error"] in answered(MERGE, 404).values()


def test_every_operation_of_both_files_is_looked_at_here() -> None:
    both = {one for one in published() if one.file in ("events.yml", "customer.yml")}
    assert both == {EVENT, BULK, CUSTOMER, SEARCH, COUNT, MERGE}
