"""Files as programs save them: read, or refused as a whole with a sentence that names the cure."""

from pathlib import Path

import pytest

from customers.models import Customer
from loyalty.transfer.models import ImportJob
from loyalty.transfer.reading.reader import UnreadableFile

from .conftest import Import, refusals
from .test_imports import counts

pytestmark = pytest.mark.django_db

ROWS = "_id,action,points\nt1,opt_in,\nt1,point_add,100\n"


@pytest.mark.parametrize(
    "text",
    [
        "_id,action,points,,\nt1,opt_in,,,\nt1,point_add,100,,,,\n",
        "_id,action,points,,\nt1,opt_in,\nt1,point_add,100,,\n",
        "sep=;\n_id;action;points\nt1;opt_in;\nt1;point_add;100\n",
        "\ufeffsep=;\r\n_id;action;points\r\nt1;opt_in;\r\nt1;point_add;100\r\n",
        '"sep=\t"\n_id\taction\tpoints\nt1\topt_in\t\nt1\tpoint_add\t100\n',
        ROWS.replace("\n", "\r"),
        ROWS.replace("\n", "\r\n"),
        "\n".join(ROWS.splitlines()),
    ],
    ids=["trailing", "trailing names", "sep", "sep and mark", "sep quoted", "mac", "windows", "no last end"],
)
def test_what_spreadsheets_add_is_read(import_text: Import, text: str) -> None:
    assert counts(import_text(text)) == (2, 2, 0, 0)
    assert set(Customer.objects.values_list("public_id", flat=True)) == {"t1"}


def test_a_value_under_no_name_is_refused(import_text: Import) -> None:
    job = import_text("_id,action,points,\nt1,opt_in,,x\nt1,opt_in,,\n")
    assert refusals(job) == [(2, "", "The row has 4 columns, the header has 3")]


def test_the_lines_of_a_file_with_a_delimiter_s_line_are_counted(import_text: Import) -> None:
    job = import_text("sep=;\n_id;action\nt1;opt_in\nt1;dance\n")
    assert [line for line, _, _ in refusals(job)] == [4]


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"PK\x03\x04rest", "The file is a workbook (.xlsx, .ods) or an archive: save the sheet as “CSV UTF-8”."),
        (b"\xd0\xcf\x11\xe0rest", "The file is a workbook (.xls): save the sheet as “CSV UTF-8”."),
        (b"\x1f\x8brest", "The file is packed (.gz): unpack it, and upload the CSV file."),
        (b'[{"_id": "1"}]', "The file is JSON: save its rows as CSV"),
        (b' {"customers": []}', "The file is JSON: save its rows as CSV"),
        (b"%PDF-1.7", "The file is a PDF"),
        (b"<html>", "The file is a web page or XML"),
        (ROWS.encode("utf-16"), "The file is UTF-16: save it as “CSV UTF-8”."),
    ],
)
def test_another_kind_of_file_is_refused_with_the_cure(import_text: Import, content: bytes, reason: str) -> None:
    with pytest.raises(UnreadableFile) as caught:
        import_text(content)
    assert str(caught.value).startswith(reason)


@pytest.mark.parametrize("rows", [1, 30_000])
def test_a_file_of_another_encoding_is_refused_as_a_whole(import_text: Import, tmp_path: Path, rows: int) -> None:
    content = b"id,first_name\n" + b"1,Ann\n" * rows + "2,Zoë\n".encode("cp1252")
    with pytest.raises(UnreadableFile, match=f"The file is not UTF-8: line {rows + 2:,} has letters"):
        import_text(content, "customers")
    assert not Customer.objects.exists()
    assert not ImportJob.objects.exists()
    assert list(tmp_path.rglob("*.csv")) == []


def test_letters_on_the_border_of_two_pieces_are_read(import_text: Import) -> None:
    from django.utils import timezone

    from loyalty.transfer.operations import import_here

    raw = "id,first_name\n1,Zoë\n".encode()
    job = import_here(
        model="customers", name="x.csv", content=[raw[n : n + 1] for n in range(len(raw))], now=timezone.now
    )
    assert counts(job) == (1, 1, 0, 0)
