import logging
from typing import Any

from celery import shared_task
from django.utils import timezone

from .operations import sweep_erasures, tell_of_late_receipts

log = logging.getLogger("loyalty.customers")


@shared_task
def go_on_erasing(**kwargs: Any) -> None:
    """The places outside of the database, until each has given its receipt."""
    complete = sweep_erasures(at=timezone.now())
    if complete:
        log.info("erasures complete: %d", complete)


@shared_task
def tell_of_late_erasures(**kwargs: Any) -> None:
    tell_of_late_receipts(at=timezone.now())
