"""Imports: upload, start, cancel, and the work itself in chunks."""

import gc
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack, contextmanager
from datetime import datetime, timedelta
from itertools import islice
from types import TracebackType
from typing import Self

from django.db import OperationalError, transaction
from django.db.models import F, Q
from django.db.models.functions import Coalesce

from customers.queries import customers_config
from events.enums import Source
from loyalty.engine.types import POINTS_REWARDED, Actor
from loyalty.staff.models import User
from loyalty.staff.permissions import Right, require

from .chunks import Tally, apply_customers, apply_events
from .columns import plan_events
from .doorbell import ring
from .enums import JobStatus, Model
from .files import check_untouched, delete, path_of, store
from .models import ImportJob, RefusedRow
from .profiles import plan_customers
from .queries import earlier_import
from .reader import Line, Reader, UnreadableFile

# Measured: smaller ones pay for commits, larger ones gain nothing and hold the customers' locks longer.
CHUNK_ROWS = 2_000
CHUNK_BYTES = 4 * 1024 * 1024
MAX_ROWS = 10_000_000
# More are counted, not listed.
MAX_LISTED = 100_000
# Far longer than a chunk takes; another worker takes over afterwards.
LEASE = timedelta(seconds=120)
MAX_ATTEMPTS = 5
PLANS = {Model.EVENTS.value: plan_events, Model.CUSTOMERS.value: plan_customers}


class NotStartable(Exception):
    """The import has been started or cancelled already."""


class Lost(Exception):
    """The import is not ours any more: it was cancelled, or another worker has taken it over."""


def start_import(
    *, model: str, name: str, content: Iterable[bytes], by: User | None, at: datetime, ask_if_repeated: bool = False
) -> ImportJob:
    """Store the file and start its import; raises UnreadableFile if nothing of it can be imported.

    `by` is None for the operator's shell. With `ask_if_repeated` a file that was imported before waits for
    `confirm_import`.
    """
    job = _upload(model=model, name=name, content=content, by=by, at=at)
    if not (ask_if_repeated and earlier_import(job)):
        confirm_import(job_id=job.id, by=by, at=at)
    job.refresh_from_db()
    return job


def import_here(
    *, model: str, name: str, content: Iterable[bytes], now: Callable[[], datetime], rows: int = CHUNK_ROWS
) -> ImportJob:
    """The same in this very process, start to end; workers take over only if this process dies."""
    job = _upload(model=model, name=name, content=content, by=None, at=now())
    with transaction.atomic():
        ImportJob.objects.filter(pk=job.pk).update(status=JobStatus.PROCESSING)
        fence = _take(job.pk, now())
    if fence is not None:
        _work(job.pk, fence, now=now, rows=rows)
    job.refresh_from_db()
    return job


def _upload(*, model: str, name: str, content: Iterable[bytes], by: User | None, at: datetime) -> ImportJob:
    if by is not None:
        require(by, Right.IMPORT_DATA)
    stored = store(content)
    try:
        with path_of(stored.name).open("rb") as file:
            PLANS[model](Reader(file).header.names, customers_config())
        return ImportJob.objects.create(
            model=model,
            file_name=name[-200:],
            stored_name=stored.name,
            sha256=stored.sha256,
            size=stored.size,
            created_by=by,
            created_at=at,
        )
    except BaseException:
        delete(stored.name)
        raise


@transaction.atomic
def confirm_import(*, job_id: int, by: User | None, at: datetime) -> None:
    """Start what was uploaded."""
    if by is not None:
        require(by, Right.IMPORT_DATA)
    waiting = ImportJob.objects.filter(pk=job_id, status=JobStatus.UPLOADED)
    if not waiting.update(status=JobStatus.PROCESSING):
        raise NotStartable
    ring(job_id)


@transaction.atomic
def cancel_import(*, job_id: int, by: User, at: datetime) -> bool:
    """Stop after the chunk at work; what was recorded stays. False if it had ended before."""
    require(by, Right.IMPORT_DATA)
    job = ImportJob.objects.select_for_update().get(pk=job_id)
    if not job.is_open:
        return False
    if job.status == JobStatus.UPLOADED:
        transaction.on_commit(lambda: delete(job.stored_name))
    _end(job, JobStatus.CANCELLED, at)
    return True


def work(*, job_id: int, now: Callable[[], datetime], seconds: float | None = None, rows: int = CHUNK_ROWS) -> bool:
    """Import chunk after chunk for about so many seconds, or to the end; True if there is more to do.

    Does nothing while somebody else works on the job.
    """
    fence = _take(job_id, now())
    return fence is not None and _work(job_id, fence, now=now, seconds=seconds, rows=rows)


def _work(job_id: int, fence: int, *, now: Callable[[], datetime], rows: int, seconds: float | None = None) -> bool:
    until = time.monotonic() + seconds if seconds is not None else float("inf")
    try:
        with OpenFile(ImportJob.objects.get(pk=job_id)) as file:
            while run_chunk(job_id=job_id, fence=fence, file=file, now=now, rows=rows):
                if time.monotonic() >= until:
                    return bool(ImportJob.objects.filter(pk=job_id, fence=fence).update(lease_until=None))
    except UnreadableFile as error:
        _fail(job_id, fence, str(error), now())
    except Lost:
        pass
    return False


def _take(job_id: int, at: datetime) -> int | None:
    """The fence for whoever works on the job from now on; None if it is held or needs no work."""
    free = Q(lease_until__isnull=True) | Q(lease_until__lt=at)
    taken = ImportJob.objects.filter(free, pk=job_id, status=JobStatus.PROCESSING).update(
        fence=F("fence") + 1,
        attempts=F("attempts") + 1,
        lease_until=at + LEASE,
        started_at=Coalesce("started_at", at),
    )
    if not taken:
        return None
    job = ImportJob.objects.only("fence", "attempts").get(pk=job_id)
    if job.attempts > MAX_ATTEMPTS:
        reason = f"The rows after line {job.lines_done:,} stopped the worker {MAX_ATTEMPTS} times: look into its log."
        _fail(job_id, job.fence, reason, at)
        return None
    return job.fence


class OpenFile:
    """The file of a job, open, and what its columns mean."""

    def __init__(self, job: ImportJob) -> None:
        self._job, self._open = job, ExitStack()

    def __enter__(self) -> Self:
        check_untouched(self._job.stored_name, self._job.sha256)
        with ExitStack() as opened:
            self._reader = Reader(opened.enter_context(path_of(self._job.stored_name).open("rb")))
            self.plan = PLANS[self._job.model](self._reader.header.names, customers_config())
            self._open = opened.pop_all()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._open.close()

    def read(self, job: ImportJob, rows: int) -> tuple[list[Line], bool]:
        """The rows from the checkpoint on, and whether the file ends with them; moves the checkpoint in `job`."""
        reader = self._reader
        start = job.next_offset or reader.header.offset
        if start != reader.offset:
            reader.seek(start, job.lines_done or reader.header.lines)
        found = list(islice(reader.rows(until=start + CHUNK_BYTES), rows))
        job.next_offset, job.lines_done = reader.offset, reader.lines
        return found, reader.offset >= job.size


def run_chunk(*, job_id: int, fence: int, file: OpenFile, now: Callable[[], datetime], rows: int = CHUNK_ROWS) -> bool:
    """The next rows, their effects, their refusals and the checkpoint: one transaction. True if more follow.

    Raises Lost if the job is not ours any more, UnreadableFile if the file as a whole must be given up.
    """
    for attempt in range(MAX_ATTEMPTS):
        try:
            with transaction.atomic(), _uncollected():
                return _run_chunk(job_id=job_id, fence=fence, file=file, now=now, rows=rows)
        except OperationalError:
            # A deadlock with the tills: nothing is written; the connection is good, or the next statement says not.
            if attempt == MAX_ATTEMPTS - 1:
                raise
            time.sleep(0.05 * 2**attempt)
    raise AssertionError("the last attempt returns or raises")


@contextmanager
def _uncollected() -> Iterator[None]:
    """The collector would walk over the thousands of live rows again and again and find nothing: a quarter of the time."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


def _run_chunk(*, job_id: int, fence: int, file: OpenFile, now: Callable[[], datetime], rows: int) -> bool:
    # The lock comes first: whoever waits here for another worker then reads the checkpoint that it left.
    job = ImportJob.objects.select_for_update().filter(pk=job_id, fence=fence, status=JobStatus.PROCESSING).first()
    if job is None:
        raise Lost
    # After the lock: whoever had to wait would otherwise date these rows before those of the chunk before.
    at = now()
    lines, is_last = file.read(job, rows)
    if job.rows_done + len(lines) > MAX_ROWS:
        raise UnreadableFile(f"The file has more than {MAX_ROWS:,} rows: the rest was not imported. Split it.")
    by = Actor(
        source=Source.IMPORT.value, detail=f"import:{job.id}", staff_id=job.created_by_id,
        grants=frozenset({POINTS_REWARDED}),
    )  # fmt: skip
    if job.model == Model.EVENTS:
        tally = apply_events(file.plan, lines, sha256=job.sha256, by=by, at=at)
    else:
        tally = apply_customers(file.plan, lines, by=by, at=at)
    _note(job, tally)
    if is_last:
        job.rows_total = job.rows_done
        _end(job, JobStatus.FINISHED, at)
    else:
        job.attempts, job.lease_until = 0, at + LEASE
        job.save()
    return not is_last


def _note(job: ImportJob, tally: Tally) -> None:
    room = max(MAX_LISTED - job.refused, 0)
    listed = sorted(tally.refused, key=lambda refusal: refusal.line)[:room]
    RefusedRow.objects.bulk_create(
        RefusedRow(job=job, line=one.line, column=one.column, code=one.code, reason=one.reason) for one in listed
    )
    job.rows_done += tally.rows
    job.recorded += tally.recorded
    job.unchanged += tally.unchanged
    job.refused += len(tally.refused)


def _end(job: ImportJob, status: JobStatus, at: datetime, error: str = "") -> None:
    job.status, job.error, job.finished_at, job.lease_until = status, error, at, None
    job.save()


@transaction.atomic
def _fail(job_id: int, fence: int, reason: str, at: datetime) -> None:
    job = ImportJob.objects.select_for_update().filter(pk=job_id, fence=fence, status=JobStatus.PROCESSING).first()
    if job is not None:
        _end(job, JobStatus.FAILED, at, reason)
