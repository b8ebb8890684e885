import logging
from typing import Any

from celery import shared_task
from django.utils import timezone

from .operations import verify_projections

log = logging.getLogger("loyalty.verify")


# It takes minutes on millions of customers. One that is lost is not repeated: tomorrow's does the same.
@shared_task(acks_late=False, soft_time_limit=1_800, time_limit=1_860)
def verify(**kwargs: Any) -> None:
    done = verify_projections(at=timezone.now())
    if not done.ok:
        log.error("verification %d: %d rows are not what their history says", done.pk, done.found)
