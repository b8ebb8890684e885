"""Measures what matters against floors on the same machine, in a scratch database; the real one is never touched."""

import json
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from loyalty.benchmark import batches, bulk, checkout, expiry, report, segments, tiers
from loyalty.benchmark.scratch import CannotMeasure, Server, server

PARTS = ("checkout", "bulk", "customers", "checkouts", "expiry", "tiers", "segments")
IMPORTS = {"customers", "checkouts"}


class Command(BaseCommand):
    help = "Measure checkouts over HTTP, events in bulk, imports, expiry, tiers and segments against floors, in a scratch database; prints JSON."
    requires_system_checks = ()

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--only", default=",".join(PARTS), help=f"Some of {','.join(PARTS)}; all by default.")
        parser.add_argument("--customers", type=int, default=200_000, help="Rows of the customer import.")
        parser.add_argument("--checkouts", type=int, default=200_000, help="Rows of the checkout import.")
        parser.add_argument("--lots", type=int, default=1_000_000, help="Lots that are due.")
        parser.add_argument("--members", type=int, default=1_000_000, help="Customers with a level.")
        parser.add_argument("--events", type=int, default=10_000_000, help="Events that rules of segments ask for.")
        parser.add_argument("--rounds", type=int, default=5, help="Of each timing; the median counts.")
        parser.add_argument("--seconds", type=float, default=5, help="Of each timing over HTTP.")
        parser.add_argument("--output", type=Path, help="A file to write the report to as well.")
        parser.add_argument("--quick", action="store_true", help="Tiny numbers: shows that it works, measures nothing.")

    def handle(self, *args: Any, **options: Any) -> None:
        parts = [part.strip() for part in options["only"].split(",")]
        if unknown := set(parts) - set(PARTS):
            raise CommandError(f"--only knows {', '.join(PARTS)}, not {', '.join(sorted(unknown))}.")
        try:
            with server(settings.ENV) as scratch:
                found = self._measure(scratch, parts, options)
        except CannotMeasure as error:
            raise CommandError(str(error)) from error
        text = json.dumps(found, indent=2)
        if options["output"]:
            options["output"].write_text(text + "\n")
        self.stdout.write(text)

    def _measure(self, scratch: Server, parts: list[str], options: dict[str, Any]) -> dict[str, Any]:
        found: dict[str, Any] = {"machine": report.machine(scratch.raw)}
        over_http, batched, imports, lots, members = _sizes(options)
        if "checkout" in parts:
            found["checkout"] = checkout.measure(scratch, over_http, self.stderr.write)
        if "bulk" in parts:
            found["bulk"] = batches.measure(scratch, batched, self.stderr.write)
        if IMPORTS & set(parts):
            found["imports"] = bulk.measure(scratch, imports, parts, self.stderr.write)
        if "expiry" in parts:
            found["expiry"] = expiry.measure(scratch, lots, self.stderr.write)
        if "tiers" in parts:
            found["tiers"] = tiers.measure(scratch, members, self.stderr.write)
        if "segments" in parts:
            found["segments"] = segments.measure(scratch, _size_of_segments(options), self.stderr.write)
        found["machine"]["load_average_at_the_end"] = report.load()
        return found


def _sizes(options: dict[str, Any]) -> tuple[checkout.Size, batches.Size, bulk.Size, expiry.Size, tiers.Size]:
    if options["quick"]:
        over_http = checkout.Size(rounds=1, customers=50, warm_up=16, profiled=60, workers=1, requests=16)
        batched = batches.Size(rounds=1, customers=50, workers=1, events=100)
        imports = bulk.Size(rounds=1, customers=200, checkouts=300, profiled=0)
        return (
            over_http,
            batched,
            imports,
            expiry.Size(rounds=1, lots=600),
            tiers.Size(rounds=1, customers=2_001, buyers=50, workers=1, requests=16),
        )
    return (
        checkout.Size(rounds=options["rounds"], seconds=options["seconds"]),
        batches.Size(rounds=options["rounds"], seconds=options["seconds"]),
        bulk.Size(rounds=options["rounds"], customers=options["customers"], checkouts=options["checkouts"]),
        expiry.Size(rounds=options["rounds"], lots=options["lots"]),
        tiers.Size(rounds=options["rounds"], customers=options["members"], seconds=options["seconds"]),
    )


def _size_of_segments(options: dict[str, Any]) -> segments.Size:
    if options["quick"]:
        return segments.Size(rounds=1, customers=300, events=3_000, buyers=50, workers=1, requests=16)
    sizes = {name: options[name] for name in ("rounds", "seconds", "events")}
    return segments.Size(customers=options["members"], **sizes)
