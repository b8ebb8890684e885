import logging
from typing import Any

from celery import shared_task
from django.utils import timezone

from .operations import THREADS, recalculate_all

log = logging.getLogger("loyalty.tiers")


# As long as it takes. What a run that is lost has not done the next one does.
@shared_task(acks_late=False, soft_time_limit=3_300, time_limit=3_400)
def recalculate(**kwargs: Any) -> None:
    if found := recalculate_all(now=timezone.now, threads=THREADS):
        log.info("tiers: %d structures recalculated", found)
