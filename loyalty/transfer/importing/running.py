"""The work on an import: chunk after chunk, whoever does it, whenever a worker dies.

While a chunk is at work its transaction holds the job's row; between chunks, and while the file is checked, the lease
does. A worker that dies lets go of the row at once and of the lease within seconds, and another goes on.
"""

import time
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from itertools import islice
from types import TracebackType
from typing import Self

from django.db import OperationalError, transaction
from django.db.models import Q
from django.utils import timezone

from customers.fields.queries import customers_config
from events.types.queries import attribute_types
from loyalty.engine.storage.memory import uncollected
from loyalty.intake.actors import import_job
from loyalty.transfer.enums import JobStatus, Model
from loyalty.transfer.files.store import check_untouched, path_of
from loyalty.transfer.kinds import kind_of_room
from loyalty.transfer.models import ImportJob, RefusedRow, RowNotice
from loyalty.transfer.reading.columns import Catalogue, Plan
from loyalty.transfer.reading.options import Options
from loyalty.transfer.reading.plans import plan_of, plan_of_room
from loyalty.transfer.reading.reader import Header, Line, Reader, UnreadableFile

from .customers import apply_customers
from .events import apply_events
from .keys import forget_counts
from .orders import MAX_ROWS as MAX_ORDER_ROWS
from .orders import is_same_order
from .rooms import apply_rows
from .tally import Tally

# Measured: smaller ones pay for commits, larger ones gain nothing and hold the customers' locks longer.
CHUNK_ROWS = 2_000
CHUNK_BYTES = 4 * 1024 * 1024
MAX_ROWS = 10_000_000
# More are counted, not listed.
MAX_LISTED = 100_000
# Renewed by every chunk, and while the file is checked; with the sweep of orphans an import stands still for less than
# 15 seconds when its worker dies.
LEASE = timedelta(seconds=5)
BEAT = 1.0
MAX_ATTEMPTS = 5


class Lost(Exception):
    """The import is not ours any more: it was cancelled, or another worker has taken it over."""


def catalogue() -> Catalogue:
    """What columns can mean by now; three queries."""
    return Catalogue(customers_config(), attribute_types(), timezone.get_default_timezone())


def options_of(job: ImportJob) -> Options:
    return Options(job.source, job.decimal_mark, job.unknown_columns, job.count_again)


def plan_for(job: ImportJob, header: Header) -> Plan:
    if job.model in Model.values:
        return plan_of(job.model, header, catalogue(), options_of(job))
    return plan_of_room(kind_of_room(job.model), header, catalogue(), options_of(job))


def work(*, job_id: int, now: Callable[[], datetime], seconds: float | None = None, rows: int = CHUNK_ROWS) -> bool:
    """Import chunk after chunk for about so many seconds, or to the end; True if there is more to do.

    Does nothing while somebody else works on the job.
    """
    fence = take(job_id, now())
    return fence is not None and work_as(job_id, fence, now=now, seconds=seconds, rows=rows)


def work_as(job_id: int, fence: int, *, now: Callable[[], datetime], rows: int, seconds: float | None = None) -> bool:
    """The same for whoever has the fence."""
    until = time.monotonic() + seconds if seconds is not None else float("inf")
    try:
        with OpenFile(ImportJob.objects.get(pk=job_id), _Beat(job_id, fence, now)) as file:
            while run_chunk(job_id=job_id, fence=fence, file=file, now=now, rows=rows):
                if time.monotonic() >= until:
                    return bool(ImportJob.objects.filter(pk=job_id, fence=fence).update(lease_until=None))
    except UnreadableFile as error:
        _fail(job_id, fence, str(error), now())
    except Lost:
        pass
    return False


@transaction.atomic
def take(job_id: int, at: datetime) -> int | None:
    """The fence for whoever works on the job from now on; None if it is held or needs no work."""
    free = Q(lease_until__isnull=True) | Q(lease_until__lt=at)
    found = ImportJob.objects.filter(free, pk=job_id, status=JobStatus.PROCESSING)
    # Whoever has the row locked is at work, however long that takes.
    job = found.select_for_update(skip_locked=True).first()
    if job is None:
        return None
    job.fence, job.attempts, job.lease_until = job.fence + 1, job.attempts + 1, at + LEASE
    job.started_at = job.started_at or at
    if job.attempts > MAX_ATTEMPTS:
        end(
            job,
            JobStatus.FAILED,
            at,
            f"The rows after line {job.lines_done:,} stopped the worker {MAX_ATTEMPTS} times: look into its log.",
        )
        return None
    job.save(update_fields=["fence", "attempts", "lease_until", "started_at"])
    return job.fence


@dataclass
class _Beat:
    """Keeps the lease of a worker that is busy without having written anything. Raises Lost."""

    job_id: int
    fence: int
    now: Callable[[], datetime]
    last: float = field(default_factory=time.monotonic)

    def __call__(self) -> None:
        if time.monotonic() - self.last < BEAT:
            return
        self.last = time.monotonic()
        ours = ImportJob.objects.filter(pk=self.job_id, fence=self.fence, status=JobStatus.PROCESSING)
        if not ours.update(lease_until=self.now() + LEASE):
            raise Lost


class OpenFile:
    """The file of a job, open, and what its columns mean. `beat` is called while it is checked."""

    def __init__(self, job: ImportJob, beat: Callable[[], None]) -> None:
        self._job, self._beat, self._open = job, beat, ExitStack()

    def __enter__(self) -> Self:
        check_untouched(self._job.stored_name, self._job.sha256, self._beat)
        with ExitStack() as opened:
            self._reader = Reader(opened.enter_context(path_of(self._job.stored_name).open("rb")))
            self.plan = plan_for(self._job, self._reader.header)
            self._open = opened.pop_all()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._open.close()

    def read(self, job: ImportJob, rows: int) -> tuple[list[Line], bool]:
        """The rows from the checkpoint on, and whether the file ends with them; moves the checkpoint in `job`.

        The rows of one order are never split, so it has the same rows whatever the size of the chunks.
        """
        reader = self._reader
        start = job.next_offset or reader.header.offset
        if start != reader.offset:
            reader.seek(start, job.lines_done or reader.header.lines)
        found = list(islice(reader.rows(until=start + CHUNK_BYTES), rows))
        if found:
            self._finish_order(found)
        job.next_offset, job.lines_done = reader.offset, reader.lines
        return found, reader.offset >= job.size

    def _finish_order(self, found: list[Line]) -> None:
        reader, last = self._reader, found[-1]
        for _ in range(MAX_ORDER_ROWS if is_same_order(self.plan, last, last) else 0):
            offset, lines = reader.offset, reader.lines
            more = list(reader.rows(until=offset + 1))
            if more and not is_same_order(self.plan, last, more[0]):
                reader.seek(offset, lines)
                return
            if not more:
                return
            found += more


def run_chunk(*, job_id: int, fence: int, file: OpenFile, now: Callable[[], datetime], rows: int = CHUNK_ROWS) -> bool:
    """The next rows, their effects, their refusals and the checkpoint: one transaction. True if more follow.

    Raises Lost if the job is not ours any more, UnreadableFile if the file as a whole must be given up.
    """
    for attempt in range(MAX_ATTEMPTS):
        try:
            with transaction.atomic(), uncollected():
                return _run_chunk(job_id=job_id, fence=fence, file=file, now=now, rows=rows)
        except OperationalError:
            # A deadlock with the tills: nothing is written; the connection is good, or the next statement says not.
            if attempt == MAX_ATTEMPTS - 1:
                raise
            time.sleep(0.05 * 2**attempt)
    raise AssertionError("the last attempt returns or raises")


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
    by = import_job(job.id, job.created_by_id)
    note(job, _applying(job.model)(file.plan, lines, job=job, by=by, at=at))
    if is_last:
        job.rows_total = job.rows_done
        end(job, JobStatus.FINISHED, at)
    else:
        # From the end of the chunk on: nobody else has a chance before.
        job.attempts, job.lease_until = 0, now() + LEASE
        job.save()
    return not is_last


def _applying(model: str) -> Callable[..., Tally]:
    """What applies the rows of such a file."""
    if model in Model.values:
        return apply_events if model == Model.EVENTS else apply_customers
    return partial(apply_rows, kind_of_room(model))


def note(job: ImportJob, tally: Tally) -> None:
    """Count what became of the rows, and list what is to be told of them, as long as the lists are."""
    room = max(MAX_LISTED - job.refused, 0)
    refused = sorted(tally.refused, key=lambda refusal: refusal.line)[:room]
    RefusedRow.objects.bulk_create(
        RefusedRow(job=job, line=one.line, column=one.column, code=one.code, reason=one.reason, predicate=one.predicate)
        for one in refused
    )
    _list_notices(job, tally)
    job.rows_done += tally.rows
    job.recorded += tally.recorded
    job.unchanged += tally.unchanged
    job.refused += len(tally.refused)
    job.already_there += tally.already_there


def _list_notices(job: ImportJob, tally: Tally) -> None:
    if not tally.notices or job.already_there >= MAX_LISTED:
        return
    named = {one.import_id for one in tally.notices if one.import_id is not None}
    known = set(ImportJob.objects.filter(pk__in=named).values_list("pk", flat=True)) if named else set()
    RowNotice.objects.bulk_create(
        (
            RowNotice(
                job=job, line=one.line, kind=one.kind, recorded_at=one.recorded_at, text=one.text,
                earlier_id=one.import_id if one.import_id in known else None,
            )
            for one in sorted(tally.notices, key=lambda one: one.line)
        ),
        # A row of a merged-away profile may be there already, too: one notice tells enough.
        ignore_conflicts=True,
    )  # fmt: skip


def end(job: ImportJob, status: JobStatus, at: datetime, error: str = "") -> None:
    """The import is over, in the transaction that holds its row."""
    job.status, job.error, job.finished_at, job.lease_until = status, error, at, None
    job.save()
    forget_counts(job)


@transaction.atomic
def _fail(job_id: int, fence: int, reason: str, at: datetime) -> None:
    job = ImportJob.objects.select_for_update().filter(pk=job_id, fence=fence, status=JobStatus.PROCESSING).first()
    if job is not None:
        end(job, JobStatus.FAILED, at, reason)
