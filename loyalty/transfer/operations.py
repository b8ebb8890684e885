"""Imports: upload, answer, start, cancel, count again. The work itself is in `running`."""

from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import datetime
from typing import TypeVar

from django.db import transaction

from loyalty.intake.rights import RUN_IMPORTS
from loyalty.staff.audit.deeds import Deed, Nothing, operation
from loyalty.staff.sender import Sender
from loyalty.transfer.files.store import copy, delete, path_of, store
from loyalty.transfer.importing.running import CHUNK_ROWS, end, options_of, plan_for, take, work_as
from loyalty.transfer.reading.headings import misspelt
from loyalty.transfer.reading.options import DEFAULT, MAX_SOURCE, Options
from loyalty.transfer.reading.reader import Reader, UnreadableFile

from .enums import JobStatus, Model
from .kinds import right_for
from .models import ImportJob
from .queries import earlier_import
from .workers import wake_workers

T = TypeVar("T")


class NotStartable(Exception):
    """The import has been started or cancelled already."""


class NothingToCount(Exception):
    """No row of the import was there already, or it has not ended."""


@operation(right=RUN_IMPORTS, audit="import.start")
def start_import(
    *, model: str, name: str, content: Iterable[bytes], by: Sender, options: Options = DEFAULT, ask: bool = False
) -> Deed[ImportJob]:
    """Store the file and start its import; raises UnreadableFile if nothing of it can be imported.

    With `ask` a file with unknown columns, or one that was imported before, waits
    for `confirm_import`; without, unknown columns are refused unless the options say what becomes of them. Raises
    PermissionDenied unless the sender sees every field: a file may hold each, and what is refused of it tells what is there.
    """
    by.sight.require_all()
    job = _upload(model=model, name=name, content=content, by=by, options=options, ask=ask)
    if not (ask and (job.has_question or earlier_import(job))):
        _confirm(job.id)
    job.refresh_from_db()
    return _deed(job, job)


def import_here(
    *, model: str, name: str, content: Iterable[bytes], now: Callable[[], datetime], rows: int = CHUNK_ROWS,
    options: Options = DEFAULT,
) -> ImportJob:  # fmt: skip
    """The same in this very process, start to end; workers take over only if this process dies."""
    job = _upload(model=model, name=name, content=content, by=Sender(None, now()), options=options)
    with transaction.atomic():
        _start(job)
        fence = take(job.pk, now())
    if fence is not None:
        work_as(job.pk, fence, now=now, rows=rows)
    job.refresh_from_db()
    return job


def _upload(
    *, model: str, name: str, content: Iterable[bytes], by: Sender, options: Options, ask: bool = False,
    again_of: ImportJob | None = None,
) -> ImportJob:  # fmt: skip
    _require_kind(model, by)
    stored = store(content)
    job = ImportJob(
        model=model, file_name=name[-200:], stored_name=stored.name, sha256=stored.sha256, size=stored.size,
        source=options.source.strip()[:MAX_SOURCE], decimal_mark=options.decimal_mark,
        unknown_columns=options.unknown_columns, count_again=options.count_again, again_of=again_of,
        created_by=by.user, created_at=by.at,
    )  # fmt: skip
    try:
        with path_of(stored.name).open("rb") as file:
            plan = plan_for(job, Reader(file).header)
        job.unknown_names = misspelt(plan.unknown, plan.known)
        if job.has_question and not ask:
            raise UnreadableFile(
                f"No field and no attribute is called {', '.join(job.unknown_names)}: rename the columns, remove them, or"
                " say that they are new attributes or left out."
            )
        job.save()
    except BaseException:
        delete(stored.name)
        raise
    return job


def _require_kind(model: str, by: Sender) -> None:
    """Who has the right to import and not the one that files of this kind ask for leaves them alone, whoever sent them."""
    if right := right_for(model):
        by.require(right)


@operation(right=RUN_IMPORTS, audit="import.confirm")
def confirm_import(*, job_id: int, by: Sender, unknown: str = "") -> Deed[None]:
    """Start what was uploaded; `unknown` says what becomes of its unknown columns.

    Raises NotStartable, UnreadableFile while nobody has said what becomes of unknown columns, and PermissionDenied as above.
    """
    by.sight.require_all()
    _require_kind(ImportJob.objects.get(pk=job_id).model, by)
    return _deed(None, _confirm(job_id, unknown))


@transaction.atomic
def _confirm(job_id: int, unknown: str = "") -> ImportJob:
    job = ImportJob.objects.select_for_update().get(pk=job_id)
    if job.status != JobStatus.UPLOADED:
        raise NotStartable
    job.unknown_columns = unknown or job.unknown_columns
    _start(job)
    wake_workers(job_id)
    return job


def _deed(value: T, job: ImportJob) -> Deed[T]:
    return Deed(value, subject=f"import:{job.pk}", after={"model": job.model})


def _start(job: ImportJob) -> None:
    if job.has_question:
        raise UnreadableFile("Say first what becomes of the unknown columns.")
    job.status = JobStatus.PROCESSING
    job.save(update_fields=["status", "unknown_columns"])


def can_count_again(job: ImportJob) -> bool:
    """Whether the import came upon rows that may count once more: once for each import."""
    ended = job.model != Model.CUSTOMERS and job.status == JobStatus.FINISHED and not job.file_erased
    return ended and job.already_there > 0 and job.again_of_id is None and not job.again.exists()


@operation(right=RUN_IMPORTS, audit="import.count_again")
def count_again(*, job_id: int, by: Sender) -> Deed[ImportJob]:
    """Import the file once more: the rows that were there already count again, the others are left alone.

    Raises NothingToCount, UnreadableFile if the file is not kept any more, and PermissionDenied as above.
    """
    by.sight.require_all()
    job = ImportJob.objects.select_for_update().get(pk=job_id)
    _require_kind(job.model, by)
    if not can_count_again(job):
        raise NothingToCount
    options = replace(options_of(job), count_again=True)
    again = _upload(
        model=job.model, name=job.file_name, content=copy(job.stored_name), by=by, options=options, again_of=job
    )
    _confirm(again.pk)
    again.refresh_from_db()
    return _deed(again, again)


@operation(right=RUN_IMPORTS, audit="import.download_refused")
def note_download(*, job: ImportJob, by: Sender) -> Deed[None]:
    """That the refused rows are given out, which are read while they are sent. Raises PermissionDenied as above."""
    by.sight.require_all()
    _require_kind(job.model, by)
    return _deed(None, job)


@operation(right=RUN_IMPORTS, audit="import.cancel")
def cancel_import(*, job_id: int, by: Sender) -> Deed[bool]:
    """Stop after the chunk at work; what was recorded stays. False if it had ended before."""
    job = ImportJob.objects.select_for_update().get(pk=job_id)
    _require_kind(job.model, by)
    if not job.is_open:
        return Nothing(value=False)
    if job.status == JobStatus.UPLOADED:
        transaction.on_commit(lambda: delete(job.stored_name))
    end(job, JobStatus.CANCELLED, by.at)
    return Deed(value=True, subject=f"import:{job.pk}", after={"model": job.model})
