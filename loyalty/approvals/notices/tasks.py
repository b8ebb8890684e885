import logging
from typing import Any

from celery import shared_task
from django.utils import timezone

from .operations import send_notices

log = logging.getLogger("loyalty.approvals")


@shared_task(soft_time_limit=280, time_limit=290)
def send(**kwargs: Any) -> None:
    if sent := send_notices(at=timezone.now()):
        log.info("approvals: %d e-mails sent", sent)
