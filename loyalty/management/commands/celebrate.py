import json
import time
from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone

from customers.life.celebrations import ANNIVERSARY, BIRTHDAY, record_celebrations


class Command(BaseCommand):
    help = (
        "Record the birthdays and anniversaries of today and of the week before, as the timer does, and print how many"
        " as JSON. May be ended at any point and run again: nobody has one twice in a calendar year."
    )

    def handle(self, **options: Any) -> None:
        started = time.perf_counter()
        done = {one.action: record_celebrations(one, now=timezone.now) for one in (BIRTHDAY, ANNIVERSARY)}
        self.stdout.write(json.dumps({**done, "seconds": round(time.perf_counter() - started, 3)}, indent=2))
