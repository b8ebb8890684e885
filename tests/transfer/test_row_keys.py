"""A row counts once in its source, whatever file brings it; equal rows of a file are as many rows."""

import io
import json
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from django.utils import timezone

from customers.models import Customer
from events.models import BusinessKey
from loyalty.points.ledger.models import Balance
from loyalty.staff.models import User
from loyalty.staff.sender import Sender
from loyalty.transfer.importing.running import work
from loyalty.transfer.models import ImportedRow, ImportJob, RowCount
from loyalty.transfer.operations import NothingToCount, count_again, start_import

from .conftest import Import, refusals, state_digest
from .test_imports import counts

pytestmark = pytest.mark.django_db

CORRECTED = (
    '_id,action,points,reason\nr1,opt_in,,\nr1,point_add,100,migration\nr2,opt_in,,\nr2,point_add,"1,500",migration\n'
)
MENDED = CORRECTED.replace('"1,500"', "1500")


def earned(public_id: str) -> int:
    return Balance.objects.get(customer__public_id=public_id).earned


def told(job: ImportJob) -> list[tuple[int, str]]:
    return [(row.line, row.told) for row in job.notices.order_by("line")]


def test_a_mended_file_and_one_saved_anew_do_not_pay_again(import_text: Import) -> None:
    first = import_text(CORRECTED)
    assert counts(first) == (4, 3, 0, 1)
    assert counts(import_text(MENDED)) == (4, 1, 3, 0)
    before = state_digest()
    assert counts(import_text(MENDED.replace("\n", "\r\n"))) == (4, 0, 4, 0)
    assert state_digest() == before
    assert (earned("r1"), earned("r2")) == (100, 1500)


def test_other_columns_order_and_spelling_are_the_same_row(import_text: Import) -> None:
    import_text("_id,action,points,reason\n1,opt_in,,\n1,point_add,50,bonus\n")
    job = import_text("Action;Reason;ID;Points\npoint_add;bonus ;1;50,00\n")
    assert counts(job) == (1, 0, 1, 0)
    assert earned("1") == 50


@pytest.mark.parametrize("rows", [1, 2, 2_000])
def test_twins_within_a_file_both_count_whatever_the_chunks(import_text: Import, rows: int) -> None:
    text = "_id,action,points\n1,opt_in,\n" + "1,point_add,5\n" * 5
    assert counts(import_text(text, rows=rows)) == (6, 6, 0, 0)
    assert counts(import_text(text, rows=rows)) == (6, 0, 6, 0)
    assert counts(import_text(text + "1,point_add,5\n", rows=rows)) == (7, 1, 6, 0)
    assert earned("1") == 30


def test_counts_of_equal_rows_go_with_the_end_of_the_import(import_text: Import) -> None:
    import_text("_id,action,points\n1,opt_in,\n1,point_add,5\n1,point_add,5\n", rows=1)
    assert not RowCount.objects.exists()
    assert ImportedRow.objects.count() == 3


def test_refused_rows_are_nobody_s_and_may_come_again(import_text: Import) -> None:
    spend = "_id,action,points\n1,point_spend,50\n"
    import_text("_id,action,points\n1,opt_in,\n")
    assert counts(import_text(spend)) == (1, 0, 0, 1)
    import_text("_id,action,points\n1,point_add,60\n")
    assert counts(import_text(spend)) == (1, 1, 0, 0)


def test_another_source_is_another_row(import_text: Import) -> None:
    text = "_id,action,points\n1,opt_in,\n1,point_add,5\n"
    import_text(text)
    assert counts(import_text(text, source="payroll")) == (2, 1, 1, 0)
    assert counts(import_text(text, source="payroll")) == (2, 0, 2, 0)
    assert earned("1") == 10


def test_another_time_is_another_row(import_text: Import) -> None:
    text = "_id,action,points,timestamp\n1,opt_in,,\n1,point_add,5,2026-01-01T00:00:00Z\n"
    import_text(text)
    assert counts(import_text(text.replace("2026-01-01T00:00:00Z", "2026-01-01T01:00:00+01:00"))) == (2, 0, 2, 0)
    assert counts(import_text(text.replace("2026-01", "2026-02"))) == (2, 1, 1, 0)


def test_rows_that_are_there_are_listed_with_the_file_and_the_day(import_text: Import) -> None:
    import_text("_id,action,points\n1,opt_in,\n1,point_add,5\n", name="january.csv")
    job = import_text("_id,action,points\n1,point_add,7\n1,point_add,5\n")
    day = f"{timezone.localtime():%-d %b %Y}"
    assert told(job) == [(3, f"Already there: from january.csv, imported on {day}.")]
    assert job.already_there == 1


def test_the_uploader_can_count_rows_again_and_only_those(import_text: Import, manager: User) -> None:
    import_text("_id,action,points\n1,opt_in,\n2,opt_in,\n1,point_add,5\n")
    february = import_text("_id,action,points\n1,point_add,5\n2,point_add,5\n2,point_spend,500\n1,point_add,5\n")
    assert counts(february) == (4, 2, 1, 1)
    again = count_again(job_id=february.pk, by=Sender(manager, timezone.now())).result()
    work(job_id=again.pk, now=timezone.now, rows=1)
    again.refresh_from_db()
    assert counts(again) == (4, 1, 3, 0)
    assert (earned("1"), earned("2")) == (15, 5)
    with pytest.raises(NothingToCount):
        count_again(job_id=february.pk, by=Sender(manager, timezone.now()))
    with pytest.raises(NothingToCount):
        count_again(job_id=again.pk, by=Sender(manager, timezone.now()))


def test_what_was_counted_again_is_there_the_next_time(import_text: Import) -> None:
    text = "_id,action,points\n1,opt_in,\n1,point_add,5\n1,point_add,5\n"
    import_text(text)
    assert counts(import_text(text, count_again=True, rows=1)) == (3, 2, 1, 0)
    assert counts(import_text(text)) == (3, 0, 3, 0)
    assert counts(import_text(text, count_again=True)) == (3, 2, 1, 0)
    assert earned("1") == 30


def test_a_receipt_is_never_counted_again(import_text: Import) -> None:
    text = "_id,action,transaction_id,total\n1,opt_in,,\n1,checkout,T1,10\n"
    import_text(text)
    assert counts(import_text(text, count_again=True)) == (2, 0, 2, 0)
    assert earned("1") == 10


def test_a_known_receipt_of_other_content_is_refused_with_the_difference(import_text: Import) -> None:
    header = "_id,action,transaction_id,total,channel\n"
    import_text(f"{header}1,checkout,T1,10,web\n1,checkout,T2,10.00,\n")
    job = import_text(f"{header}1,checkout,T1,20,web\n1,checkout,T1,10.0,\n1,checkout,T2,10,store\n")
    assert counts(job) == (3, 0, 1, 2)
    assert refusals(job) == [
        (2, "total", "Transaction ID already used, and the content differs: 'total' is “10” there, and “20” here"),
        (4, "channel", "Transaction ID already used, and the content differs: 'channel' is nothing there, and “store” here"),
    ]  # fmt: skip
    assert [line for line, _ in told(job)] == [3]


def test_an_opt_in_that_says_something_else_is_refused(import_text: Import) -> None:
    import_text("_id,action,email\n1,opt_in,a@example.com\n")
    job = import_text("_id,action,email\n1,opt_in,a@example.com\n1,opt_in,b@example.com\n", source="other")
    assert counts(job) == (2, 0, 1, 1)
    [(line, column, reason)] = refusals(job)
    assert (line, column) == (3, "email")
    assert reason.startswith("Customer already opted in, and 'email' differs")
    assert Customer.objects.get().email == "a@example.com"


def line_keyed(job: ImportJob) -> None:
    """As imports of before left it: rows named by the file's digest and their line."""
    for row in ImportedRow.objects.filter(job_id=job.pk):
        row.delete()
    for line in range(2, 2 + job.rows_done):
        BusinessKey.objects.bulk_create(
            [BusinessKey(key=f"request:import:{job.sha256}:{line}", recorded_at=timezone.now())]
        )
    ImportJob.objects.filter(pk=job.pk).update(has_row_keys=False)


def test_a_file_from_before_there_were_keys_of_rows_does_not_pay_again(import_text: Import) -> None:
    text = "_id,action,points\n1,opt_in,\n1,point_add,5\n1,point_add,5\n"
    line_keyed(import_text(text, name="old.csv"))
    job = import_text(text)
    assert counts(job) == (3, 0, 3, 0)
    assert "old.csv" in told(job)[0][1]
    # It is registered now: the mended file finds its rows.
    assert counts(import_text(text + "1,point_add,7\n")) == (4, 1, 3, 0)
    assert earned("1") == 17


def test_the_command_takes_source_and_count_again(tmp_path: Path) -> None:
    path = tmp_path / "x.csv"
    path.write_text("_id,action,points\n1,opt_in,\n1,point_add,5\n")

    def run(**options: Any) -> tuple[int, int]:
        out = io.StringIO()
        call_command("import_file", path, model="events", stdout=out, **options)
        report = json.loads(out.getvalue())
        return report["recorded"], report["already_there"]

    assert [run(), run(), run(source="b"), run(count_again=True)] == [(2, 0), (0, 2), (1, 1), (1, 1)]
    assert earned("1") == 15


def test_tasks_count_as_the_command_does(manager: User) -> None:
    text = b"_id,action,points\n1,opt_in,\n1,point_add,5\n"
    for _ in range(2):
        job = start_import(model="events", name="x.csv", content=[text], by=Sender(manager, timezone.now())).result()
        work(job_id=job.pk, now=timezone.now, seconds=0, rows=1)
        work(job_id=job.pk, now=timezone.now, rows=1)
    assert earned("1") == 5
