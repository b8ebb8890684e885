import logging

from celery import shared_task
from django.utils import timezone

from .operations import accept_due_orders

log = logging.getLogger("loyalty.events")


@shared_task(acks_late=False)
def accept_orders(**kwargs: object) -> None:
    """Orders that are accepted by themselves; what one run misses the next one finds."""
    accepted = accept_due_orders(at=timezone.now())
    if accepted:
        log.info("orders accepted: %d", accepted)
