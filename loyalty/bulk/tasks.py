import logging
from typing import Any

from celery import shared_task
from django.utils import timezone

from .models import BulkRequest
from .operations import forget_old_requests
from .queries import due_requests, next_about
from .waking import wake_workers
from .working import work

log = logging.getLogger("loyalty.bulk")
SECONDS = 20


@shared_task
def run_request(*, request_id: int, **kwargs: Any) -> None:
    """Some chunks; the rest is another task's, so that no task is long. Then whatever waits for it."""
    if work(request_id=request_id, now=timezone.now, seconds=SECONDS):
        wake_workers(request_id)
        return
    found = BulkRequest.objects.filter(pk=request_id).first()
    if found and not found.is_open and (following := next_about(found)):
        wake_workers(following)


@shared_task
def resume_requests(**kwargs: Any) -> None:
    """Every few seconds: what waits for a worker, or whose worker has died, goes on."""
    for request_id in due_requests():
        wake_workers(request_id)


@shared_task
def forget_requests(**kwargs: Any) -> None:
    if forgotten := forget_old_requests(at=timezone.now()):
        log.info("bulk requests forgotten: %d", forgotten)
