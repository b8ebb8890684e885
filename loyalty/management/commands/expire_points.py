import json
import time
from dataclasses import asdict
from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone

from loyalty.points.expiry.operations import expire_points


class Command(BaseCommand):
    help = (
        "Expire the points that are past their date, as the timer does, and print what was done as JSON. May be ended"
        " at any point and run again; does nothing while the module Expiring points is off."
    )

    def handle(self, **options: Any) -> None:
        started = time.perf_counter()
        done = expire_points(now=timezone.now)
        self.stdout.write(json.dumps({**asdict(done), "seconds": round(time.perf_counter() - started, 3)}, indent=2))
