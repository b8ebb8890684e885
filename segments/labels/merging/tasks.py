from typing import Any

from celery import shared_task
from django.utils import timezone

from .operations import replace_merged


# As long as it takes. A run that is lost has done a part; the next minute's does the rest.
@shared_task(acks_late=False, soft_time_limit=3_300, time_limit=3_400)
def replace(**kwargs: Any) -> None:
    replace_merged(now=timezone.now)
