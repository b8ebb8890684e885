"""Wakes the workers. A hint only: the timer of each minute finds whatever gets lost here."""

import logging

from celery import current_app
from django.db import transaction
from kombu.exceptions import OperationalError

log = logging.getLogger(__name__)
TASK = "loyalty.tiers.recalculation.tasks.recalculate"


def wake_workers() -> None:
    """Once the open transaction is committed."""
    transaction.on_commit(_send)


def _send() -> None:
    try:
        current_app.send_task(TASK, retry=False)
    except OperationalError:
        log.warning("The queue is down: tiers are recalculated when the timer comes.")
