import json
import time
from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone

from loyalty.tiers.expiry.operations import expire_tiers


class Command(BaseCommand):
    help = (
        "See to the levels whose day has come, as the timer does, and print how many events came of it as JSON. May be"
        " ended at any point and run again; does nothing while the module Tiers is off."
    )

    def handle(self, **options: Any) -> None:
        started = time.perf_counter()
        events = expire_tiers(now=timezone.now)
        self.stdout.write(json.dumps({"events": events, "seconds": round(time.perf_counter() - started, 3)}))
