from typing import Any

from celery import shared_task
from django.utils import timezone

from .doorbell import ring
from .operations import work
from .queries import abandoned_imports

SECONDS = 20


@shared_task
def run_import(*, job_id: int, **kwargs: Any) -> None:
    """Some chunks; the rest is another task's, so that no task is long."""
    if work(job_id=job_id, now=timezone.now, seconds=SECONDS):
        ring(job_id)


@shared_task
def resume_imports(**kwargs: Any) -> None:
    for job_id in abandoned_imports(timezone.now()):
        ring(job_id)
