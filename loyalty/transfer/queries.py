from datetime import datetime

from django.db.models import Q, QuerySet

from .enums import JobStatus
from .models import ImportJob, RefusedRow


def imports() -> QuerySet[ImportJob]:
    """With who started them."""
    return ImportJob.objects.select_related("created_by")


def earlier_import(job: ImportJob) -> ImportJob | None:
    """The latest import of the very same file that recorded anything."""
    same = imports().filter(sha256=job.sha256, model=job.model, id__lt=job.id, recorded__gt=0)
    return same.order_by("-id").first()


def refused_rows(job: ImportJob) -> QuerySet[RefusedRow]:
    return RefusedRow.objects.filter(job=job)


def first_refused_rows(job: ImportJob, limit: int) -> list[RefusedRow]:
    return list(refused_rows(job).order_by("line")[:limit])


def abandoned_imports(at: datetime) -> list[int]:
    """Imports that should be running and that nobody holds."""
    free = Q(lease_until__isnull=True) | Q(lease_until__lt=at)
    return list(ImportJob.objects.filter(free, status=JobStatus.PROCESSING).order_by("id").values_list("id", flat=True))
