import io
from pathlib import Path
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.utils import timezone

from customers.models import Customer
from events.models import Event
from loyalty.points.ledger.models import Balance
from loyalty.staff.models import User
from loyalty.staff.sender import Sender
from loyalty.transfer.enums import JobStatus
from loyalty.transfer.files import store as files
from loyalty.transfer.importing import running
from loyalty.transfer.importing.running import work
from loyalty.transfer.models import ImportJob
from loyalty.transfer.operations import NotStartable, cancel_import, confirm_import, start_import
from loyalty.transfer.queries import abandoned_imports
from loyalty.transfer.reading.reader import UnreadableFile

from .conftest import SAMPLE, Import, refusals, state_digest

pytestmark = pytest.mark.django_db


def start(by: User, content: bytes = SAMPLE, **options: Any) -> ImportJob:
    return start_import(
        model="events", name="x.csv", content=[content], by=Sender(by, timezone.now()), **options
    ).result()


def counts(job: ImportJob) -> tuple[int | None, int, int, int]:
    assert job.status == JobStatus.FINISHED, job.error
    return job.rows_total, job.recorded, job.unchanged, job.refused


def test_the_sample_file_enrols_its_three_customers(import_text: Import) -> None:
    job = import_text(SAMPLE)
    assert counts(job) == (3, 3, 0, 0)
    found = Customer.objects.values_list("public_id", "first_name", "last_name", "email", "status").order_by(
        "public_id"
    )
    assert list(found) == [
        ("342856642764", "Zoë", "Trial", "zoe.sample@example.com", "active"),
        ("345454656512", "Péter", "Próba", "peter.sample@example.com", "active"),
        ("374397439743", "Maria", "Sample", "maria.sample@example.com", "active"),
    ]
    assert set(Event.objects.values_list("action", "source", "source_detail")) == {
        ("opt_in", "import", f"import:{job.pk}")
    }


def test_importing_the_same_file_again_changes_nothing_and_says_so(import_text: Import) -> None:
    import_text(SAMPLE)
    before = state_digest()
    assert counts(import_text(SAMPLE)) == (3, 0, 3, 0)
    assert state_digest() == before


def test_points_are_not_given_twice_by_the_same_file(import_text: Import) -> None:
    import_text(SAMPLE)
    points = "customer,action,points\n374397439743,point_add,50\n374397439743,point_add,50\n"
    assert counts(import_text(points)) == (2, 2, 0, 0)
    before = state_digest()
    assert counts(import_text(points)) == (2, 0, 2, 0)
    assert state_digest() == before
    assert Balance.objects.get(customer__public_id="374397439743").earned == 100


def test_a_receipt_pays_once_in_whatever_file_it_comes(import_text: Import) -> None:
    header = "customer,action,transaction_id,items[0][price],items[0][quantity],total\n"
    assert counts(import_text(f"{header}7,checkout,T1,5,2,10\n7,checkout,T1,5,2,10\n")) == (2, 1, 1, 0)
    job = import_text(f"{header}8,checkout,T1,5,2,10\n7,checkout, T1 ,5,2,10\n")
    assert counts(job) == (2, 0, 1, 1)
    assert refusals(job) == [(2, "transaction_id", "The 'transaction_id' is another customer's")]
    assert list(Event.objects.order_by("id").values_list("action", "data__quantity")) == [
        ("checkout", None),
        ("checkout_item", "2"),
    ]


def test_refused_rows_are_listed_with_line_column_and_reason(import_text: Import) -> None:
    job = import_text(
        "customer,action,transaction_id,total,items[0][price]\n"
        "1,checkout,T1,abc,\n"
        ",checkout,T2,10,\n"
        "2,checkout,,10,\n"
        "3,,T3,10,\n"
        '4,checkout,"\n\nT4",5,cheap\n'
        "5,dance,T5,10,\n"
        "6,checkout,T6,10,\n"
    )
    assert counts(job) == (7, 1, 0, 6)
    assert refusals(job) == [
        (2, "total", "'total' must be a number such as 12.50"),
        (3, "customer", "The row names no customer"),
        (4, "transaction_id", "'transaction_id' property is required"),
        (5, "action", "The row names no action"),
        (6, "items[0][price]", "items[0]: 'price' must be a number such as 12.50"),
        (9, "action", "Invalid action: dance"),
    ]


def test_a_refused_row_takes_no_other_row_with_it_whatever_the_chunks(import_text: Import) -> None:
    content = "_id,action,email\n" + "".join(
        f"{i},opt_in,{'broken' if i % 7 == 3 else f'u{i}@example.com'}\n" for i in range(1, 101)
    )
    job = import_text(content, rows=9)
    assert counts(job) == (100, 86, 0, 14)
    assert [line for line, _, _ in refusals(job)] == [i + 1 for i in range(1, 101) if i % 7 == 3]
    assert {column for _, column, _ in refusals(job)} == {"email"}


@pytest.mark.parametrize("rows", [1, 2_000])
def test_a_malformed_address_of_somebody_known_is_refused_by_itself(import_text: Import, rows: int) -> None:
    head = "_id,action,email\n1,opt_in,ann@example.com\n"
    job = import_text(f"{head}1,opt_in,@example.com\n2,opt_in,bob@example.com\n", rows=rows)
    assert counts(job) == (3, 2, 0, 1)
    assert refusals(job) == [(3, "email", "'email' must be an address such as name@example.com")]
    assert Customer.objects.get(public_id="1").email == "ann@example.com"


def test_customers_are_enrolled_changed_or_left_as_they_are(import_text: Import) -> None:
    import_text(
        "id,email,first_name,country,shop\n1,a@example.com,Ann,hu,Harbour\n2,b@example.com,Bob,de,\n", "customers"
    )
    before = state_digest()
    job = import_text("id;email;first_name;country;shop\n1;a@example.com;;HU;Harbour\n2;;Bob;de;\n", "customers")
    assert counts(job) == (2, 0, 2, 0)
    assert state_digest() == before
    job = import_text("id,email,first_name,country,shop\n1,new@example.com,,,\n2,,,,Centre\n3,,Cleo,,\n", "customers")
    assert counts(job) == (3, 3, 0, 0)
    changes = Event.objects.filter(source_detail=f"import:{job.pk}").order_by("id").values_list("action", "data")
    assert list(changes) == [
        ("profile", {"email": "new@example.com"}),
        ("profile", {"shop": "Centre"}),
        ("opt_in", {"first_name": "Cleo"}),
    ]
    ann = Customer.objects.get(public_id="1")
    assert (ann.email, ann.first_name, ann.country, ann.properties) == (
        "new@example.com",
        "Ann",
        "HU",
        {"shop": "Harbour"},
    )


def test_two_rows_of_one_customer_apply_in_their_order(import_text: Import) -> None:
    rows = "1,Ann,\n1,Anna,\n1,,Smith\n1,Anna,Smith\n2,bad\n"
    job = import_text(f"id,first_name,last_name\n{rows}", "customers")
    assert counts(job) == (5, 3, 1, 1)
    found = Customer.objects.get(public_id="1")
    assert (found.first_name, found.last_name) == ("Anna", "Smith")
    assert list(Event.objects.order_by("id").values_list("action", flat=True)) == ["opt_in", "profile", "profile"]


def test_refused_fields_of_customers_are_named(import_text: Import) -> None:
    import_text("id,email\n1,a@example.com\n", "customers")
    job = import_text("id,email,birth_date\n1,nobody,\n2,x@example.com,31.12.1990\n", "customers")
    assert refusals(job) == [
        (2, "email", "'email' must be an address such as name@example.com"),
        (3, "birth_date", "'birth_date' must be a date such as 2026-12-31"),
    ]


def test_an_id_that_cannot_be_one_is_refused(import_text: Import) -> None:
    job = import_text(f"id,email\n{'x' * 129},a@example.com\na\u200bb,b@example.com\nok,c@example.com\n", "customers")
    assert counts(job) == (3, 1, 0, 2)
    assert [column for _, column, _ in refusals(job)] == ["id", "id"]


def test_a_file_that_cannot_be_imported_leaves_nothing_behind(tmp_path: Path, manager: User) -> None:
    with pytest.raises(UnreadableFile, match="The column “action” is missing"):
        start(manager, b"_id,email\n1,a@example.com\n")
    with pytest.raises(UnreadableFile, match="The file is empty"):
        start(manager, b"")
    assert list(tmp_path.rglob("*.csv")) == []
    assert not ImportJob.objects.exists()


def test_a_file_beyond_the_limit_is_refused_while_it_is_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(files, "MAX_SIZE", 1000)
    endless = iter(lambda: b"x" * 100, b"")
    with pytest.raises(UnreadableFile, match="larger than 1 GB"):
        files.store(endless)
    assert list(tmp_path.rglob("*.csv")) == []


def test_stored_files_are_for_the_server_alone(manager: User) -> None:
    path = files.path_of(start(manager).stored_name)
    assert (path.stat().st_mode & 0o777, path.parent.stat().st_mode & 0o777) == (0o600, 0o700)


def test_too_many_rows_end_the_import_with_a_reason(import_text: Import, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(running, "MAX_ROWS", 5)
    job = import_text("id,email\n" + "".join(f"{i},u{i}@example.com\n" for i in range(1, 10)), "customers", rows=3)
    assert (job.status, job.rows_done, Customer.objects.count()) == (JobStatus.FAILED, 3, 3)
    assert job.error.startswith("The file has more than 5 rows")


def test_a_file_changed_on_the_server_is_not_gone_on_with(manager: User) -> None:
    job = start(manager)
    path = files.path_of(job.stored_name)
    path.write_bytes(path.read_bytes().replace(b"Maria", b"Mario"))
    work(job_id=job.pk, now=timezone.now)
    job.refresh_from_db()
    assert (job.status, job.error) == (
        JobStatus.FAILED,
        "The uploaded file was changed on the server: upload it again.",
    )
    assert not Customer.objects.exists()


def test_a_file_that_is_gone_ends_the_import(manager: User) -> None:
    job = start(manager)
    files.delete(job.stored_name)
    work(job_id=job.pk, now=timezone.now)
    job.refresh_from_db()
    assert job.error == "The uploaded file is gone from the server: upload it again."


def test_only_those_who_may_import_do(reader: User, manager: User) -> None:
    with pytest.raises(PermissionDenied):
        start(reader)
    job = start(manager)
    with pytest.raises(PermissionDenied):
        cancel_import(job_id=job.pk, by=Sender(reader, timezone.now()))
    with pytest.raises(PermissionDenied):
        confirm_import(job_id=job.pk, by=Sender(reader, timezone.now()))


def test_a_file_imported_before_waits_for_a_word(manager: User) -> None:
    first = start(manager, ask=True)
    assert first.status == JobStatus.PROCESSING
    work(job_id=first.pk, now=timezone.now)
    second = start(manager, ask=True)
    assert second.status == JobStatus.UPLOADED
    assert not work(job_id=second.pk, now=timezone.now)
    confirm_import(job_id=second.pk, by=Sender(manager, timezone.now()))
    work(job_id=second.pk, now=timezone.now)
    second.refresh_from_db()
    assert counts(second) == (3, 0, 3, 0)
    with pytest.raises(NotStartable):
        confirm_import(job_id=second.pk, by=Sender(manager, timezone.now()))


def test_a_cancelled_import_stops_and_keeps_what_was_recorded(manager: User) -> None:
    job = start(manager)
    assert work(job_id=job.pk, now=timezone.now, seconds=0, rows=1)
    assert cancel_import(job_id=job.pk, by=Sender(manager, timezone.now())).result()
    assert not work(job_id=job.pk, now=timezone.now)
    assert not cancel_import(job_id=job.pk, by=Sender(manager, timezone.now())).result()
    job.refresh_from_db()
    assert (job.status, job.recorded, Customer.objects.count()) == (JobStatus.CANCELLED, 1, 1)


def test_an_import_that_nobody_holds_is_found_and_gone_on_with(manager: User) -> None:
    job, now = start(manager), timezone.now()
    assert work(job_id=job.pk, now=timezone.now, seconds=0, rows=1)
    assert abandoned_imports(now) == [job.pk]
    ImportJob.objects.update(lease_until=now + running.LEASE)
    assert abandoned_imports(now) == []
    assert not work(job_id=job.pk, now=lambda: now)
    later = now + running.LEASE * 2
    assert abandoned_imports(later) == [job.pk]
    work(job_id=job.pk, now=lambda: later)
    job.refresh_from_db()
    assert counts(job) == (3, 3, 0, 0)


def test_rows_that_stop_their_worker_again_and_again_end_the_import(manager: User) -> None:
    job, now = start(manager), timezone.now()
    for _ in range(running.MAX_ATTEMPTS):
        # As a worker that is killed leaves it: held, until the lease runs out.
        assert running.take(job.pk, now) is not None
        ImportJob.objects.update(lease_until=None)
    assert running.take(job.pk, now) is None
    job.refresh_from_db()
    assert job.status == JobStatus.FAILED
    assert job.error.startswith("The rows after line 0 stopped the worker 5 times")


def test_no_more_refused_rows_are_listed_than_can_be_read(import_text: Import, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(running, "MAX_LISTED", 3)
    job = import_text("_id,action\n" + "1,dance\n" * 8, rows=2)
    assert (job.refused, [line for line, _, _ in refusals(job)]) == (8, [2, 3, 4])


def test_the_command_prints_a_report(tmp_path: Path) -> None:
    import json

    from django.core.management import CommandError, call_command

    path, out = tmp_path / "x.csv", io.StringIO()
    path.write_text("_id,action,email\n1,opt_in,a@example.com\n2,opt_in,b\n")
    call_command("import_file", path, model="events", stdout=out)
    report = json.loads(out.getvalue())
    assert report.pop("seconds") >= 0
    assert report.pop("rows_per_second") >= 0
    assert report == {
        "job": ImportJob.objects.get().pk,
        "model": "events",
        "source": "events",
        "rows": 2,
        "recorded": 1,
        "unchanged": 0,
        "already_there": 0,
        "refused": 1,
        "errors": [{"line": 3, "column": "email", "reason": "'email' must be an address such as name@example.com"}],
        "notices": [],
    }
    path.write_text("email\na\n")
    with pytest.raises(CommandError, match="No column names the customer"):
        call_command("import_file", path, model="customers")
    with pytest.raises(CommandError, match="cannot be read: No such file"):
        call_command("import_file", tmp_path / "none.csv", model="customers")
