"""One person is one customer, in whatever form a client writes their ID; what names nobody makes nobody."""

from typing import Any

import pytest
from django.db import connection

from customers.directory.search import Filters, search
from customers.fields.models import Field
from customers.models import Customer, Identity
from customers.queries import customer_named
from events.orders.models import Transaction
from loyalty.engine.events import Actor, Incoming
from loyalty.engine.mechanism import Outcome
from loyalty.engine.record import record
from loyalty.identifiers import REFUSED_NAMES
from loyalty.points.ledger.models import Balance
from tests.engine.world import configure
from tests.factories import NOON, TILL, checkout, make_customer, tell

pytestmark = pytest.mark.django_db

COMPOSED, DECOMPOSED, WIDE = "Ren\u00e9e-1", "Rene\u0301e-1", "Ren\u00e9e\uff0d\uff11"
FORMS = [DECOMPOSED, WIDE, f"  {COMPOSED} "]


def one(event: Incoming, by: Actor = TILL) -> Outcome:
    [outcome] = record([event], by=by, at=NOON)
    return outcome


def refusal(customer: str, action: str = "opt_in", data: dict[str, Any] | None = None, scheme: str = "id") -> str:
    outcome = one(Incoming(customer, action, data or {}, scheme=scheme))
    assert outcome.error is not None
    return outcome.error.message


@pytest.mark.parametrize("form", FORMS)
def test_an_event_in_another_form_is_the_same_customers(form: str) -> None:
    make_customer(COMPOSED)

    tell(Incoming(form, "point_add", {"points": 5}))

    assert Customer.objects.count() == 1
    assert Balance.objects.get().spendable == 5


@pytest.mark.parametrize("form", FORMS)
def test_a_new_customer_has_the_one_form(form: str) -> None:
    tell(Incoming(form, "opt_in", {}))

    assert Customer.objects.get().public_id == COMPOSED
    assert Identity.objects.get().value == COMPOSED


@pytest.mark.parametrize("form", FORMS)
def test_reads_find_the_customer_in_every_form(form: str) -> None:
    ann = make_customer(COMPOSED)

    assert customer_named(form) == ann
    assert search(form, Filters()).exact == ann.id


@pytest.mark.parametrize("form", FORMS)
def test_one_receipt_in_two_forms_pays_once(form: str) -> None:
    ann = make_customer("C-1")
    tell(checkout(ann, COMPOSED, 40))

    again = one(checkout(ann, form, 40))

    assert again.error is not None
    assert again.error.code == 5003
    assert Transaction.objects.get().transaction_id == COMPOSED
    tell(Incoming("C-1", "refund", {"transaction_id": form}))
    assert Transaction.objects.get().status == "refunded"


@pytest.mark.parametrize("form", FORMS)
def test_an_external_id_and_an_address_in_two_forms_are_one(form: str) -> None:
    Field.objects.create(slug="card", name="Card", external_id=True)
    configure(unique_emails=True)
    make_customer("C-1", card=COMPOSED, email=f"{COMPOSED}@example.com")
    make_customer("C-2")

    assert refusal("C-2", "profile", {"card": form}) == "'card' belongs to another customer"
    assert refusal("C-2", "profile", {"email": f"{form.strip()}@example.com"}) == "'email' belongs to another customer"
    tell(Incoming(form, "point_add", {"points": 5}, scheme="card"))


def test_a_referrer_in_another_form_is_paid() -> None:
    make_customer(COMPOSED)

    tell(Incoming("C-2", "opt_in", {"referrer": DECOMPOSED}))

    assert Customer.objects.get(public_id="C-2").referrer == COMPOSED


def test_what_others_say_of_somebody_is_erased_in_every_form() -> None:
    make_customer(COMPOSED)
    tell(Incoming("C-2", "opt_in", {"referrer": DECOMPOSED}))

    tell(Incoming(WIDE, "opt_out", {}))

    assert Customer.objects.get(public_id="C-2").referrer is None
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM events_event WHERE data::text LIKE '%%Ren%%'")
        assert cursor.fetchone() == (0,)


@pytest.mark.parametrize("form", [COMPOSED, *FORMS])
def test_who_was_erased_is_known_in_every_form(form: str) -> None:
    make_customer(COMPOSED)
    tell(Incoming(COMPOSED, "opt_out", {}))

    late = one(Incoming(form, "checkout", {"transaction_id": "T-9", "total": 10}))

    assert late.error is not None
    assert late.error.code == 160212


@pytest.mark.parametrize("action", ["checkout", "opt_in", "subscribe"])
@pytest.mark.parametrize("name", [*REFUSED_NAMES, "UNDEFINED", "-", "..", "a/events", "C\ufe0f1"])
def test_nobody_is_created_under_a_name_of_nobody(action: str, name: str) -> None:
    found = refusal(name, action, {"transaction_id": "T-1", "total": 10})

    assert found.startswith("'customer' ")
    assert not Customer.objects.exists()
    assert not Identity.objects.exists()
    # The receipt is as free as before.
    tell(Incoming("C-1", "opt_in", {}), Incoming("C-1", "checkout", {"transaction_id": "T-1", "total": 10}))


@pytest.mark.parametrize("name", REFUSED_NAMES)
def test_no_external_id_and_no_referrer_is_a_name_of_nobody(name: str) -> None:
    Field.objects.create(slug="card", name="Card", external_id=True)
    make_customer("C-1")

    assert refusal("C-1", "profile", {"card": name}).startswith("'card' is ")
    assert refusal("C-2", "opt_in", {"card": name}).startswith("'card' is ")
    assert refusal(name, "opt_in", scheme="card").startswith("'card' is ")
    assert refusal("C-2", "opt_in", {"referrer": name}).startswith("'referrer' is ")
    assert refusal("C-1", "referral", {"referred": name}).startswith("'referred' is ")
    assert Customer.objects.count() == 1


def test_a_brand_decides_which_names_are_refused() -> None:
    configure(refused_names=["Walk-In"])

    assert "for nobody" in refusal("WALK-IN")
    tell(Incoming("undefined", "opt_in", {}))


def test_who_has_a_refused_name_already_keeps_it() -> None:
    configure(refused_names=[])
    old = make_customer("guest", points=5)
    make_customer("C-1")
    configure(refused_names=["guest"])

    tell(Incoming("guest", "point_add", {"points": 5}))
    assert customer_named("guest") == old
    tell(
        Incoming("guest", "customer_merge", {"kind": "full", "source": "guest", "target": "C-1"}, target=("id", "C-1"))
    )
    assert Balance.objects.get(customer__public_id="C-1").spendable == 10


def test_a_guests_order_is_nobodys_whatever_it_is_called() -> None:
    assert one(Incoming("guest", "checkout", {"transaction_id": "T-1", "total": 10}, guest=True)).error is None
