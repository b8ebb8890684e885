"""Measures what matters against floors on the same machine, in a scratch database; the real one is never touched."""

import json
import os
from argparse import ArgumentParser
from dataclasses import replace
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from loyalty.benchmark import expiry, imports, report, segments, sizes, tiers
from loyalty.benchmark.growth import table as growth
from loyalty.benchmark.ledger import contest as ledger
from loyalty.benchmark.rewarding import coupons, rewards
from loyalty.benchmark.scratch import CannotMeasure, Server, require_checkpoints, server
from loyalty.benchmark.tills import batches, hot, limits
from loyalty.benchmark.tills import contest as checkout

MEASURES: dict[str, Any] = {
    "checkout": checkout.measure,
    "hot": hot.measure,
    "limits": limits.measure,
    "bulk": batches.measure,
    "imports": imports.measure,
    "expiry": expiry.measure,
    "tiers": tiers.measure,
    "segments": segments.measure,
    "ledger": ledger.measure,
    "growth": growth.measure,
    "coupons": coupons.measure,
    "rewards": rewards.measure,
}
# Of the imports each can be measured alone.
IMPORTS = ("customers", "checkouts")
PARTS = [part for name in MEASURES for part in (IMPORTS if name == "imports" else [name])]


class Command(BaseCommand):
    help = "Measure what tills, imports, timers and lists take against floors, in a scratch database; prints JSON."
    requires_system_checks = ()

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--only", default=",".join(PARTS), help=f"Some of {','.join(PARTS)}; all by default.")
        parser.add_argument("--customers", type=int, default=200_000, help="Rows of the customer import.")
        parser.add_argument("--checkouts", type=int, default=200_000, help="Rows of the checkout import.")
        parser.add_argument("--lots", type=int, default=1_000_000, help="Lots that are due.")
        parser.add_argument("--members", type=int, default=1_000_000, help="Customers with a level.")
        parser.add_argument("--events", type=int, default=10_000_000, help="Events that rules of segments ask for.")
        parser.add_argument("--generated", type=int, default=1_000_000, help="Codes of a pool that are made.")
        parser.add_argument("--codes", type=int, default=10_000_000, help="Codes among which one is looked up.")
        parser.add_argument("--rewards", type=int, default=200, help="Rewards that a customer's list has.")
        parser.add_argument("--lists", type=int, default=400, help="Pages of it in each timing.")
        parser.add_argument("--rounds", type=int, default=5, help="Of each timing; the median counts.")
        parser.add_argument("--seconds", type=float, default=5, help="Of each timing over HTTP.")
        parser.add_argument("--output", type=Path, help="A file to write the report to as well.")
        parser.add_argument("--people", type=int, default=20_000, help="Customers who buy, up to 1,000,000.")
        parser.add_argument("--busy", action="store_true", help="Measure although others work on the machine.")
        parser.add_argument("--quick", action="store_true", help="Tiny numbers: shows that it works, measures nothing.")

    def handle(self, *args: Any, **options: Any) -> None:
        parts = [part.strip() for part in options["only"].split(",")]
        if unknown := set(parts) - set(PARTS):
            raise CommandError(f"--only knows {', '.join(PARTS)}, not {', '.join(sorted(unknown))}.")
        is_busy = report.is_busy() and not options["quick"]
        if is_busy and not options["busy"]:
            raise CommandError(
                f"The load is {report.load()[0]}, above the {os.cpu_count()} processors: wait, or say --busy to measure all"
                " the same, which the report then says."
            )
        try:
            with server(settings.ENV) as scratch:
                if not options["quick"]:
                    require_checkpoints(scratch.raw)
                found = self._measure(scratch, parts, options)
        except CannotMeasure as error:
            raise CommandError(str(error)) from error
        self.stdout.write(json.dumps(found, indent=2))

    def _measure(self, scratch: Server, parts: list[str], options: dict[str, Any]) -> dict[str, Any]:
        """Each part's result is written as it ends: what comes later may fail."""
        found: dict[str, Any] = {"machine": report.machine(scratch.raw) | {"busy": report.is_busy()}}
        for name, size in _sizes(parts, options).items():
            found[name] = MEASURES[name](scratch, size, self.stderr.write) | {"busy_at_the_end": report.is_busy()}
            found["machine"]["load_average_at_the_end"] = report.load()
            if options["output"]:
                options["output"].write_text(json.dumps(found, indent=2) + "\n")
        return found


def _sizes(parts: list[str], options: dict[str, Any]) -> dict[str, Any]:
    """Of what is to be measured, in its order."""
    found = sizes.QUICK if options["quick"] else sizes.asked(options)
    chosen = [part for part in IMPORTS if part in parts]
    found = {**found, "imports": replace(found["imports"], parts=chosen)}
    return {name: size for name, size in found.items() if name in parts or (name == "imports" and chosen)}
