"""A room takes files of its own kind by contributing one; the import itself knows nothing of it."""

import datetime as dt
import json
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import call_command
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from loyalty import composition, contributions
from loyalty.engine.events import Actor
from loyalty.engine.record import record
from loyalty.intake.files import FileColumn, FileRow, Importable
from loyalty.points.ledger.models import Balance
from loyalty.refusals import Refused
from loyalty.staff.models import User
from loyalty.transfer.importing.running import work
from loyalty.transfer.models import ImportJob
from loyalty.transfer.reading.reader import UnreadableFile

from .conftest import Import, refusals
from .test_imports import counts

pytestmark = pytest.mark.django_db
COLUMNS = (FileColumn("points", required=True, is_number=True), FileColumn("reason"))
TEXT = 'member id,Points,reason\nann,"1,500.00",Summer\nnobody,5,\nann,x,\n'


def give(rows: Sequence[FileRow], by: Actor, at: dt.datetime) -> Sequence[Refused | None]:
    return [outcome.error for outcome in record([row.event("point_add") for row in rows], by=by, at=at)]


@pytest.fixture(autouse=True)
def gifts(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A room more, which takes files of gifts; and Ann, who is a member."""
    with monkeypatch.context() as patch:
        kind = Importable("gifts", "Gifts", COLUMNS, give)
        patch.setattr(composition, "CONTRIBUTIONS", (*composition.CONTRIBUTIONS, kind))
        contributions._contributed.cache_clear()
        record([FileRow("ann", "id", {}).event("opt_in")], by=Actor("api"), at=timezone.now())
        yield
    contributions._contributed.cache_clear()


def earned() -> int:
    return Balance.objects.get(customer__public_id="ann").earned


def test_a_row_does_what_the_room_makes_of_it_or_is_refused_at_its_column(import_text: Import) -> None:
    job = import_text(TEXT, "gifts")

    assert counts(job) == (3, 1, 0, 2)
    assert earned() == 1500
    assert [(line, column) for line, column, *_ in refusals(job)] == [(3, ""), (4, "Points")]


def test_other_columns_are_left_out_if_the_uploader_says_so(import_text: Import) -> None:
    assert counts(import_text("id,name,points\nann,Ann,5\n", "gifts", unknown_columns="leave_out")) == (1, 1, 0, 0)
    assert earned() == 5


@pytest.mark.parametrize("rows", [1, 2_000])
def test_a_row_counts_once_in_its_source_and_twins_of_a_file_both(import_text: Import, rows: int) -> None:
    text = "id,points\n" + "ann,5\n" * 3

    assert counts(import_text(text, "gifts", rows=rows)) == (3, 3, 0, 0)
    assert counts(import_text(text.replace("5", "5.00"), "gifts", rows=rows)) == (3, 0, 3, 0)
    assert earned() == 15


def test_a_refused_row_can_be_sent_again(import_text: Import) -> None:
    import_text("id,points\nben,5\n", "gifts")
    record([FileRow("ben", "id", {}).event("opt_in")], by=Actor("api"), at=timezone.now())

    assert counts(import_text("id,points\nben,5\n", "gifts")) == (1, 1, 0, 0)


@pytest.mark.parametrize(
    ("header", "reason"),
    [
        ("id,point", r"There is no column “point” \(is points meant\?\) in files of this kind"),
        ("id,reason", "The column “points” is missing"),
        ("points", "No column names the customer"),
        ("id,points,Points ", "both mean points"),
    ],
)
def test_a_file_without_the_rooms_columns_is_given_up_with_the_reason(
    import_text: Import, header: str, reason: str
) -> None:
    with pytest.raises(UnreadableFile, match=reason):
        import_text(f"{header}\n", "gifts")
    assert not ImportJob.objects.exists()


def test_the_pages_offer_the_kind_and_call_it_by_its_name(client: Client, manager: User) -> None:
    client.force_login(manager)
    assert "Gifts" in client.get(reverse("transfer:new")).content.decode()

    file = SimpleUploadedFile("gifts.csv", b"id,points\nann,7\n")
    answer = client.post(reverse("transfer:new"), {"model": "gifts", "file": file})
    work(job_id=ImportJob.objects.get().pk, now=timezone.now)

    assert "Gifts ·" in client.get(answer["Location"]).content.decode()
    assert "Gifts" in client.get(reverse("transfer:imports")).content.decode()
    assert earned() == 7


def test_the_command_takes_the_kind(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "gifts.csv"
    path.write_text("id,points\nann,7\n")

    call_command("import_file", str(path), "--model", "gifts")

    assert json.loads(capsys.readouterr().out)["recorded"] == 1


def test_an_import_of_a_kind_that_no_room_takes_any_more_keeps_its_record(client: Client, manager: User) -> None:
    job = ImportJob.objects.create(
        model="vouchers", file_name="x.csv", size=9, created_at=timezone.now(), status="finished"
    )
    client.force_login(manager)

    assert "vouchers ·" in client.get(reverse("transfer:import", args=[job.pk])).content.decode()
