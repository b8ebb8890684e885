import logging
from typing import Any

from celery import shared_task
from django.utils import timezone

from .operations import delete_unnamed_images

log = logging.getLogger("rewards.images")


@shared_task
def forget_images(**kwargs: Any) -> None:
    """Each night."""
    if deleted := delete_unnamed_images(at=timezone.now()):
        log.info("images that no reward names deleted: %d", deleted)
