"""What imports hold of people goes when its time is over: the files first, the records of imports later."""

from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Q

from loyalty.program.queries import general_settings
from loyalty.transfer.enums import JobStatus
from loyalty.transfer.models import ImportJob, RefusedRow

from .erasing import OPEN
from .store import delete

# At once: a sweep that is killed goes on with the next ones.
AT_ONCE = 100
# What nobody has confirmed for so long is given up with its file.
UNCONFIRMED = timedelta(days=1)
EXPIRED = "What this row said is not kept: the time that files are kept is over."


def forget_old_imports(*, at: datetime) -> int:
    """Delete the files, with the words of their refused rows, and later the records, of imports that are old enough.

    How many of either. Files that wait for a word of staff are given up after a day; what runs is left alone.
    """
    settings = general_settings()
    files = _forget_files(Q(created_at__lt=at - timedelta(days=settings.import_file_days)), at)
    files += _forget_files(Q(created_at__lt=at - UNCONFIRMED, status=JobStatus.UPLOADED), at)
    return files + _forget_records(at - timedelta(days=settings.import_record_days))


def _forget_files(condition: Q, at: datetime) -> int:
    old = ImportJob.objects.filter(condition, file_erased=False).exclude(status=JobStatus.PROCESSING)
    forgotten = 0
    for job_id in old.order_by("id").values_list("pk", flat=True)[:AT_ONCE]:
        forgotten += _forget_file(job_id, at)
    return forgotten


@transaction.atomic
def _forget_file(job_id: int, at: datetime) -> bool:
    job = ImportJob.objects.select_for_update().get(pk=job_id)
    if job.status == JobStatus.PROCESSING:
        # Started in this very moment.
        return False
    RefusedRow.objects.filter(job=job).update(reason=EXPIRED, predicate="")
    if job.status == JobStatus.UPLOADED:
        job.status, job.finished_at = JobStatus.CANCELLED, at
    # A file's name may be a person's; the number says which import it was.
    job.file_erased, job.file_name, job.error = True, f"import-{job.pk}.csv", ""
    job.save(update_fields=["file_erased", "file_name", "error", "status", "finished_at"])
    transaction.on_commit(lambda: delete(job.stored_name))
    return True


def _forget_records(before: datetime) -> int:
    """The keys of their rows stay, so that nothing pays twice: they are digests that name nobody."""
    old = ImportJob.objects.filter(created_at__lt=before, file_erased=True).exclude(status__in=OPEN)
    ids = list(old.order_by("id").values_list("pk", flat=True)[:AT_ONCE])
    ImportJob.objects.filter(pk__in=ids).delete()
    return len(ids)
