"""Wakes the workers. A hint only: the timer finds whatever gets lost here."""

import logging
from functools import partial

from celery import current_app
from django.db import transaction
from kombu.exceptions import OperationalError

log = logging.getLogger(__name__)
TASK = "loyalty.bulk.tasks.run_request"


def wake_workers(request_id: int) -> None:
    """Once the open transaction is committed."""
    transaction.on_commit(partial(_send, request_id))


def _send(request_id: int) -> None:
    try:
        current_app.send_task(TASK, kwargs={"request_id": request_id}, retry=False)
    except OperationalError:
        log.warning("The queue is down: bulk request %s starts when the timer comes.", request_id)
