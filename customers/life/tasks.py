"""Birthdays and anniversaries, by the clock."""

import logging
from typing import Any

from celery import shared_task
from django.utils import timezone

from .celebrations import ANNIVERSARY, BIRTHDAY, Celebration, record_celebrations

log = logging.getLogger("loyalty.customers")


# As long as it takes. A run that is lost has done a part; the next hour's does the rest.
@shared_task(acks_late=False, soft_time_limit=3_300, time_limit=3_400)
def record_birthdays(**kwargs: Any) -> None:
    _record(BIRTHDAY)


@shared_task(acks_late=False, soft_time_limit=3_300, time_limit=3_400)
def record_anniversaries(**kwargs: Any) -> None:
    _record(ANNIVERSARY)


def _record(celebration: Celebration) -> None:
    told = record_celebrations(celebration, now=timezone.now)
    if told:
        log.info("%s: %d customers", celebration.action, told)
