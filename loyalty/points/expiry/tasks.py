import logging
from typing import Any

from celery import shared_task
from django.utils import timezone

from .operations import expire_points

log = logging.getLogger("loyalty.points")


# As long as it takes. A run that is lost has done a part; the next hour's does the rest.
@shared_task(acks_late=False, soft_time_limit=3_300, time_limit=3_400)
def expire(**kwargs: Any) -> None:
    done = expire_points(now=timezone.now)
    if done.lots:
        log.info("expired: %d lots of %d customers and accounts, %d points", done.lots, done.events, done.points)
