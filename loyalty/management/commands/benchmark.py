"""Measures what matters against floors on the same machine, in a scratch database; the real one is never touched."""

import json
import os
from argparse import ArgumentParser
from collections.abc import Callable
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from loyalty.benchmark import batches, bulk, checkout, expiry, report, segments, tiers
from loyalty.benchmark.growth import table as growth
from loyalty.benchmark.ledger import contest as ledger
from loyalty.benchmark.rewarding import coupons, rewards
from loyalty.benchmark.scratch import CannotMeasure, Server, require_checkpoints, server

PARTS = (
    "checkout", "bulk", "customers", "checkouts", "expiry", "tiers", "segments", "ledger", "growth", "coupons", "rewards",
)  # fmt: skip
IMPORTS = {"customers", "checkouts"}


class Command(BaseCommand):
    help = "Measure checkouts over HTTP, events in bulk, imports, expiry, tiers, segments, the ledger, coupons and rewards against floors, in a scratch database; prints JSON."
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
        for name, measure in self._measures(scratch, parts, options).items():
            found[name] = measure() | {"busy_at_the_end": report.is_busy()}
            found["machine"]["load_average_at_the_end"] = report.load()
            if options["output"]:
                options["output"].write_text(json.dumps(found, indent=2) + "\n")
        return found

    def _measures(
        self, scratch: Server, parts: list[str], options: dict[str, Any]
    ) -> dict[str, Callable[[], dict[str, Any]]]:
        over_http, batched, imports, lots, members, books = _sizes(options)
        say = self.stderr.write
        found = {
            "checkout": lambda: checkout.measure(scratch, over_http, say),
            "bulk": lambda: batches.measure(scratch, batched, say),
            "imports": lambda: bulk.measure(scratch, imports, parts, say),
            "expiry": lambda: expiry.measure(scratch, lots, say),
            "tiers": lambda: tiers.measure(scratch, members, say),
            "segments": lambda: segments.measure(scratch, _size_of_segments(options), say),
            "ledger": lambda: ledger.measure(scratch, books, say),
            "growth": lambda: growth.measure(
                scratch, growth.Size((20, 60), 1) if options["quick"] else growth.Size(), say
            ),
            "coupons": lambda: coupons.measure(scratch, _size_of_coupons(options), say),
            "rewards": lambda: rewards.measure(scratch, _size_of_rewards(options), say),
        }
        wanted = {*parts, *(["imports"] if IMPORTS & set(parts) else [])}
        return {name: measure for name, measure in found.items() if name in wanted}


def _sizes(
    options: dict[str, Any],
) -> tuple[checkout.Size, batches.Size, bulk.Size, expiry.Size, tiers.Size, ledger.Size]:
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
            ledger.Size(rounds=1, customers=60, movements=200),
        )
    return (
        checkout.Size(rounds=options["rounds"], seconds=options["seconds"], customers=options["people"]),
        batches.Size(rounds=options["rounds"], seconds=options["seconds"], customers=options["people"]),
        bulk.Size(rounds=options["rounds"], customers=options["customers"], checkouts=options["checkouts"]),
        expiry.Size(rounds=options["rounds"], lots=options["lots"]),
        tiers.Size(rounds=options["rounds"], customers=options["members"], seconds=options["seconds"]),
        ledger.Size(rounds=options["rounds"], customers=options["people"]),
    )


def _size_of_segments(options: dict[str, Any]) -> segments.Size:
    if options["quick"]:
        return segments.Size(rounds=1, customers=300, events=3_000, buyers=50, workers=1, requests=16)
    sizes = {name: options[name] for name in ("rounds", "seconds", "events")}
    return segments.Size(customers=options["members"], **sizes)


def _size_of_coupons(options: dict[str, Any]) -> coupons.Size:
    if options["quick"]:
        return coupons.Size(1, generated=200, codes=2_000, customers=50, warm_up=0, workers=1, requests=16)
    sizes = {name: options[name] for name in ("rounds", "generated", "codes", "seconds")}
    return coupons.Size(customers=options["people"], **sizes)


def _size_of_rewards(options: dict[str, Any]) -> rewards.Size:
    if options["quick"]:
        return rewards.Size(1, rewards=20, lists=10, customers=50, warm_up=0, workers=1, requests=16)
    sizes = {name: options[name] for name in ("rounds", "rewards", "lists", "seconds")}
    return rewards.Size(customers=options["people"], **sizes)
