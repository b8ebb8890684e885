import logging
from typing import Any

from celery import shared_task
from django.utils import timezone

from .operations import keep_sizes_of_today, refresh_due, refresh_touched
from .telling import tell

log = logging.getLogger("segments")


# What a run that is lost has not done the next one does.
@shared_task(acks_late=False)
def look_at_touched(**kwargs: Any) -> None:
    """The customers to whom something happened, and the events of what came of it."""
    touched, told = refresh_touched(now=timezone.now), tell(now=timezone.now)
    if touched or told:
        log.info("segments: %d customers touched, %d events", touched, told)


@shared_task(acks_late=False, soft_time_limit=3_300, time_limit=3_400)
def compute_due(**kwargs: Any) -> None:
    """The segments that have changed, or whose answer a midnight has changed."""
    computed, told = refresh_due(now=timezone.now), tell(now=timezone.now)
    if computed or told:
        log.info("segments: %d computed, %d events", len(computed), told)


@shared_task
def keep_sizes(**kwargs: Any) -> None:
    """As the day ends."""
    keep_sizes_of_today(now=timezone.now)
