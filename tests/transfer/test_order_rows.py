"""Rows of one order are one order; "unchanged" is only what says the same."""

import pytest

from events.orders.models import Transaction
from loyalty.points.ledger.models import Balance

from .conftest import Import, refusals
from .test_imports import counts

pytestmark = pytest.mark.django_db

HEADER = "_id,action,transaction_id,total,items[0][product_id],items[0][quantity],items[0][price]\n"
ORDER = "m,opt_in,,,,,\nm,checkout,T1,,A,1,100\nm,checkout,T1,,B,2,100\n"


def earned() -> int:
    return Balance.objects.get(customer__public_id="m").earned


@pytest.mark.parametrize("rows", [1, 2, 2_000])
def test_rows_of_one_order_are_joined_whatever_the_chunks(import_text: Import, rows: int) -> None:
    assert counts(import_text(HEADER + ORDER, rows=rows)) == (3, 3, 0, 0)
    order = Transaction.objects.get()
    assert [(line["product_id"], line.get("quantity", 1)) for line in order.items] == [("A", 1), ("B", 2)]
    assert order.total == earned() == 300
    assert counts(import_text(HEADER + ORDER, rows=rows)) == (3, 0, 3, 0)


def test_rows_of_one_order_that_are_apart_are_refused_with_the_difference(import_text: Import) -> None:
    job = import_text(HEADER + "m,checkout,T1,,A,1,100\nm,checkout,T2,,A,1,5\nm,checkout,T1,,B,2,100\n")
    assert counts(job) == (3, 2, 0, 1)
    [(line, column, reason)] = refusals(job)
    assert (line, column) == (4, "items[0][product_id]")
    assert reason.startswith(
        "Transaction ID already used, and the content differs: items[0]: 'product_id' is “A” there"
    )


def test_an_order_with_a_row_more_is_not_unchanged(import_text: Import) -> None:
    import_text(HEADER + ORDER)
    job = import_text(HEADER + ORDER + "m,checkout,T1,,C,1,1\n", source="other")
    assert [reason for _, _, reason in refusals(job)] == [
        "Transaction ID already used, and the content differs: the order has 2 lines there, and 3 here: 'items'"
    ] * 3


def test_rows_of_one_order_that_contradict_each_other_are_refused_together(import_text: Import) -> None:
    job = import_text(HEADER + "m,checkout,T1,100,A,1,100\nm,checkout,T1,200,B,2,100\n")
    assert counts(job) == (2, 0, 0, 2)
    assert {(column, reason) for _, column, reason in refusals(job)} == {
        ("total", "The rows of this order contradict each other: 'total' must be the same in all of them")
    }


def test_a_wrong_row_takes_the_rest_of_its_order_with_it(import_text: Import) -> None:
    job = import_text(HEADER + 'm,checkout,T1,,A,1,100\nm,checkout,T1,,B,2,"1,000"\nm,checkout,T2,,A,1,5\n')
    assert counts(job) == (3, 1, 0, 2)
    assert [line for line, _, _ in refusals(job)] == [2, 3]
    assert "Line 3 of the same order is refused" in refusals(job)[0][2]


@pytest.mark.parametrize(("total", "recorded", "unchanged", "points"), [("200", 2, 0, 200), ("100", 1, 1, 100)])
def test_of_two_equal_lines_the_total_tells_whether_they_are_two(
    import_text: Import, total: str, recorded: int, unchanged: int, points: int
) -> None:
    job = import_text(HEADER + f"m,checkout,T1,{total},A,1,100\n" * 2)
    assert counts(job) == (2, recorded, unchanged, 0)
    assert earned() == points


def test_two_equal_lines_without_a_total_are_refused_with_the_cure(import_text: Import) -> None:
    job = import_text(HEADER + "m,checkout,T1,,A,1,100\n" * 2)
    assert counts(job) == (2, 0, 0, 2)
    assert "for a second piece write 'quantity' 2 in one row" in refusals(job)[0][2]


def test_one_customer_s_rows_are_not_joined_with_another_s(import_text: Import) -> None:
    job = import_text(HEADER + "m,checkout,T1,,A,1,100\nn,checkout,T1,,B,2,100\n")
    assert counts(job) == (2, 1, 0, 1)
    assert refusals(job)[0][2] == "The 'transaction_id' is another customer's"
