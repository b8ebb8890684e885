from typing import Any

from celery import shared_task
from django.utils import timezone

from loyalty.calendar import ONE_DAY

from .operations import count_members


@shared_task
def count(**kwargs: Any) -> None:
    """After midnight: the day before."""
    count_members(day=timezone.localdate() - ONE_DAY)
