"""Names that mean something to the programme are set by nobody from outside."""

import json
from typing import Any

import pytest
from django.test import Client

from customers.api.objects import CustomerAnswer, CustomerPart, customer_objects
from customers.api.v1.objects import ReadCustomerPart, customer_entities
from customers.fields.models import Field
from customers.fields.queries import customers_config
from customers.fields.reserved import read_elsewhere, read_only
from customers.fields.rules import BUILT_IN, reserved_names
from customers.models import Customer
from loyalty.contributions import contributed
from loyalty.engine.events import Incoming
from loyalty.engine.record import record
from loyalty.transfer.enums import Model
from loyalty.transfer.reading.columns import Catalogue
from loyalty.transfer.reading.plans import plan_of
from loyalty.transfer.reading.reader import Header, UnreadableFile
from tests.api_keys import development_key
from tests.engine.world import configure
from tests.factories import NOON, TILL, make_customer, make_order

pytestmark = pytest.mark.django_db

NAMES = ["tiers", "auto_subscribed", "source", "staff_id", "tags", "external_ids", "accounts", "debt", "_id"]


def refusal(action: str, data: dict[str, Any]) -> str:
    [outcome] = record([Incoming("C-1", action, data)], by=TILL, at=NOON)
    assert outcome.error is not None
    return outcome.error.message


@pytest.mark.parametrize("name", NAMES)
def test_no_event_sets_it(name: str) -> None:
    assert f"'{name}' cannot be set" in refusal("opt_in", {name: "gold"})
    make_customer("C-1")
    assert f"'{name}' cannot be set" in refusal("profile", {name: "gold"})
    assert f"'{name}' cannot be set" in refusal("profiling_answer", {"attribute": name, "answer": "gold"})
    assert Customer.objects.get().properties == {}


@pytest.mark.parametrize("name", NAMES)
def test_the_api_of_customers_does_not_set_it(client: Client, name: str) -> None:
    make_customer("C-1")

    answer = client.post(
        f"/customers/C-1?api_key={development_key().key}", json.dumps({name: "gold"}), "application/json"
    )

    assert answer.status_code == 400
    assert f"'{name}' cannot be set" in answer.json()["error"]["message"]


@pytest.mark.parametrize("name", sorted(read_only() - read_elsewhere() - {"customer", "customer_id", "id", "_id"}))
def test_no_file_has_a_column_of_it(name: str) -> None:
    with pytest.raises(UnreadableFile, match=f"“{name}” is no field of a customer"):
        plan_of(Model.CUSTOMERS, Header(("customer", name), ",", 0, 1), Catalogue(customers_config()))


def test_all_that_the_customer_object_shows_is_reserved() -> None:
    configure(multi_accounts=True)
    Field.objects.create(slug="card", name="Card", external_id=True)
    ann = make_customer("C-1", points=100, card="1", first_name="Ann")
    make_order(ann, "T-1")
    ann.refresh_from_db()

    [shown] = customer_objects([ann], frozenset({"purchases", "expiring_points"}))
    [told] = customer_entities([ann])

    assert shown.keys() | told.keys() <= reserved_names() | {"membership_id"}
    assert not read_only() & BUILT_IN


def test_all_that_a_room_adds_to_the_customer_object_is_reserved() -> None:
    """While its module is off, too: nobody may take the name before it comes on."""
    kinds: list[Any] = [*contributed(CustomerPart), *contributed(CustomerAnswer), *contributed(ReadCustomerPart)]
    added = {name for one in kinds for name in one.schema}

    assert len(added) > 10
    assert added <= reserved_names() | {"membership_id"}


@pytest.mark.parametrize(
    "address", ["ann\n@example.com", "a\u200bnn@example.com", "ann@exa\ufeffmple.com", "ann@example.com\rBcc: x"]
)
def test_an_address_with_what_nobody_sees_is_refused(address: str) -> None:
    assert refusal("opt_in", {"email": address}).startswith(
        "'email' must have 1 to 254 printable characters, and has U+"
    )


def test_an_address_is_trimmed_and_of_one_width() -> None:
    assert make_customer("C-1", email=" ann\uff20example.com\n").email == "ann@example.com"
