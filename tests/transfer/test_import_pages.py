import re
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.files.uploadhandler import MemoryFileUploadHandler, TemporaryFileUploadHandler
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from loyalty.disarming import safe_cell
from loyalty.staff.models import User
from loyalty.transfer.enums import JobStatus
from loyalty.transfer.files import uploads
from loyalty.transfer.files.store import MAX_SIZE
from loyalty.transfer.importing.running import work
from loyalty.transfer.models import ImportJob, RefusedRow

from .conftest import SAMPLE, Import

pytestmark = pytest.mark.django_db

HTMX = {"HX-Request": "true"}


@pytest.fixture
def pages(client: Client, manager: User) -> Client:
    client.force_login(manager)
    return client


def upload(client: Client, content: bytes = SAMPLE, model: str = "events") -> Any:
    return client.post(reverse("transfer:new"), {"model": model, "file": SimpleUploadedFile("sample.csv", content)})


def job_of(status: str = JobStatus.FINISHED, **fields: Any) -> ImportJob:
    values = {"model": "events", "file_name": "x.csv", "size": 10, "created_at": timezone.now(), "status": status}
    return ImportJob.objects.create(**values | fields)


def test_an_upload_runs_and_its_page_shows_the_result(pages: Client) -> None:
    answer = upload(pages)
    job = ImportJob.objects.get()
    address = reverse("transfer:import", args=[job.pk])
    assert answer["Location"] == address
    assert (job.file_name, str(job.created_by), job.status) == ("sample.csv", "manager", "processing")
    progress = pages.get(reverse("transfer:progress", args=[job.pk]), headers=HTMX).content.decode()
    assert 'hx-trigger="every 1s"' in progress
    assert "<html" not in progress
    work(job_id=job.pk, now=timezone.now)
    progress = pages.get(reverse("transfer:progress", args=[job.pk]), headers=HTMX).content.decode()
    assert "hx-trigger" not in progress
    assert "Finished" in progress
    page = pages.get(address).content.decode()
    assert '<progress value="100" max="100"' in page
    assert "<h1>sample.csv</h1>" in page


@pytest.mark.parametrize(
    ("content", "model", "reason"),
    [
        (b"_id,email\n1,a@example.com\n", "events", "The column “action” is missing"),
        (b"email\na@example.com\n", "customers", "No column names the customer"),
        (b"", "events", "The file is empty"),
        (SAMPLE, "segments", "not one of the available choices"),
    ],
)
def test_a_file_that_cannot_be_imported_is_answered_with_the_reason(
    pages: Client, content: bytes, model: str, reason: str
) -> None:
    answer = upload(pages, content, model)
    assert answer.status_code == 422
    assert reason in answer.content.decode()
    assert not ImportJob.objects.exists()


def test_a_missing_file_is_answered_with_the_cure(pages: Client) -> None:
    answer = pages.post(reverse("transfer:new"), {"model": "events"})
    assert answer.status_code == 422
    assert "Choose a CSV file" in answer.content.decode()


def test_a_repeated_file_is_announced_before_it_starts(pages: Client, import_text: Import) -> None:
    import_text(SAMPLE)
    answer = pages.get(upload(pages)["Location"]).content.decode()
    assert "This very file was imported on" in answer
    assert "3 rows were recorded then" in answer
    job = ImportJob.objects.latest("id")
    assert job.status == JobStatus.UPLOADED
    pages.post(reverse("transfer:start", args=[job.pk]))
    job.refresh_from_db()
    assert job.status == JobStatus.PROCESSING
    again = pages.post(reverse("transfer:start", args=[job.pk]), follow=True)
    assert "was started or discarded before" in again.content.decode()


def test_an_import_is_cancelled_from_its_page(pages: Client) -> None:
    address = upload(pages)["Location"]
    assert "Cancel import" in pages.get(address).content.decode()
    assert "What was imported stays" in pages.post(f"{address}cancel/", follow=True).content.decode()
    assert ImportJob.objects.get().status == JobStatus.CANCELLED
    assert "had ended before" in pages.post(f"{address}cancel/", follow=True).content.decode()


def test_refused_rows_are_shown_in_pages(pages: Client, import_text: Import) -> None:
    job = import_text("_id,action,email\n" + "".join(f"{i},opt_in,bad\n" for i in range(120)))
    address, seen, page = reverse("transfer:import", args=[job.pk]), [], ""
    while page is not None:
        answer = pages.get(address, {"page": page}, headers=HTMX)
        shown = answer.context["page"]
        seen.append([row.line for row in shown.rows])
        page = shown.next
    assert [len(lines) for lines in seen] == [50, 50, 20]
    assert [line for lines in seen for line in lines] == list(range(2, 122))
    assert "“email” must be an address such as name@example.com." in pages.get(address).content.decode()


def test_refused_rows_are_downloaded_without_formulas(pages: Client) -> None:
    job = job_of(rows_done=1, refused=1)
    RefusedRow.objects.create(job=job, line=2, column="=cmd", code=7, reason='Unknown account: "x"')
    answer: Any = pages.get(reverse("transfer:refused", args=[job.pk]))
    assert answer["Content-Disposition"] == f'attachment; filename="refused-rows-{job.pk}.csv"'
    assert answer["Cache-Control"] == "private, no-store"
    assert b"".join(answer.streaming_content).decode("utf-8-sig") == (
        '"Line","Column","Code","Reason"\r\n"2","\'=cmd","7","Unknown account: ""x"""\r\n'
    )


@pytest.mark.parametrize("text", ["=1", "+1", "-1", "@x", "\tx", "\rx", " =1", '"=1'])
def test_a_text_that_a_spreadsheet_would_run_is_defused(text: str) -> None:
    assert safe_cell(text) == f"'{text}"
    assert safe_cell(f"a{text}") == f"a{text}"


def addresses(job: ImportJob) -> list[tuple[str, str]]:
    both = [("get", reverse(f"transfer:{name}")) for name in ("imports", "new")] + [("post", reverse("transfer:new"))]
    both += [
        ("get", reverse(f"transfer:{name}", args=[job.pk])) for name in ("import", "progress", "refused", "count_again")
    ]
    return both + [("post", reverse(f"transfer:{name}", args=[job.pk])) for name in ("start", "cancel", "count_again")]


def test_whoever_may_not_import_sees_nothing_of_it(client: Client, reader: User) -> None:
    job = job_of(JobStatus.UPLOADED)
    for method, address in addresses(job):
        assert getattr(client, method)(address).status_code == 302
    client.force_login(reader)
    for method, address in addresses(job):
        assert getattr(client, method)(address).status_code == 403
    job.refresh_from_db()
    assert job.status == JobStatus.UPLOADED


def test_an_import_that_does_not_exist_is_not_found(pages: Client) -> None:
    for method, address in addresses(ImportJob(pk=10**9))[3:]:
        assert getattr(pages, method)(address).status_code == 404


def test_the_list_says_what_became_of_each_import(pages: Client) -> None:
    assert "Nothing imported yet" in pages.get(reverse("transfer:imports")).content.decode()
    job_of(JobStatus.FAILED, file_name="broken.csv", error="The file is UTF-16.")
    job_of(JobStatus.PROCESSING, file_name="running.csv", next_offset=4)
    page = pages.get(reverse("transfer:imports")).content.decode()
    assert page.index("running.csv") < page.index("40 %") < page.index("broken.csv") < page.index("Failed")


@pytest.mark.parametrize("name", ["imports", "import"])
def test_pages_ask_as_many_questions_for_three_rows_as_for_one(pages: Client, manager: User, name: str) -> None:
    job = job_of(rows_done=3, refused=3, created_by=manager)
    RefusedRow.objects.create(job=job, line=2, reason="x")
    address = reverse(f"transfer:{name}", args=[job.pk] if name == "import" else [])
    pages.get(address)
    with CaptureQueriesContext(
        connection,
    ) as one:
        pages.get(address)
    for line in (3, 4):
        job_of(rows_done=3, refused=3, created_by=manager)
        RefusedRow.objects.create(job=job, line=line, reason="x")
    with CaptureQueriesContext(connection) as three:
        pages.get(address)
    assert len(three) == len(one) <= 7


@pytest.fixture
def bounded(settings: Any) -> None:
    settings.FILE_UPLOAD_HANDLERS = ["loyalty.transfer.files.uploads.BoundedUpload", *settings.FILE_UPLOAD_HANDLERS]


def test_nothing_of_a_file_beyond_the_limit_is_stored(
    bounded: None, pages: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert upload(pages).status_code == 302
    monkeypatch.setattr(uploads, "MARGIN", 100 - MAX_SIZE)
    answer = upload(pages)
    assert answer.status_code == 422
    assert "Choose a CSV file of at most 1 GB" in answer.content.decode()


def test_nothing_of_a_stranger_s_file_is_stored(bounded: None, monkeypatch: pytest.MonkeyPatch) -> None:
    def store(*arguments: Any) -> None:
        raise AssertionError("A stranger's file was stored")

    monkeypatch.setattr(MemoryFileUploadHandler, "receive_data_chunk", store)
    monkeypatch.setattr(TemporaryFileUploadHandler, "receive_data_chunk", store)
    stranger = Client(enforce_csrf_checks=True)
    # With it the form is read, file and all, in search of its token.
    stranger.cookies["csrftoken"] = "a" * 32
    assert upload(stranger).status_code == 403


def chosen(page: str) -> str:
    """What the rows are, unless somebody says otherwise."""
    [found] = [tag for tag in re.findall(r"<input[^>]*>", page) if 'name="model"' in tag and "checked" in tag]
    return str(re.findall(r'value="(\w+)"', found)[0])


def test_whoever_comes_from_the_customers_imports_customers(pages: Client) -> None:
    page = pages.get(reverse("transfer:new"), {"model": "customers"}).content.decode()
    assert chosen(page) == "customers"
    assert f'href="{reverse("transfer:new")}?model=customers"' in pages.get(reverse("customers:list")).content.decode()
    assert chosen(pages.get(reverse("transfer:new")).content.decode()) == "events"


def test_the_page_asks_what_becomes_of_unknown_columns(pages: Client) -> None:
    address = upload(pages, b"id,emial,first_name\n1,a@example.com,Ann\n", "customers")["Location"]
    page = pages.get(address).content.decode()
    assert "“emial” (is email meant?)" in page
    assert "Nothing is imported yet" in page
    job = ImportJob.objects.get()
    assert (job.status, job.rows_done) == (JobStatus.UPLOADED, 0)
    unanswered = pages.post(reverse("transfer:start", args=[job.pk]), follow=True).content.decode()
    assert "Say first what becomes of the unknown columns" in unanswered
    pages.post(reverse("transfer:start", args=[job.pk]), {"unknown": "leave_out"})
    work(job_id=job.pk, now=timezone.now)
    job.refresh_from_db()
    assert (job.status, job.recorded) == (JobStatus.FINISHED, 1)


def test_source_and_decimal_mark_are_taken_from_the_form(pages: Client) -> None:
    file = SimpleUploadedFile("x.csv", b"_id;action;points\n1;opt_in;\n1;point_add;1.000\n")
    pages.post(
        reverse("transfer:new"), {"model": "events", "file": file, "source": " payroll ", "decimal_mark": ","}
    )  # fmt: skip
    job = ImportJob.objects.get()
    work(job_id=job.pk, now=timezone.now)
    job.refresh_from_db()
    assert (job.source, job.recorded) == ("payroll", 2)
    assert '<option value="payroll">' in pages.get(reverse("transfer:new")).content.decode()


def test_rows_that_are_there_are_listed_and_counted_again_after_a_question(pages: Client, import_text: Import) -> None:
    text = b"_id,action,points\n1,opt_in,\n1,point_add,5\n"
    import_text(text, name="january.csv")
    job = import_text(text + b"1,point_add,7\n", name="february.csv")
    page = pages.get(reverse("transfer:import", args=[job.pk])).content.decode()
    assert "from january.csv, imported on" in page
    dialog = reverse("transfer:count_again", args=[job.pk])
    assert dialog in page
    question = pages.get(dialog, headers=HTMX).content.decode()
    assert "2 rows of february.csv are there already" in question
    assert "Count 2 rows again" in question
    assert ImportJob.objects.count() == 2
    answer = pages.post(dialog, headers=HTMX)
    assert answer.status_code == 204
    again = ImportJob.objects.latest("id")
    work(job_id=again.pk, now=timezone.now)
    again.refresh_from_db()
    # The opt-in says what is there: it stays one.
    assert (again.recorded, again.unchanged) == (1, 2)
    assert "counted again before" in pages.post(dialog, headers=HTMX).content.decode()
    assert dialog not in pages.get(reverse("transfer:import", args=[job.pk])).content.decode()
