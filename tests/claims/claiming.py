"""What the tests of claims share: rewards, members with points, and what happens to them."""

import datetime as dt
from typing import Any

from loyalty.engine.events import Actor, Incoming
from loyalty.engine.mechanism import Outcome
from loyalty.engine.record import record
from loyalty.program.operations import apply_program
from loyalty.refusals import Refused
from loyalty.staff.sender import Sender
from rewards.catalogue.models import Reward
from rewards.claims.actions import CLAIMS, FORCE
from rewards.claims.models import Claim, Taken
from rewards.claims.operations import record_bid
from tests.engine.world import NOW, accepted, event, rows

TILL = Actor("api", grants=frozenset({CLAIMS}))
STAFF = Actor("back_office", grants=frozenset({FORCE}))
BY = Sender(None, NOW)
DAY = dt.timedelta(days=1)


def make_reward(slug: str = "mug", **values: Any) -> Reward:
    """Active, physical, for 100 points, unless it is said otherwise."""
    item = {
        "id": slug,
        "type": "physical",
        "name": {"en": slug.capitalize()},
        "status": "active",
        "prices": {"EUR": 100},
        **values,
    }
    apply_program({"rewards": [item]}, by=BY)
    return Reward.objects.get(slug=slug)


def members(*names: str, points: int = 1_000, at: dt.datetime = NOW, **more: Any) -> None:
    accepted(*(event(name, "opt_in", **more) for name in names), at=at)
    if points:
        accepted(*(event(name, "point_add", points=points) for name in names), at=at)


def tell(name: str, action: str, by: Actor = TILL, at: dt.datetime = NOW, **data: Any) -> Outcome:
    return record([Incoming(name, action, data)], by=by, at=at)[0]


def claim(name: str, reward: str = "mug", at: dt.datetime = NOW, by: Actor = TILL, **data: Any) -> int | None:
    """The refusal's number; None if it was done."""
    return code(tell(name, "reward", by, at, reward=reward, **data))


def claimed(name: str, reward: str = "mug", at: dt.datetime = NOW, by: Actor = TILL, **data: Any) -> int:
    """The event of a claim that was accepted."""
    outcome = tell(name, "reward", by, at, reward=reward, **data)
    assert outcome.error is None, outcome.error
    found: int = outcome.events[0].id
    return found


def revoke(name: str, claim: int, at: dt.datetime = NOW, by: Actor = TILL, **data: Any) -> int | None:
    return code(tell(name, "reward_revoke", by, at, event=claim, **data))


def bid(name: str, amount: int | None = None, reward: str = "mug", at: dt.datetime = NOW) -> int | None:
    try:
        record_bid(name, reward, by=TILL, at=at, amount=amount)
    except Refused as refused:
        return refused.code
    return None


def code(outcome: Outcome) -> int | None:
    return outcome.error.code if outcome.error else None


def taken(slug: str = "mug") -> int:
    return Taken.objects.get(reward__slug=slug).taken


def standing(name: str | None = None, slug: str = "mug") -> int:
    found = Claim.objects.filter(reward__slug=slug, revoked_by__isnull=True)
    return sum((found.filter(customer__public_id=name) if name else found).values_list("count", flat=True))


def buckets(name: str) -> dict[str, int]:
    names = ("earned", "spent", "expired", "reserved", "debt", "spendable")
    [found] = rows(
        f"SELECT {', '.join(names)} FROM points_balance b JOIN customers_customer c ON c.id = b.customer_id"
        " JOIN points_account a ON a.id = b.account_id AND a.is_default WHERE c.public_id = %s",
        [name],
    )
    return dict(zip(names, found, strict=True))


def lots(name: str) -> list[tuple[int, int, int, Any]]:
    """(points, remaining, expired, when it expires) of each lot, in the order of earning."""
    return rows(
        "SELECT l.points, l.remaining, l.expired, l.expires_at FROM points_lot l"
        " JOIN customers_customer c ON c.id = l.customer_id WHERE c.public_id = %s ORDER BY l.id",
        [name],
    )
