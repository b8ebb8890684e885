"""Numbers, times and IDs as spreadsheets write them: read where they have one meaning, else refused with the cure."""

import datetime as dt

import pytest

from customers.fields.models import Field
from customers.models import Customer
from events.models import Event
from loyalty.points.ledger.models import Balance
from tests.transfer.conftest import Import, refusals
from tests.transfer.test_imports import counts

pytestmark = pytest.mark.django_db


def balance(public_id: str) -> int:
    return Balance.objects.get(customer__public_id=public_id).earned


def test_numbers_with_two_readings_are_refused_with_both(import_text: Import) -> None:
    job = import_text(
        "_id;action;points;transaction_id;total\ng;opt_in;;;\ng;point_add;1.000;;\ng;checkout;;T1;1.234\n"
        "g;point_add;1 000;;\ng;checkout;;T2;1.099,90\n"
    )
    assert counts(job) == (5, 3, 0, 2)
    assert [(line, column) for line, column, _ in refusals(job)] == [(3, "points"), (4, "total")]
    assert refusals(job)[0][2].startswith("“1.000” can be read as 1000 or 1.000: write it without a mark")
    assert balance("g") == 1000 + 1100


def test_a_comma_between_thousands_is_refused_in_a_file_of_commas(import_text: Import) -> None:
    job = import_text('_id,action,points\ng,opt_in,\ng,point_add,"1,234"\ng,point_add,"1,234,567"\n')
    assert [(line, reason[:39]) for line, _, reason in refusals(job)] == [
        (3, "“1,234” can be read as 1234 or 1.234: w")
    ]
    assert balance("g") == 1_234_567


def test_a_point_in_a_file_of_commas_begins_the_decimals(import_text: Import) -> None:
    import_text("_id,action,transaction_id,total\ng,checkout,T1,1.234\n")
    assert Event.objects.get(action="checkout").data["total"] == "1.234"


@pytest.mark.parametrize(("mark", "points"), [(",", 1000), (".", 1)])
def test_the_uploader_says_which_mark_begins_the_decimals(import_text: Import, mark: str, points: int) -> None:
    import_text("_id;action;points\ng;opt_in;\ng;point_add;1.000\n", decimal_mark=mark)
    assert balance("g") == points


def test_numbers_of_an_order_s_lines_and_of_fields_are_read_alike(import_text: Import) -> None:
    Field.objects.create(slug="size", name="Size", type="numeric")
    lines = (
        "_id;action;transaction_id;items[0][price];items[0][quantity]\ng;checkout;T1;99,90;2\ng;checkout;T2;1.000;1\n"
    )
    assert refusals(import_text(lines))[0][:2] == (3, "items[0][price]")
    assert balance("g") == 200
    job = import_text("id;size;name2\n1;44,5;1.000\n2;1.000;\n", "customers")
    assert [(line, column) for line, column, _ in refusals(job)] == [(3, "size")]
    assert Customer.objects.get(public_id="1").properties == {"size": 44.5, "name2": "1.000"}


@pytest.mark.parametrize("name", ["timestamp", "date", "unix_timestamp", "Timestamp", "effective_timestamp"])
@pytest.mark.parametrize(
    ("written", "moment"),
    [
        ("2024-03-02T10:00:00+01:00", "2024-03-02T09:00:00Z"),
        ("2024-03-02T09:00:00Z", "2024-03-02T09:00:00Z"),
        ("2024-03-02 09:00", "2024-03-02T09:00:00Z"),
        ("2024-03-02", "2024-03-02T00:00:00Z"),
        ("1709370000", "2024-03-02T09:00:00Z"),
    ],
)
def test_the_manual_s_names_of_the_time_are_read(
    import_text: Import, settings: object, name: str, written: str, moment: str
) -> None:
    job = import_text(f"_id,action,points,{name}\nd,opt_in,,{written}\nd,point_add,100,{written}\n")
    assert counts(job) == (2, 2, 0, 0)
    assert set(Event.objects.values_list("occurred_at", flat=True)) == {dt.datetime.fromisoformat(moment)}


@pytest.mark.parametrize("written", ["02/03/2024", "2.3.2024", "yesterday", "2024-13-01", "2024-W09-5", "10:00"])
def test_a_time_that_may_be_another_is_refused_with_the_cure(import_text: Import, written: str) -> None:
    job = import_text(f"_id,action,timestamp\nd,opt_in,{written}\n")
    [(line, column, reason)] = refusals(job)
    assert (line, column) == (2, "timestamp")
    assert "write 2024-03-01T10:00:00+01:00" in reason


@pytest.mark.parametrize("column", ["id", "card", "mobile_phone", "note"])
@pytest.mark.parametrize("number", ["3.74397E+11", "3,74397E+11", "3.74397e+11", "4E+15"])
def test_a_number_that_a_spreadsheet_has_shortened_is_refused_in_every_column(
    import_text: Import, column: str, number: str
) -> None:
    Field.objects.create(slug="card", name="Card", external_id=True)
    names = ["id", "card", "mobile_phone", "note"]
    cells = [number if name == column else {"id": "1"}.get(name, "") for name in names]
    job = import_text(f"{';'.join(names)}\n{';'.join(cells)}\n", "customers")
    [(line, told, reason)] = refusals(job)
    assert (line, told) == (2, column)
    assert reason.startswith("The spreadsheet shortened this number")
    assert not Customer.objects.exists()


def test_a_shortened_receipt_is_refused_and_an_address_is_not(import_text: Import) -> None:
    job = import_text("_id,action,transaction_id,total\n1,checkout,1.23457E+12,10\n1,checkout,e+11@x.example,10\n")
    assert [(line, column) for line, column, _ in refusals(job)] == [(2, "transaction_id")]
