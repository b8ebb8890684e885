"""External IDs and unique e-mail addresses: who is meant, who has what, and who is refused."""

from typing import Any

import pytest

from customers.fields.models import Field
from customers.models import Customer, Identity
from loyalty.engine.events import Incoming
from loyalty.program.models import GeneralSettings
from tests.engine.world import accepted, codes, event, rows, send

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def barcode() -> None:
    Field.objects.create(slug="barcode", name="Barcode", external_id=True)
    Field.objects.create(slug="shop_id", name="Shop", external_id=True)


def by(scheme: str, value: str, action: str, **data: Any) -> Incoming:
    return Incoming(value, action, data, scheme=scheme)


def identities() -> set[tuple[str, str, str]]:
    return set(
        rows(
            "SELECT scheme, value, public_id FROM customers_identity i JOIN customers_customer c ON c.id = i.customer_id"
        )
    )


def refused(*events: Incoming) -> list[str | None]:
    return [outcome.error.message if outcome.error else None for outcome in send(*events)]


def properties(public_id: str) -> dict[str, Any]:
    return Customer.objects.get(public_id=public_id).properties


def test_an_event_names_its_customer_by_an_external_id() -> None:
    accepted(event("ann", "opt_in", barcode="B1"), event("bob", "opt_in", shop_id="B1"))
    [outcome] = accepted(by("barcode", "B1", "point_add", points=5))

    assert outcome.state is not None
    assert outcome.state.customer.public_id == "ann"


def test_setting_the_value_and_naming_by_it_may_come_in_one_batch_too() -> None:
    accepted(event("ann", "opt_in"))
    outcomes = accepted(event("ann", "profile", barcode="B1"), by("barcode", "B1", "point_add", points=5))

    assert [outcome.state.customer.public_id for outcome in outcomes if outcome.state] == ["ann", "ann"]


@pytest.mark.parametrize("name", ["barcodes", "shoe_size", "@email", "ID"])
def test_a_name_that_is_no_external_id_field_is_refused(name: str) -> None:
    Field.objects.create(slug="shoe_size", name="Shoe size")
    accepted(event("ann", "opt_in", shoe_size="38"))
    [outcome] = send(by(name, "38", "checkout", transaction_id="t", total=1))

    assert outcome.error is not None
    assert (outcome.error.code, f"'external_id' is '{name}'" in outcome.error.message) == (0, True)
    assert {scheme for scheme, _, _ in identities()} == {"id"}


def test_a_value_of_another_customer_is_refused_and_nothing_changes() -> None:
    accepted(event("ann", "opt_in", barcode="B1"), event("bob", "opt_in", barcode="B2"))
    before = identities()

    assert refused(event("bob", "profile", barcode="B1", first_name="Bob")) == ["'barcode' belongs to another customer"]
    assert identities() == before
    assert Customer.objects.get(public_id="bob").first_name is None


def test_of_two_events_in_one_batch_the_first_accepted_one_gets_the_value() -> None:
    accepted(event("ann", "opt_in"), event("bob", "opt_in"), event("cid", "opt_in"))
    wanted = {"barcode": "B1"}
    found = send(
        event("ann", "profile", country="nowhere", **wanted),
        event("bob", "profile", **wanted),
        event("cid", "profile", **wanted),
    )

    assert codes(found) == [0, None, 112102]
    assert ("barcode", "B1", "bob") in identities()


def test_a_claim_that_no_accepted_event_used_is_given_back() -> None:
    accepted(event("ann", "opt_in"))
    assert codes(send(event("ann", "profile", barcode="B1", country="nowhere"))) == [0]

    assert identities() == {("id", "ann", "ann")}


def test_a_new_value_replaces_the_old_one_which_is_free_again() -> None:
    accepted(event("ann", "opt_in", barcode="B1"), event("bob", "opt_in"))
    accepted(event("ann", "profile", barcode="B2"))
    assert identities() == {("id", "ann", "ann"), ("id", "bob", "bob"), ("barcode", "B2", "ann")}

    accepted(event("bob", "profile", barcode="B1"))
    assert ("barcode", "B1", "bob") in identities()


def test_what_one_event_frees_the_next_of_the_batch_may_take() -> None:
    accepted(event("ann", "opt_in", barcode="B1"), event("bob", "opt_in", barcode="B2"))
    accepted(
        event("ann", "profile", barcode=None),
        event("bob", "profile", barcode="B1"),
        event("ann", "profile", barcode="B2"),
    )

    assert {found for found in identities() if found[0] == "barcode"} == {
        ("barcode", "B1", "bob"),
        ("barcode", "B2", "ann"),
    }


@pytest.mark.parametrize("empty", [None, "", "  "])
def test_clearing_frees_the_value(empty: str | None) -> None:
    accepted(event("ann", "opt_in", barcode="B1"))
    accepted(event("ann", "profile", barcode=empty))

    assert identities() == {("id", "ann", "ann")}
    assert "barcode" not in properties("ann")


def test_the_same_value_again_changes_nothing() -> None:
    accepted(event("ann", "opt_in", barcode="B1"))
    accepted(event("ann", "profile", barcode=" B1 ", shop_id="S1"))

    assert identities() == {("id", "ann", "ann"), ("barcode", "B1", "ann"), ("shop_id", "S1", "ann")}


def test_a_number_names_as_its_text_does() -> None:
    accepted(event("ann", "opt_in", barcode=4711))
    accepted(by("barcode", "4711", "point_add", points=1))


def test_an_unknown_external_id_creates_a_customer_with_a_random_id_where_an_unknown_id_would() -> None:
    accepted(by("barcode", "B1", "opt_in", first_name="Ann"))
    [ann] = Customer.objects.all()
    assert (ann.first_name, ann.status, ann.properties) == ("Ann", "active", {"barcode": "B1"})
    assert len(ann.public_id) == 36
    assert identities() == {("id", ann.public_id, ann.public_id), ("barcode", "B1", ann.public_id)}

    accepted(
        by("barcode", "B2", "checkout", transaction_id="t", total=1), event(ann.public_id, "profile", first_name="Eve")
    )
    assert properties(Customer.objects.exclude(id=ann.id).get().public_id) == {"auto_subscribed": True, "barcode": "B2"}
    assert codes(send(by("barcode", "B3", "profile"))) == [160212]
    assert not Identity.objects.filter(value="B3").exists()


def test_of_an_unknown_external_id_whose_events_are_refused_nothing_stays() -> None:
    assert codes(send(by("barcode", "B1", "opt_in", country="nowhere"))) == [0]
    assert identities() == set()


def test_a_customer_made_by_an_external_id_is_found_by_the_rest_of_the_batch() -> None:
    accepted(
        by("barcode", "B1", "opt_in"),
        by("barcode", "B1", "point_add", points=1),
        by("barcode", "B1", "profile", barcode="B2"),
    )

    [ann] = Customer.objects.all()
    assert ann.properties == {"barcode": "B2"}
    assert {found[:2] for found in identities()} == {("id", ann.public_id), ("barcode", "B2")}


def test_an_inactive_field_names_nobody_and_active_again_it_does() -> None:
    accepted(event("ann", "opt_in", barcode="B1"))
    Field.objects.filter(slug="barcode").update(active=False)
    assert codes(send(by("barcode", "B1", "profile"))) == [0]

    Field.objects.filter(slug="barcode").update(active=True)
    accepted(by("barcode", "B1", "profile"))


def test_what_came_in_by_a_merged_away_identity_carries_that_profile() -> None:
    accepted(event("ann", "opt_in"))
    ann = Customer.objects.get()
    rows(
        "INSERT INTO customers_identity (scheme, value, customer_id, origin_id) VALUES ('id', 'old', %s, 77)", [ann.id]
    )
    accepted(event("old", "point_add", points=1), event("ann", "point_add", points=1))

    assert rows("SELECT via_id FROM events_event WHERE action = 'point_add' ORDER BY id") == [(77,), (None,)]


# Unique e-mail addresses


def unique_emails(*, on: bool = True) -> None:
    GeneralSettings.objects.update_or_create(id=1, defaults={"unique_emails": on})


def test_email_addresses_need_not_be_unique() -> None:
    accepted(event("ann", "opt_in", email="a@example.com"), event("bob", "opt_in", email="a@example.com"))


def test_with_the_setting_an_address_is_one_customers_in_capitals_or_not() -> None:
    unique_emails()
    accepted(event("ann", "opt_in", email="Ann@Example.com"))

    assert refused(event("bob", "opt_in", email="ann@example.COM")) == ["'email' belongs to another customer"]
    accepted(event("ann", "profile", email="eve@example.com"), event("bob", "opt_in", email="ann@example.com"))
    assert {found for found in identities() if found[0] == "@email"} == {
        ("@email", "eve@example.com", "ann"), ("@email", "ann@example.com", "bob"),
    }  # fmt: skip


def test_the_setting_claims_what_customers_hold_and_lets_go_when_off() -> None:
    accepted(event("ann", "opt_in", email="Ann@example.com"), event("bob", "opt_in"))
    unique_emails()
    assert ("@email", "ann@example.com", "ann") in identities()
    assert codes(send(event("bob", "profile", email="ANN@example.com"))) == [112102]

    unique_emails(on=False)
    assert {scheme for scheme, _, _ in identities()} == {"id"}
    accepted(event("bob", "profile", email="ANN@example.com"))


def test_a_field_that_becomes_an_external_id_claims_what_customers_hold() -> None:
    accepted(event("ann", "opt_in", card="C1"))
    Field.objects.create(slug="card", name="Card", external_id=True)

    accepted(by("card", "C1", "profile", card="C2"))
    assert ("card", "C2", "ann") in identities()
