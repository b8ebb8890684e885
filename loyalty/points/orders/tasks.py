import logging
from typing import Any

from celery import shared_task
from django.utils import timezone

from .operations import accept_due_points

log = logging.getLogger("loyalty.points")


@shared_task(acks_late=False)
def accept_pending(**kwargs: Any) -> None:
    """Pending points whose days are over; what one run misses the next one finds."""
    accepted = accept_due_points(at=timezone.now())
    if accepted:
        log.info("pending points accepted: %d", accepted)
