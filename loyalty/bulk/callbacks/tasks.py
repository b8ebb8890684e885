from typing import Any

from celery import shared_task
from django.utils import timezone

from loyalty.bulk.queries import due_callbacks
from loyalty.bulk.waking import wake_callback

from .operations import send_callback


@shared_task
def call_back(*, callback_id: int, **kwargs: Any) -> None:
    send_callback(callback_id=callback_id, at=timezone.now())


@shared_task
def resume_callbacks(**kwargs: Any) -> None:
    """Every half minute: what is due again, or got lost."""
    for callback_id in due_callbacks(timezone.now()):
        wake_callback(callback_id)
