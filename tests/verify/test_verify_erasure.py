"""Verifying leaves out what the events of erased customers no longer tell, and compares all else of them."""

import datetime as dt

import pytest

from customers.erasure.mechanism import BAN
from customers.models import Customer
from loyalty.engine.events import Actor
from loyalty.engine.record import record
from loyalty.verify.comparison import verify
from loyalty.verify.health import all_checks
from tests.engine.world import NOW, event
from tests.merging import merge
from tests.verify.corrupting import as_owner, customer_of, record_histories

LATER = NOW + dt.timedelta(days=2)
STAFF = Actor("back_office", grants=frozenset({BAN}))


@pytest.mark.parametrize("action", ["opt_out", "ban"])
def test_of_the_erased_orders_are_left_out_and_the_ledger_is_compared(committed_db: None, action: str) -> None:
    record_histories("first", "last", "alone", "other")
    first, last, alone, other = map(customer_of, ("first", "last", "alone", "other"))
    merge(Customer.objects.get(id=first), Customer.objects.get(id=last), LATER)
    for name in ("last", "alone"):
        [outcome] = record([event(name, action, reason="fraud")], by=STAFF, at=LATER + dt.timedelta(hours=1))
        assert outcome.error is None
    assert verify(all_checks(), limit=10).mismatches == []

    as_owner(
        f"UPDATE points_balance SET spent = spent + 1, expired = expired - 1 WHERE customer_id = {last}",
        f"UPDATE customers_customer SET purchase_total = purchase_total + 1 WHERE id = {alone}",
        "UPDATE points_lot SET expired = expired - 1 WHERE (customer_id, id) ="
        f" (SELECT customer_id, max(id) FROM points_lot WHERE customer_id = {alone} AND expired > 0 GROUP BY 1)",
        f"UPDATE events_transaction SET burned = burned + 1 WHERE customer_id = {other} AND transaction_id = 'other-9'",
    )
    assert {(one.check, one.customer_id, *one.stored) for one in verify(all_checks(), limit=10).mismatches} == {
        ("balances", last, "spent", "expired"),
        ("totals", alone, "purchase_total"),
        ("lots", alone, "expired"),
        ("transactions", other, "burned"),
    }
