import logging
from typing import Any

from celery import shared_task
from django.utils import timezone

from .generating import generate_open
from .updating import change_coupons as change_open

log = logging.getLogger("loyalty.coupons")


# As long as it takes. What a run that is lost has not done the next one does.
@shared_task(acks_late=False, soft_time_limit=3_300, time_limit=3_400)
def generate(**kwargs: Any) -> None:
    if made := generate_open(now=timezone.now):
        log.info("coupons: %d codes made", made)


@shared_task(acks_late=False, soft_time_limit=3_300, time_limit=3_400)
def change_coupons(**kwargs: Any) -> None:
    if changed := change_open(now=timezone.now):
        log.info("coupons: %d followed a change of their pool", changed)
