import logging
from typing import Any

from celery import shared_task
from django.utils import timezone

from .ending import end_biddings

log = logging.getLogger("loyalty.claims")


# A run that is lost has done a part; the next minute's does the rest.
@shared_task(acks_late=False, soft_time_limit=300, time_limit=330)
def end(**kwargs: Any) -> None:
    if found := end_biddings(now=timezone.now):
        log.info("biddings: %d ended", found)
