"""Fills the database with demo customers and their history, recorded by the engine as any other events."""

import datetime as dt
import json
import time
from argparse import ArgumentParser
from functools import partial
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import transaction

from customers.models import Customer
from loyalty.demo.batches import batches, months
from loyalty.demo.lives import DemoEvent, Period
from loyalty.demo.showcase import prepare, show
from loyalty.demo.story import demo_events, digest
from loyalty.engine.events import Incoming
from loyalty.engine.record import record
from loyalty.intake.actors import made_up
from loyalty.points.expiry.operations import expire_points
from loyalty.tiers.expiry.operations import expire_tiers

MOST_CUSTOMERS, MOST_MONTHS = 1_000_000, 60


class Command(BaseCommand):
    help = "Make demo customers and their history; the same arguments make the same data."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--customers", type=int, default=2_000)
        parser.add_argument("--months", type=int, default=12)
        parser.add_argument("--seed", type=int, default=1)
        parser.add_argument(
            "--until", type=dt.date.fromisoformat, help="The history ends as this day begins (YYYY-MM-DD); today."
        )
        parser.add_argument(
            "--showcase",
            action="store_true",
            help="Also what staff do, and a customer to whom everything has happened; changes the programme.",
        )
        parser.add_argument("--force", action="store_true", help="Even if there are customers already.")

    def handle(self, *args: Any, **options: Any) -> None:
        until = options["until"] or _today()
        _check(options["customers"], options["months"], options["seed"], until)
        if not options["force"] and Customer.objects.exists():
            raise CommandError(
                "There are customers already: add --force and another --seed to put demo customers beside them."
            )
        started = time.monotonic()
        period = Period(until - dt.timedelta(days=round(options["months"] * 365.25 / 12)), until - dt.timedelta(days=1))
        told = demo_events(options["customers"], period, options["seed"])
        end = _beginning(until)
        if options["showcase"]:
            prepare(_beginning(period.first))
        recorded, expired = _record(told, end), _expire(told, end)
        if options["showcase"]:
            expire_tiers(now=partial(_same, end))
            show(end)
        events, points = map(sum, zip(recorded, expired, strict=True))
        summary = {"customers": options["customers"], "events": events, "points": points}
        seconds = round(time.monotonic() - started, 2)
        self.stdout.write(json.dumps({**summary, "seconds": seconds, "digest": digest(told)}))


def _check(customers: int, months: int, seed: int, until: dt.date) -> None:
    if not 1 <= customers <= MOST_CUSTOMERS:
        raise CommandError(f"--customers must be from 1 to {MOST_CUSTOMERS}.")
    if not 1 <= months <= MOST_MONTHS:
        raise CommandError(f"--months must be from 1 to {MOST_MONTHS}.")
    if seed < 0:
        raise CommandError("--seed must not be negative.")
    if until > _today():
        raise CommandError("--until must not be in the future.")


def _today() -> dt.date:
    """The story's days are UTC's."""
    return dt.datetime.now(dt.UTC).date()


def _beginning(day: dt.date) -> dt.datetime:
    """Not the clock's time: the same arguments make the same rows."""
    return dt.datetime.combine(day, dt.time(), dt.UTC)


@transaction.atomic
def _record(told: list[DemoEvent], end: dt.datetime) -> tuple[int, int]:
    """All or nothing, month after month as if it were live; how many events, and their points."""
    found = [_record_month(month, at) for at, month in months(told, end)]
    return sum(events for events, _ in found), sum(points for _, points in found)


def _expire(told: list[DemoEvent], end: dt.datetime) -> tuple[int, int]:
    """What ran out, at the end of each month. What a killed run leaves, the timer does."""
    events = points = 0
    for at, _ in months(told, end):
        done = expire_points(now=partial(_same, at))
        events, points = events + done.events, points - done.points
    return events, points


def _same(at: dt.datetime) -> dt.datetime:
    return at


def _record_month(told: list[DemoEvent], at: dt.datetime) -> tuple[int, int]:
    """How many events, and their points."""
    events = earned = 0
    for source, batch in batches(told):
        incoming = [Incoming(event.customer, event.action, event.data) for event in batch]
        outcomes = record(incoming, by=made_up(source, detail="demo"), at=at)
        for event, outcome in zip(batch, outcomes, strict=True):
            if outcome.error:
                raise CommandError(
                    f"The engine refused {event.action} of {event.customer}: {outcome.error.message}. Take another --seed"
                    " if these demo customers are there already."
                )
            events += len(outcome.events)
            earned += sum(effect.points for effect in outcome.events)
    return events, earned
