import logging
from typing import Any

from celery import shared_task
from django.utils import timezone

from .operations import expire_coupons

log = logging.getLogger("loyalty.coupons")


# As long as it takes. A run that is lost has done a part; the next hour's does the rest.
@shared_task(acks_late=False, soft_time_limit=3_300, time_limit=3_400)
def expire(**kwargs: Any) -> None:
    if found := expire_coupons(now=timezone.now):
        log.info("coupons: %d expired", found)
