"""`manage.py explain`: the points of a customer, from the events to the balance."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from datetime import date
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.core.serializers.json import DjangoJSONEncoder

from customers.models import Customer
from customers.queries import customer_named, family
from loyalty.formats import instant, number, signed
from loyalty.points.history.explain import EventRef, Explanation, LotStory, Move, Promise, explain, explain_all
from loyalty.points.ledger.queries import balances_of


class Command(BaseCommand):
    help = "Tell from stored facts why a customer has these points: each event, its rule and figures, its points and what became of them."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("customer", help="The customer's ID, or field:value by an external ID.")
        parser.add_argument("--event", type=int, help="This event alone, by its ID.")
        parser.add_argument("--json", action="store_true", help="As JSON.")

    def handle(self, *, customer: str, event: int | None, json: bool, **options: Any) -> None:
        found = customer_named(customer)
        if found is None:
            raise CommandError(f"No customer has the ID {customer}: check its capitals and zeros.")
        explained = self._explained(found, event)
        if json:
            self.stdout.write(_json(found, explained))
            return
        for balance in balances_of(found.id)[1]:
            self.stdout.write(
                f"{balance.account.slug}: {number(balance.spendable)} spendable, {number(balance.pending)} pending,"
                f" {number(balance.reserved)} reserved, {number(balance.debt)} owed"
            )
        for one in explained:
            self.stdout.write("\n" + "\n".join(_lines(one)))

    def _explained(self, customer: Customer, event_id: int | None) -> list[Explanation]:
        if event_id is None:
            return explain_all(family(customer.id))
        found = explain(family(customer.id), event_id)
        if found is None:
            raise CommandError(
                f"Customer {customer.public_id} has no event {event_id}: leave --event out to see them all."
            )
        return [found]


def _json(customer: Customer, explained: Sequence[Explanation]) -> str:
    names = ("earned", "spent", "expired", "reserved", "pending", "spendable", "debt")
    balances = [
        {"account": one.account.slug, **{name: getattr(one, name) for name in names}}
        for one in balances_of(customer.id)[1]
    ]
    told = {"customer": customer.public_id, "balances": balances, "events": [asdict(one) for one in explained]}
    return json.dumps(told, indent=2, ensure_ascii=False, cls=DjangoJSONEncoder)


def _lines(one: Explanation) -> Iterator[str]:
    yield f"{_named(one.event)}, programme version {one.program_version}"
    if one.cause:
        yield f"  caused by {_named(one.cause)}"
    if one.reason:
        yield f"  reason: {one.reason}"
    yield from (f"  {signed(points)} in {account}" for account, points in one.points.items() if points)
    yield from (f"  {signed(points)} pending in {account}" for account, points in one.pending.items() if points)
    for lot in one.lots:
        yield from _lot(lot)
    yield from (f"  {_move(move)}" for move in one.moves)
    for promise in (*one.promised, *one.settled):
        yield from _promise(promise)
    for change in one.changes:
        yield f"  {number(change.points)} points: last day {change.was or 'none'} → {change.now or 'none'}"
    yield from (f"  followed by {_named(child)}" for child in one.consequences)


def _lot(lot: LotStory) -> Iterator[str]:
    yield f"  lot {lot.id}: {number(lot.points)} points in {lot.account}, {number(lot.left)} left, {_until(lot.last_day)}"
    yield from (f"    why: {sentence}" for sentence in lot.why)
    for use in lot.uses:
        yield f"    {signed(use.points)} {use.label.lower()} by {_named(use.by)}; {number(use.left)} left"
    for change in lot.changes:
        yield f"    last day {change.was or 'none'} → {change.now or 'none'} by {_named(change.by)}"


def _move(move: Move) -> str:
    if move.earned_by is None:
        return f"{signed(move.points)} {move.label.lower()}: {'no longer owed' if move.points > 0 else 'owed, for want of points'}"
    return f"{signed(move.points)} {move.label.lower()}: lot {move.lot_id} of {_named(move.earned_by)}, {_until(move.last_day)}"


def _promise(one: Promise) -> Iterator[str]:
    due = f"due {instant(one.due_at)}" if one.due_at else "with its order"
    yield f"  promise {one.id}: {number(one.points)} pending points in {one.account} by {_named(one.by)}, {due}"
    yield from (f"    why: {sentence}" for sentence in one.why)
    if one.settled_by:
        yield f"    {'kept' if one.kept else 'cancelled'} by {_named(one.settled_by)}"


def _named(event: EventRef) -> str:
    order = f", order {event.transaction_id}" if event.transaction_id else ""
    return f"#{event.id} {event.label}, {instant(event.occurred_at)}{order}"


def _until(day: date | None) -> str:
    return f"valid through {day}" if day else "without a date"
