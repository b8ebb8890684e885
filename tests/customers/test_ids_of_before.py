"""What was stored before there was one form of IDs is reached in any case, and joined with nobody."""

import io
import json

import pytest
from django.core.management import call_command
from django.db import connection

from customers.queries import Alike, alike
from events.orders.models import Transaction
from loyalty.bulk.kinds import Item
from loyalty.bulk.models import BulkRequest
from loyalty.bulk.operations import accept
from loyalty.bulk.working import MAX_ATTEMPTS
from loyalty.engine.events import Incoming
from loyalty.engine.mechanism import Outcome
from loyalty.engine.record import record
from loyalty.points.ledger.models import Balance
from tests.bulk.gifts import GIFT, done, room_of_gifts, told
from tests.factories import NOON, TILL, checkout, make_customer, tell

pytestmark = pytest.mark.usefixtures("owned_db")

COMPOSED, DECOMPOSED = "Ren\u00e9e-1", "Rene\u0301e-1"


def one(event: Incoming) -> Outcome:
    [outcome] = record([event], by=TILL, at=NOON)
    return outcome


def as_owner(*statements: str) -> None:
    with connection.cursor() as cursor:
        for statement in statements:
            cursor.execute(statement)


def stored(public_id: str, into: str) -> int:
    """A customer made before there was one form, as the database held it."""
    made = make_customer(public_id)
    as_owner(
        f"UPDATE customers_identity SET value = '{into}' WHERE customer_id = {made.id} AND scheme = 'id'",
        f"UPDATE customers_customer SET public_id = '{into}' WHERE id = {made.id}",
    )
    return made.id


def test_two_who_differ_in_form_only_are_listed_for_a_person_to_merge() -> None:
    kept, apart = make_customer("Zo\u00eb").id, stored("second", "Zoe\u0308")
    make_customer("Zo\u00eb-2")

    assert alike(10) == [Alike("id", [kept, apart])]
    told = io.StringIO()
    call_command("verify", stdout=told)
    report = json.loads(told.getvalue())
    assert (report["alike"], report["ok"]) == ([{"scheme": "id", "customers": [kept, apart]}], True)


def test_who_kept_an_old_form_is_reached_by_it() -> None:
    make_customer("Zo\u00eb")
    apart = stored("second", "Zoe\u0308")
    tell(Incoming("Zoe\u0308", "point_add", {"points": 5}))
    assert Balance.objects.get(customer=apart).spendable == 5
    tell(
        Incoming(
            "Zoe\u0308",
            "customer_merge",
            {"kind": "full", "source": "Zoe\u0308", "target": "Zo\u00eb"},
            target=("id", "Zo\u00eb"),
        )
    )
    assert Balance.objects.get(customer__public_id="Zo\u00eb").spendable == 5


def test_an_order_of_before_goes_on_by_its_old_id_and_does_not_pay_again() -> None:
    ann = make_customer("C-1")
    tell(checkout(ann, "T-1", 40))
    as_owner(
        "ALTER TABLE events_event DISABLE TRIGGER USER",
        f"UPDATE events_event SET transaction_id = '{DECOMPOSED}' WHERE transaction_id = 'T-1'",
        "ALTER TABLE events_event ENABLE TRIGGER USER",
        f"UPDATE events_transaction SET transaction_id = '{DECOMPOSED}'",
        f"UPDATE events_businesskey SET key = 'checkout:{DECOMPOSED}' WHERE key = 'checkout:T-1'",
        f"INSERT INTO events_businesskey (key, recorded_at) VALUES ('checkout:{COMPOSED}', now())",
    )

    for form in (COMPOSED, DECOMPOSED):
        again = one(checkout(ann, form, 40))
        assert again.error is not None
        assert again.error.code == 5003
    tell(Incoming("C-1", "refund", {"transaction_id": DECOMPOSED}))
    assert Transaction.objects.get().status == "refunded"


def test_an_erasure_under_a_decomposed_form_counts_for_the_one_form() -> None:
    gone = stored("first", DECOMPOSED)
    as_owner(
        f"INSERT INTO customers_tombstone (pseudonym, customer_id, erased_at, banned) VALUES (pseudonym('id', '{DECOMPOSED}'), {gone}, now(), true)"
    )
    as_owner(f"DELETE FROM customers_identity WHERE customer_id = {gone}")

    refused = one(Incoming(COMPOSED, "opt_in", {})).error
    assert refused is not None
    assert refused.message == "Customer not found"


def test_an_erasure_takes_away_the_bulk_errors_of_its_own_form_alone() -> None:
    make_customer("Zo\u00eb")
    stored("second", "Zoe\u0308")
    with room_of_gifts():
        request = accept(GIFT, "x", [Item("Zo\u00eb"), Item("Zoe\u0308")], by=TILL, at=NOON)
        BulkRequest.objects.filter(pk=request.pk).update(attempts=MAX_ATTEMPTS)
        done(request)
    tell(Incoming("Zo\u00eb", "opt_out", {}))

    assert told(request) == [("Zoe\u0308", 0)]
