import logging
from typing import Any

from celery import shared_task
from django.utils import timezone

from .expiry_run import expire_points
from .operations import accept_due_points, verify_projections

log = logging.getLogger("loyalty.points")


# It takes minutes on millions of customers. One that is lost is not repeated: tomorrow's does the same.
@shared_task(acks_late=False, soft_time_limit=1_800, time_limit=1_860)
def verify(**kwargs: Any) -> None:
    done = verify_projections(at=timezone.now())
    if not done.ok:
        log.error("verification %d: %d rows are not what their history says", done.pk, done.found)


@shared_task(acks_late=False)
def accept_pending(**kwargs: Any) -> None:
    """Pending points whose days are over; what one run misses the next one finds."""
    accepted = accept_due_points(at=timezone.now())
    if accepted:
        log.info("pending points accepted: %d", accepted)


# As long as it takes. A run that is lost has done a part; the next hour's does the rest.
@shared_task(acks_late=False, soft_time_limit=3_300, time_limit=3_400)
def expire(**kwargs: Any) -> None:
    done = expire_points(now=timezone.now)
    if done.lots:
        log.info("expired: %d lots of %d customers and accounts, %d points", done.lots, done.events, done.points)
