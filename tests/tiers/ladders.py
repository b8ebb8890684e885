"""What the tests of tiers share: structures, and what is read of a customer's standing."""

import datetime as dt
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from customers.models import Customer
from events.models import Event
from loyalty.engine.events import Actor, Incoming
from loyalty.engine.mechanism import Outcome
from loyalty.engine.record import record
from loyalty.program.operations import apply_program
from loyalty.staff.sender import Sender
from loyalty.tiers.expiry.operations import expire_tiers
from loyalty.tiers.queries import Tier, tiers_of

BERLIN = ZoneInfo("Europe/Berlin")
START = dt.datetime(2025, 1, 10, 12, tzinfo=BERLIN)
BY = Actor("api")
LEVELS = ({"id": "t0", "threshold": 0}, {"id": "t1", "threshold": 1_000}, {"id": "t2", "threshold": 5_000})


def structure(id: str = "standard", levels: Any = LEVELS, **settings: Any) -> dict[str, Any]:
    """An item of the program file: levels t0, t1 and t2, of the default account."""
    named = [{"name": {"en": level["id"].upper()}, **level} for level in levels]
    return {"id": id, "name": id.capitalize(), "account": "main", "tiers": named, **settings}


def set_up(*structures: dict[str, Any], **program: Any) -> None:
    sender = Sender(None, dt.datetime(2025, 1, 1, tzinfo=dt.UTC))
    modules = {"modules": ["expiring_points", "tiers"]}
    apply_program({"settings": modules, "tiers": list(structures), **program}, by=sender)


def local(text: str) -> dt.datetime:
    """`2025-03-30 12:00` in Berlin; a day alone is noon."""
    found = dt.datetime.fromisoformat(text if " " in text else f"{text} 12:00")
    return found.replace(tzinfo=BERLIN)


def send(action: str, at: dt.datetime = START, customer: str = "C-1", **data: Any) -> Outcome:
    [outcome] = record([Incoming(customer, action, data)], by=BY, at=at.astimezone(dt.UTC))
    return outcome


def done(action: str, at: dt.datetime = START, customer: str = "C-1", **data: Any) -> Outcome:
    """A refused one fails the test."""
    outcome = send(action, at, customer, **data)
    assert outcome.error is None, outcome.error
    return outcome


def buy(id: str, total: int | str, at: dt.datetime = START, customer: str = "C-1", **data: Any) -> Outcome:
    return done("checkout", at, customer, transaction_id=id, total=total, **data)


def run_timer(at: dt.datetime) -> int:
    return expire_tiers(now=lambda: at.astimezone(dt.UTC))


def tier(at: dt.datetime = START, customer: str = "C-1", structure: str = "standard") -> Tier | None:
    found = Customer.objects.get(public_id=customer)
    return next((one for one in tiers_of([found], at)[found.id] if one.rule.slug == structure), None)


def level(at: dt.datetime = START, customer: str = "C-1", structure: str = "standard") -> str | None:
    found = tier(at, customer, structure)
    return found.level.slug if found else None


def missing(at: dt.datetime = START, customer: str = "C-1") -> tuple[str, int] | None:
    """The next level, and the points still missing."""
    found = tier(at, customer)
    return (found.next.slug, int(found.missing)) if found and found.next else None


def told(customer: str = "C-1", *actions: str) -> list[tuple[str, ...]]:
    """The tier events in their order: action, from, to and reason."""
    events = Event.objects.filter(customer__public_id=customer, action__startswith="tier_").order_by("id")
    return [
        (one.action, one.data.get("from", ""), one.data.get("to", ""), one.data.get("reason", ""))
        for one in events
        if one.action != "tier_change" and (not actions or one.action in actions)
    ]


def points(number: int | str) -> Decimal:
    return Decimal(number)
