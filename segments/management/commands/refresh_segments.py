"""What the worker does each few seconds, once: for those who have none, and for measuring."""

import json
import time
from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone

from segments.membership.operations import refresh_due, refresh_touched
from segments.membership.telling import tell


class Command(BaseCommand):
    help = (
        "Look at the customers to whom something has happened, compute the segments that are due, and tell of changes."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        started = time.perf_counter()
        touched = refresh_touched(now=timezone.now)
        computed = refresh_due(now=timezone.now)
        told = tell(now=timezone.now)
        seconds = round(time.perf_counter() - started, 3)
        self.stdout.write(json.dumps({"touched": touched, "computed": len(computed), "told": told, "seconds": seconds}))
