import json
import time
from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone

from loyalty.tiers.recalculation.operations import THREADS, recalculate_all


class Command(BaseCommand):
    help = (
        "Let changed tier structures take hold of those who are there, as the timer does each minute, and print how many"
        " structures as JSON. May be ended at any point and run again."
    )

    def handle(self, **options: Any) -> None:
        started = time.perf_counter()
        structures = recalculate_all(now=timezone.now, threads=THREADS)
        self.stdout.write(json.dumps({"structures": structures, "seconds": round(time.perf_counter() - started, 3)}))
