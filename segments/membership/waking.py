"""Wakes a worker. A hint only: the timer finds whatever gets lost here."""

import logging

from celery import current_app
from django.db import transaction
from kombu.exceptions import OperationalError

log = logging.getLogger("segments")
TASK = "segments.membership.tasks.compute_due"


def wake_workers() -> None:
    """Once the open transaction is committed."""
    transaction.on_commit(_send)


def _send() -> None:
    try:
        current_app.send_task(TASK, retry=False)
    except OperationalError:
        log.warning("The queue is down: segments are computed when the timer comes.")
