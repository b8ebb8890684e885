"""Imports, their refused rows, and those that nobody works on."""

from datetime import datetime

from django.contrib.auth.models import AnonymousUser
from django.db.models import Max, Q, QuerySet

from loyalty.staff.models import User
from loyalty.staff.permissions import may
from loyalty.staff.roles.rights import Right

from .enums import JobStatus, NoticeKind
from .kinds import right_for
from .models import ImportJob, RefusedRow, RowNotice


def imports() -> QuerySet[ImportJob]:
    """With who started them."""
    return ImportJob.objects.select_related("created_by")


def lacking_right(job: ImportJob, user: User | AnonymousUser) -> Right | None:
    """The right that files of the job's kind ask for, where the user has it not: its rows, such as codes of coupons, are not
    for them. None: nothing is lacking."""
    right = right_for(job.model)
    return None if right is None or may(user, right) else right


def earlier_import(job: ImportJob) -> ImportJob | None:
    """The latest import of the very same file that recorded anything."""
    same = imports().filter(sha256=job.sha256, model=job.model, id__lt=job.id, recorded__gt=0)
    return same.order_by("-id").first()


def line_keyed_import(job: ImportJob) -> ImportJob | None:
    """The latest import of the very same file from before there were keys of rows."""
    same = ImportJob.objects.filter(sha256=job.sha256, model=job.model, has_row_keys=False).exclude(pk=job.pk)
    return same.order_by("-id").first()


def sources() -> list[str]:
    """The names of sources that were used, the latest first; at most a hundred."""
    named = ImportJob.objects.exclude(source="").values("source").annotate(last=Max("id")).order_by("-last")
    return [row["source"] for row in named[:100]]


def first_notices(job: ImportJob, kind: NoticeKind, limit: int) -> list[RowNotice]:
    """In the order of the file, each with the import that it names."""
    return list(RowNotice.objects.filter(job=job, kind=kind).select_related("earlier").order_by("line")[:limit])


def refused_rows(job: ImportJob) -> QuerySet[RefusedRow]:
    return RefusedRow.objects.filter(job=job)


def first_refused_rows(job: ImportJob, limit: int) -> list[RefusedRow]:
    return list(refused_rows(job).order_by("line")[:limit])


def abandoned_imports(at: datetime) -> list[int]:
    """Imports that should be running and that nobody holds: they wait for a worker, or their worker has died."""
    free = Q(lease_until__isnull=True) | Q(lease_until__lt=at)
    return list(ImportJob.objects.filter(free, status=JobStatus.PROCESSING).order_by("id").values_list("id", flat=True))


def orphaned_imports(at: datetime) -> list[int]:
    """Imports whose worker has died: its lease ran out."""
    found = ImportJob.objects.filter(lease_until__lt=at, status=JobStatus.PROCESSING)
    return list(found.order_by("id").values_list("id", flat=True))
