"""What is left behind by people who come and go."""

import logging
from datetime import timedelta
from importlib import import_module

from celery import shared_task
from django.conf import settings
from django.utils import timezone

from .models import GuessCount, Invitation

log = logging.getLogger("loyalty.staff")
# By then every count has worn off.
COUNTS_KEPT = timedelta(days=1)


@shared_task(name="loyalty.staff.tasks.clear_sessions")
def clear_sessions(**kwargs: object) -> int:
    """Delete sessions that are over, counts of tries that have worn off, invitations that nobody took; how many sessions."""
    store = import_module(settings.SESSION_ENGINE).SessionStore
    model = store.get_model_class()
    cleared, _ = model.objects.filter(expire_date__lt=timezone.now()).delete()
    counts, _ = GuessCount.objects.filter(tried_at__lt=timezone.now() - COUNTS_KEPT).delete()
    Invitation.objects.filter(accepted_by=None, expires_at__lt=timezone.now()).delete()
    if cleared or counts:
        log.info("cleared: %d sessions that were over, %d counts of log-ins", cleared, counts)
    return int(cleared)
