import logging
from typing import Any

from celery import shared_task
from django.utils import timezone

from loyalty.transfer.files.retention import forget_old_imports
from loyalty.transfer.importing.running import work

from .queries import abandoned_imports, orphaned_imports
from .workers import wake_workers

log = logging.getLogger("loyalty.transfer")
SECONDS = 20


@shared_task
def run_import(*, job_id: int, **kwargs: Any) -> None:
    """Some chunks; the rest is another task's, so that no task is long."""
    if work(job_id=job_id, now=timezone.now, seconds=SECONDS):
        wake_workers(job_id)


@shared_task
def resume_imports(**kwargs: Any) -> None:
    for job_id in abandoned_imports(timezone.now()):
        wake_workers(job_id)


@shared_task
def take_over_imports(**kwargs: Any) -> None:
    """Every few seconds: whose worker has died goes on at once."""
    for job_id in orphaned_imports(timezone.now()):
        wake_workers(job_id)


@shared_task
def forget_imports(**kwargs: Any) -> None:
    forgotten = forget_old_imports(at=timezone.now())
    if forgotten:
        log.info("imports forgotten: %d files and records", forgotten)
