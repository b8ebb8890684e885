"""Orders in bulk: their whole life as rows of a file, once however often the file comes."""

import pytest

from events.orders.models import Transaction
from loyalty.points.ledger.models import Balance

from .conftest import Import, refusals, state_digest
from .test_imports import counts

pytestmark = pytest.mark.django_db
ORDERS = """customer,action,transaction_id,total,points,points_burned,amount,product_id,subtotal,items[0][product_id],items[0][subtotal],items[0][quantity]
7,opt_in,,,,,,,,,,
7,point_add,,,500,,,,,,,
7,reserve_points,T2,,120,,,,,,,
7,checkout,T1,100,,50,,,,hat,100,1
7,partial_refund,T1,,,,40,,,,,
7,checkout,T2,30,,100,,,,cap,30,1
7,refund_item,T2,,,,,cap,30,,,
7,refund,T1,,,,,,,,,
8,opt_in,,,,,,,,,,
8,refund,T1,,,,,,,,,
"""


def test_a_file_tells_the_life_of_orders_and_a_second_time_changes_nothing(import_text: Import) -> None:
    job = import_text(ORDERS)
    assert counts(job) == (10, 9, 0, 1)
    assert refusals(job) == [(11, "transaction_id", "The customer does not own this transaction")]
    orders = Transaction.objects.order_by("id").values_list("transaction_id", "status", "taken_back", "given_back")
    assert list(orders) == [("T2", "refunded", 30, 100), ("T1", "refunded", 100, 50)]
    balance = Balance.objects.get(customer__public_id="7")
    assert (balance.earned, balance.spent, balance.reserved, balance.spendable) == (500, 0, 0, 500)
    before = state_digest()
    assert counts(import_text(ORDERS)) == (10, 0, 9, 1)
    assert state_digest() == before


def test_pieces_of_one_row_each_come_to_the_same_as_one_piece(import_text: Import) -> None:
    job = import_text(ORDERS, rows=1)
    assert (job.recorded, job.refused) == (9, 1)
    assert Balance.objects.get(customer__public_id="7").spendable == 500


ODD = """customer,action,transaction_id,effective_timestamp,total,line_id,subtotal,items[0][line_id],items[0][product_id],items[0][price],items[0][quantity],items[1][product_id],items[1][subtotal],items[1][quantity]
7,opt_in,,2025-11-01,,,,,,,,,,
7,checkout,T1,2025-11-28T18:30:00Z,,,,a,ham,19.899999999999999,0.755,old,-5,-1
7,refund_item,T1,2025-11-29 08:00:00,,a,,,,,,,,
7,refund_item,T1,2025-11-20,,a,,,,,,,,
7,checkout,T2,45989,5,,,,,,,,,
"""


def test_a_file_holds_weights_exchanges_line_ids_and_iso_times(import_text: Import) -> None:
    job = import_text(ODD)
    assert counts(job) == (5, 3, 0, 2)
    [early, serial] = refusals(job)
    assert early[:2] == (5, "effective_timestamp")
    assert "is before the checkout of this transaction, which was at 2025-11-28T18:30:00Z" in early[2]
    assert serial[:2] == (6, "effective_timestamp")
    assert "the day 2025-11-28 of a spreadsheet" in serial[2]
    order = Transaction.objects.get()
    assert (order.status, order.total, order.refunded, order.taken_back) == ("refunded", order.total, order.total, 10)
    assert str(order.total) == "10.0245"
    assert order.checkout_at is not None
    assert order.checkout_at.isoformat() == "2025-11-28T18:30:00+00:00"
