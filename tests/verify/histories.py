"""Random histories of one customer in which everything happens that moves points."""

import random
from datetime import datetime, timedelta
from typing import Any

from customers.models import Customer
from events.types.models import EventType
from loyalty.accounts.models import Account
from loyalty.engine.events import Incoming
from loyalty.engine.record import record
from loyalty.program.models import GeneralSettings
from loyalty.program.modules import module_names
from tests.factories import NOON, TILL

DAY = timedelta(days=1)
PAUSE = timedelta(hours=7)
ACTIONS = [
    "add", "sub", "spend", "unspend", "fix", "dated", "checkout", "accept", "reject", "refund", "reserve", "release",
    "pend", "keep", "drop",
]  # fmt: skip


def switch_everything_on() -> None:
    GeneralSettings.objects.update(modules=[*module_names()])
    Account.objects.update(negative_points=True)
    Account.objects.create(slug="other", name="Other")
    EventType.objects.create(action="visit", name="Visit", default_points=9, pending_days=2)


def random_steps(number: int) -> list[tuple[str, int, int]]:
    """(action, points, order) that lead orders through their lives, one after the other."""
    dice = random.Random(5)
    return [(dice.choice(ACTIONS), dice.randint(1, 60), step // 40) for step in range(number)]


def live(steps: int) -> None:
    """C-1 lives through so many random steps; what is refused is left out."""
    for number, step in enumerate(random_steps(steps), start=1):
        now = NOON + number * PAUSE
        record([incoming(*step, now)], by=TILL, at=now)


def incoming(action: str, points: int, order: int, when: datetime) -> Incoming:
    account = "other" if points % 5 == 0 and action in {"add", "sub", "spend", "unspend", "fix", "dated"} else None
    data: dict[str, Any] = {"points": points, "effective_timestamp": int(when.timestamp()) - points}
    named = {"transaction_id": f"T-{order}"}
    match action:
        case "dated":
            data["expdate"] = (when.date() + (points % 4) * DAY).isoformat()
            return Incoming("C-1", "point_add", data, account=account)
        case "fix":
            data["points"] = points * (-1) ** points
        case "checkout":
            return Incoming("C-1", "checkout", {**named, "total": points, "points_burned": points // 3})
        case "accept" | "reject":
            return Incoming("C-1", f"checkout_{action}", named)
        case "refund":
            return Incoming("C-1", "partial_refund", {**named, "amount": points})
        case "reserve" | "release":
            return Incoming("C-1", f"{action}_points", {**named, "points": points})
        case "pend":
            return Incoming("C-1", "visit", {})
        case "keep" | "drop":
            pending = Customer.objects.get(public_id="C-1").pending_points.filter(transaction_id=None).first()
            return Incoming(
                "C-1",
                f"pending_{'accept' if action == 'keep' else 'reject'}",
                {"event": pending.event_id if pending else 0},
            )
    return Incoming("C-1", f"point_{action}", data, account=account)
