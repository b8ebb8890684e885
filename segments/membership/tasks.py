import logging
from typing import Any

from celery import shared_task
from django.utils import timezone

from .operations import keep_sizes_of_today, refresh_due, refresh_touched
from .telling import tell

log = logging.getLogger("segments")


# What a run that is lost has not done the next one does.
@shared_task(acks_late=False, soft_time_limit=3_300, time_limit=3_400)
def keep_fresh(**kwargs: Any) -> None:
    """Customers to whom something happened; then the segments that have changed or that a midnight has; then the events."""
    touched = refresh_touched(now=timezone.now)
    computed = refresh_due(now=timezone.now)
    told = tell(now=timezone.now)
    if touched or computed or told:
        log.info("segments: %d customers touched, %d segments computed, %d events", touched, len(computed), told)


@shared_task
def keep_sizes(**kwargs: Any) -> None:
    """As the day ends."""
    keep_sizes_of_today(now=timezone.now)
