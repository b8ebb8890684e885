"""Verifying leaves out what the events of erased customers no longer tell."""

import datetime as dt

import pytest

from customers.models import Customer
from loyalty.points.checks import verify
from loyalty.points.projections import CHECKS
from tests.engine.world import NOW
from tests.merging import merge

from .corrupting import as_owner, customer_of, record_histories


@pytest.mark.parametrize("status", ["opted_out", "banned"])
def test_of_the_erased_orders_are_left_out_and_the_ledger_is_compared(committed_db: None, status: str) -> None:
    record_histories("a", "b", "c")
    merge(Customer.objects.get(public_id="a"), Customer.objects.get(public_id="b"), NOW + dt.timedelta(days=2))
    family = [customer_of("a"), customer_of("b")]
    [erased] = [", ".join(map(str, family))]
    as_owner(
        "ALTER TABLE events_event DISABLE TRIGGER USER",
        "UPDATE events_event SET data = '{}', transaction_id = NULL, occurred_at = date_trunc('day', occurred_at, 'UTC'),"
        f" recorded_at = date_trunc('day', recorded_at, 'UTC') WHERE customer_id IN ({erased})",
        "ALTER TABLE events_event ENABLE TRIGGER USER",
        "UPDATE events_transaction SET transaction_id = gen_random_uuid()::text,"
        " checkout_at = date_trunc('day', checkout_at, 'UTC'), accepted_at = date_trunc('day', accepted_at, 'UTC'),"
        f" created_at = date_trunc('day', created_at, 'UTC') WHERE customer_id IN ({erased})",
        *(
            f"UPDATE customers_customer SET {name} = date_trunc('day', {name}, 'UTC') WHERE id IN ({erased})"
            for name in ("purchase_first_date", "purchase_last_date", "last_earn_date", "last_spend_date")
        ),
        f"DELETE FROM customers_identity WHERE customer_id IN ({erased})",
        f"UPDATE customers_customer SET status = '{status}', public_id = gen_random_uuid()::text WHERE id = {family[1]}",
    )
    assert verify(CHECKS, limit=10).mismatches == []
    as_owner(
        f"UPDATE points_balance SET spent = spent + 1 WHERE customer_id = {family[1]}",
        f"UPDATE customers_customer SET purchase_total = purchase_total + 1 WHERE id = {family[1]}",
        f"UPDATE events_transaction SET burned = burned + 1 WHERE customer_id = {customer_of('c')} AND transaction_id = 'c-9'",
    )
    found = verify(CHECKS, limit=10)
    assert {(one.check, one.customer_id) for one in found.mismatches} == {
        ("balances", family[1]), ("totals", family[1]), ("transactions", customer_of("c")),
    }  # fmt: skip
