"""Orders in bulk: their whole life as rows of a file, once however often the file comes."""

import pytest

from events.models import Transaction
from loyalty.points.models import Balance

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
    assert refusals(job) == [(11, "", "The customer does not own this transaction")]
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
