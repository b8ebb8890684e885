import json
import sys
import time
from dataclasses import asdict
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.core.serializers.json import DjangoJSONEncoder
from django.utils import timezone

from customers.queries import alike
from loyalty.verify.health import verify_all
from loyalty.verify.operations import LISTED

MOST_LISTED = 1_000_000


class Command(BaseCommand):
    help = (
        "Recompute balances, lots and totals from events and entries, look at what protects the rows in the database,"
        " and print what differs as JSON. Changes nothing."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--limit", type=int, default=LISTED, help="How many rows that differ are listed.")

    def handle(self, *, limit: int, **options: Any) -> None:
        if not 1 <= limit <= MOST_LISTED:
            raise CommandError(f"--limit must be from 1 to {MOST_LISTED}.")
        started_at, started = timezone.now(), time.perf_counter()
        findings = verify_all(limit=limit)
        seconds = round(time.perf_counter() - started, 3)
        report = {
            "started_at": started_at,
            "seconds": seconds,
            **asdict(findings),
            # No fault of the books: perhaps one person twice.
            "alike": [asdict(one) for one in alike(limit)],
            "ok": not findings.found,
        }
        self.stdout.write(json.dumps(report, indent=2, cls=DjangoJSONEncoder))
        if findings.found:
            sys.exit(1)
