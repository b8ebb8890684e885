"""Files, the words of refused rows and the records of imports go when their time is over; what was paid stays paid."""

from datetime import datetime, timedelta

import pytest
from django.utils import timezone

from loyalty.program.models import GeneralSettings
from loyalty.program.queries import general_settings
from loyalty.staff.models import User
from loyalty.staff.sender import Sender
from loyalty.transfer.enums import JobStatus
from loyalty.transfer.files.retention import EXPIRED, forget_old_imports
from loyalty.transfer.files.store import path_of
from loyalty.transfer.models import ImportedRow, ImportJob
from loyalty.transfer.operations import NothingToCount, count_again, start_import
from tests.transfer.conftest import Import
from tests.transfer.test_imports import counts

pytestmark = pytest.mark.django_db

TEXT = "_id,action,points\n1,opt_in,\n1,point_add,5\nann@example.com,dance,\n"


def after(days: float) -> datetime:
    return timezone.now() + timedelta(days=days)


@pytest.fixture(autouse=True)
def periods(db: None) -> None:
    settings = general_settings()
    settings.import_file_days, settings.import_record_days = 30, 400
    settings.save()


def test_a_file_and_the_words_of_its_refused_rows_go_after_the_days_of_the_setting(import_text: Import) -> None:
    job = import_text(TEXT, name="ann-lee.csv")
    assert forget_old_imports(at=after(29.9)) == 0
    assert path_of(job.stored_name).exists()
    with_hooks(after(30.1))
    job.refresh_from_db()
    assert not path_of(job.stored_name).exists()
    assert (job.file_erased, job.file_name) == (True, f"import-{job.pk}.csv")
    assert [row.reason for row in job.refused_rows.all()] == [EXPIRED]
    assert (job.recorded, job.refused) == (2, 1)
    assert forget_old_imports(at=after(30.2)) == 0


def with_hooks(at: datetime) -> int:
    from django.test import TestCase

    with TestCase.captureOnCommitCallbacks(execute=True):
        return forget_old_imports(at=at)


def test_the_record_goes_later_and_its_rows_still_do_not_pay_again(import_text: Import) -> None:
    import_text(TEXT)
    with_hooks(after(401))
    assert not ImportJob.objects.exists()
    assert ImportedRow.objects.count() == 2
    again = import_text(TEXT)
    assert counts(again) == (3, 0, 2, 1)
    assert {row.told for row in again.notices.all()} == {
        "Already there: from an import whose record is not kept any more."
    }


def test_the_periods_are_settings(import_text: Import) -> None:
    job = import_text(TEXT)
    GeneralSettings.objects.update(import_file_days=2)
    assert with_hooks(after(2.1)) == 1
    assert not path_of(job.stored_name).exists()


def test_what_runs_is_left_alone_and_what_waits_is_given_up(manager: User) -> None:
    jobs = [
        start_import(
            model="events", name="x.csv", content=[text], by=Sender(manager, timezone.now()), ask=True
        ).result()
        for text in (b"_id,action\n1,opt_in\n", b"_id,action,flavour\n1,opt_in,\n")
    ]
    assert [job.status for job in jobs] == [JobStatus.PROCESSING, JobStatus.UPLOADED]
    with_hooks(after(31))
    for job in jobs:
        job.refresh_from_db()
    assert [job.status for job in jobs] == [JobStatus.PROCESSING, JobStatus.CANCELLED]
    assert [path_of(job.stored_name).exists() for job in jobs] == [True, False]


def test_what_nobody_confirms_is_given_up_after_a_day(manager: User) -> None:
    by = Sender(manager, timezone.now())
    job = start_import(
        model="events", name="x.csv", content=[b"_id,action,flavour\n1,opt_in,\n"], by=by, ask=True
    ).result()

    assert with_hooks(after(0.9)) == 0
    assert path_of(job.stored_name).exists()
    assert with_hooks(after(1.1)) == 1

    job.refresh_from_db()
    assert (job.status, job.file_erased) == (JobStatus.CANCELLED, True)
    assert not path_of(job.stored_name).exists()


def test_rows_of_a_file_that_is_gone_cannot_be_counted_again(import_text: Import, manager: User) -> None:
    import_text(TEXT)
    job = import_text(TEXT)
    with_hooks(after(31))
    with pytest.raises(NothingToCount):
        count_again(job_id=job.pk, by=Sender(manager, timezone.now()))
