"""A customer with thousands of orders: what concerns all of them does not take long."""

import time

import pytest

from customers.models import Customer
from events.orders.models import Transaction
from loyalty.engine.events import Incoming
from tests.factories import NOON, make_customer, tell
from tests.verify.corrupting import as_owner

pytestmark = [pytest.mark.prove, pytest.mark.usefixtures("committed_db")]
ORDERS = 2_000


def order(number: int) -> Incoming:
    item = {"product_id": f"P-{number % 40}", "product_name": "Shoe", "subtotal": 10}
    return Incoming(
        "C-1", "checkout", {"transaction_id": f"T-{number}", "total": 10, "items": [item], "auto_accept": 0}
    )


@pytest.fixture
def large() -> Customer:
    """With statistics of the tables, which autovacuum makes after so many rows."""
    customer = make_customer("C-1")
    for start in range(0, ORDERS, 500):
        tell(*(order(number) for number in range(start, start + 500)), at=NOON)
    assert Transaction.objects.filter(customer_id=customer.id).count() == ORDERS
    as_owner("VACUUM (ANALYZE)")
    return customer


def test_a_customer_with_2000_orders_opts_out_within_a_second(large: Customer) -> None:
    started = time.perf_counter()
    tell(Incoming("C-1", "opt_out", {}), at=NOON)
    took = time.perf_counter() - started
    print(f"opt-out with {ORDERS} orders: {took:.2f} s")
    large.refresh_from_db()
    assert large.status == "opted_out"
    assert not Transaction.objects.filter(customer_id=large.id, transaction_id__startswith="T-").exists()
    assert took <= 1
