"""People with a bit of everything that tiers count, and the ways to spoil what is kept of them."""

import datetime as dt
from typing import Any

from customers.models import Customer
from loyalty.engine.events import Incoming
from loyalty.engine.record import record
from loyalty.tiers.checks import CHECKS
from loyalty.tiers.recalculation.operations import recalculate_all
from loyalty.verify.checks import Mismatch
from loyalty.verify.comparison import compare
from tests.engine.world import rows
from tests.merging import merge
from tests.tiers.ladders import BY, buy, done, local, run_timer, set_up, structure

TWO = ({"id": "low"}, {"id": "high", "threshold": 100})
YEARLY: dict[str, Any] = {"expiration_type": "calendar", "calendar_expirations": ["01-01"], "points_grace_days": 3}
STRUCTURES = (
    structure(downgrade=True),
    structure("purchases", TWO, actions=["checkout", "review"], expiration_type="rolling", rolling_months=12),
    structure("nuggets", TWO, account="gold"),
    structure("spent", TWO, type="spend_based", currency="EUR"),
    structure("forints", TWO, type="spend_based", currency="HUF"),
    structure("spent_yearly", TWO, type="spend_based", currency="EUR", **YEARLY),
    structure("yearly", TWO, **YEARLY),
    structure("invited", TWO, type="invitation_only"),
)  # fmt: skip
GOLD = {"id": "gold", "name": "Gold", "earning": {"percentage": "100"}}
PROGRAM: dict[str, Any] = {
    "settings": {"modules": ["expiring_points", "multi_accounts", "checkout_accept", "tiers"]},
    "accounts": [{"id": "main", "negative_points": True}, GOLD],
    "event_types": [
        {"action": "review", "name": "Review", "default_points": 30},
        {"action": "visit", "name": "Visit", "default_points": 20, "pending_days": 2},
    ],
}
TODAY = local("2026-01-20")


def begin() -> None:
    set_up(*STRUCTURES, **PROGRAM)
    recount()


def recount() -> None:
    recalculate_all(now=lambda: TODAY.astimezone(dt.UTC))


def live(name: str) -> None:
    """A year of purchases, of which some come back, of points by hand, around days that have 23 and 25 hours."""
    done("opt_in", local("2025-01-02"), name)
    for number, at in enumerate(("2025-03-29 23:30", "2025-03-30 00:30", "2025-03-30 03:30", "2025-10-26 23:59"), 1):
        accept(f"{name}-{number}", 100 * number, local(at), name)
    accept(f"{name}-huf", 500, local("2025-11-01"), name, currency="HUF")
    done("review", local("2025-04-01"), name)
    done("visit", local("2025-04-02"), name)
    done("point_add", local("2025-05-05"), name, points=60)
    in_gold(name, "point_add", local("2025-05-06"), points=150)
    in_gold(name, "point_sub", local("2025-05-07"), points=40)
    done("point_spend", local("2025-06-01"), name, points=250)
    done("partial_refund", local("2025-06-02"), name, transaction_id=f"{name}-2", amount=150)
    done("point_fix", local("2025-06-03"), name, points=-15)
    done("point_fix", local("2025-06-04"), name, points=25)
    done("point_sub", local("2025-06-05"), name, points=30)
    done("refund", local("2025-11-02"), name, transaction_id=f"{name}-1")
    done("partial_refund", local("2025-11-03"), name, transaction_id=f"{name}-huf", amount=20)
    # Everything is spent, so a refund takes what is not there.
    done("point_spend", local("2025-11-04"), name, points=900)
    done("partial_refund", local("2025-11-05"), name, transaction_id=f"{name}-4", amount=300)
    done("point_sub", local("2025-11-06"), name, points=10)
    late(name)
    run_timer(TODAY)


def accept(id: str, total: int, at: dt.datetime, customer: str, **data: Any) -> None:
    buy(id, total, at, customer, **data)
    done("checkout_accept", at + dt.timedelta(minutes=40), customer, transaction_id=id)


def late(name: str) -> None:
    """What is of the old year and is told in the new one, within the grace and after it; some of it comes back."""
    for number, arrives in enumerate(("2026-01-02", "2026-01-09"), 8):
        when = local("2025-12-30").isoformat()
        done("point_add", local(arrives), name, points=40, effective_timestamp=when)
        accept(f"{name}-{number}", 200, local(arrives), name, effective_timestamp=when)
    done("partial_refund", local("2026-01-10"), name, transaction_id=f"{name}-9", amount=50)
    done("point_sub", local("2026-01-11"), name, points=330)


def in_gold(name: str, action: str, at: dt.datetime, **data: Any) -> None:
    [outcome] = record([Incoming(name, action, data, account="gold")], by=BY, at=at.astimezone(dt.UTC))
    assert outcome.error is None, outcome.error


def merged(source: str, target: str, at: str = "2026-01-15") -> None:
    found = {one.public_id: one for one in Customer.objects.filter(public_id__in=[source, target])}
    merge(found[source], found[target], local(at))


def id_of(name: str) -> int:
    return int(rows("SELECT id FROM customers_customer WHERE public_id = %s", [name])[0][0])


def wrong() -> list[Mismatch]:
    return compare(CHECKS.checks, limit=1_000).mismatches
