import logging

from celery import shared_task

from .operations import sweep

log = logging.getLogger("loyalty.sync")


@shared_task(name="loyalty.sync.tasks.sweep_outbox")
def sweep_outbox(**kwargs: object) -> None:
    """The certain way of the outbox: whatever no waking has delivered."""
    swept = sweep()
    if swept:
        log.info("outbox swept: %d rows", swept)
