import logging
from typing import Any

from celery import shared_task
from django.utils import timezone

from .operations import announce_losses, expire_tiers

log = logging.getLogger("loyalty.tiers")


# As long as it takes. A run that is lost has done a part; the next hour's does the rest.
@shared_task(acks_late=False, soft_time_limit=3_300, time_limit=3_400)
def expire(**kwargs: Any) -> None:
    if found := expire_tiers(now=timezone.now):
        log.info("tiers: %d events", found)


@shared_task(acks_late=False, soft_time_limit=3_300, time_limit=3_400)
def announce(**kwargs: Any) -> None:
    if found := announce_losses(now=timezone.now):
        log.info("tiers: %d losses announced", found)
