"""Wakes the workers. A hint only: whatever gets lost here is found by the sweep of abandoned imports."""

import logging
from functools import partial

from celery import current_app
from django.db import transaction
from kombu.exceptions import OperationalError

log = logging.getLogger(__name__)
TASK = "loyalty.transfer.tasks.run_import"


def wake_workers(job_id: int) -> None:
    """Once the open transaction is committed."""
    transaction.on_commit(partial(_send, job_id))


def _send(job_id: int) -> None:
    try:
        current_app.send_task(TASK, kwargs={"job_id": job_id}, retry=False)
    except OperationalError:
        log.warning("The queue is down: import %s starts when the sweep finds it.", job_id)
