"""What the tests of segments share: making them, and who is in them."""

import datetime as dt
from typing import Any
from zoneinfo import ZoneInfo

from customers.models import Customer
from events.models import Event
from loyalty.engine.events import Actor, Incoming
from loyalty.engine.mechanism import Outcome
from loyalty.engine.record import record
from loyalty.program.operations import apply_program
from loyalty.staff.sender import Sender
from segments.language.parsing import rule_of
from segments.language.tree import to_json
from segments.language.vocabulary import read_vocabulary
from segments.membership.operations import refresh_due, refresh_touched
from segments.membership.telling import tell
from segments.models import Segment
from segments.queries import members_of

BERLIN = ZoneInfo("Europe/Berlin")
BY = Actor("api")
START = dt.datetime(2025, 6, 10, 12, tzinfo=BERLIN)


def local(text: str) -> dt.datetime:
    """`2025-03-30 12:00` in Berlin; a day alone is noon."""
    found = dt.datetime.fromisoformat(text if " " in text else f"{text} 12:00")
    return found.replace(tzinfo=BERLIN)


def item(slug: str, sentence: str, **more: Any) -> dict[str, Any]:
    """As the program file has it."""
    rule = to_json(rule_of(sentence, read_vocabulary()))
    return {"id": slug, "name": slug.capitalize(), "rule": rule, **more}


def make_segment(slug: str, sentence: str, **more: Any) -> Segment:
    apply_program({"segments": [item(slug, sentence, **more)]}, by=Sender(None, START))
    return Segment.objects.get(slug=slug)


def done(action: str, at: dt.datetime = START, customer: str = "ann", **data: Any) -> Outcome:
    [outcome] = record([Incoming(customer, action, data)], by=BY, at=at.astimezone(dt.UTC))
    assert outcome.error is None, outcome.error
    return outcome


def buy(id: str, total: int, at: dt.datetime = START, customer: str = "ann", **data: Any) -> Outcome:
    return done("checkout", at, customer, transaction_id=id, total=total, **data)


def work(at: dt.datetime = START) -> None:
    """All that the worker does, twice: what events tell of touches customers again."""
    for _ in range(2):
        refresh_touched(now=lambda: at.astimezone(dt.UTC))
        refresh_due(now=lambda: at.astimezone(dt.UTC))
        tell(now=lambda: at.astimezone(dt.UTC))


def members(slug: str) -> set[str]:
    return set(members_of(Segment.objects.get(slug=slug)).values_list("public_id", flat=True))


def told(customer: str = "ann") -> list[tuple[str, str]]:
    """What events tell of segments: the action and the segment."""
    rows = Event.objects.filter(customer__public_id=customer, action__startswith="segment_").order_by("id")
    return [(one.action.removeprefix("segment_"), one.data["segment"]) for one in rows]


def customer(name: str = "ann") -> Customer:
    return Customer.objects.get(public_id=name)
