"""What the tests of coupons share: pools, codes, and what happens to them."""

import datetime as dt
from decimal import Decimal
from typing import Any

from coupons.models import Coupon, Movement, Pool, Use
from coupons.pools.patterns import folded
from coupons.stock.adding import add_codes
from loyalty.engine.events import Actor, Incoming
from loyalty.engine.mechanism import Outcome
from loyalty.engine.record import record
from loyalty.program.operations import apply_program
from loyalty.staff.sender import Sender
from tests.engine.world import NOW, accepted, event

STAFF = Actor("back_office")
TILL = Actor("api")
BY = Sender(None, NOW)
STRONG = "GC-$$$$$$$$$$$$$$$$"


def make_pool(slug: str = "spring", *codes: str, **values: Any) -> Pool:
    """Of 10 off, uploaded, unless it is said otherwise."""
    item = {"id": slug, "name": slug.capitalize(), "source": "uploaded", "type": "amount", "value": "10", **values}
    apply_program({"coupon_pools": [item]}, by=BY)
    pool = Pool.objects.get(slug=slug)
    assert add_codes(pool, codes, at=NOW) == {}
    return pool


def make_cards(*codes: str, value: str = "50", **values: Any) -> Pool:
    return make_pool("cards", *codes, type="gift_card", value=value, currency="EUR", **values)


def members(*names: str) -> None:
    accepted(*(event(name, "opt_in") for name in names))


def do(name: str, action: str, by: Actor = STAFF, at: dt.datetime = NOW, to: str = "", **data: Any) -> int | None:
    """The refusal's number; None if it was done."""
    return code(tell(name, action, by, at, to, **data))


def tell(name: str, action: str, by: Actor = STAFF, at: dt.datetime = NOW, to: str = "", **data: Any) -> Outcome:
    target = ("id", to) if to else None
    return record([Incoming(name, f"coupon_{action}", data, target=target)], by=by, at=at)[0]


def assign(name: str, pool: str = "spring", at: dt.datetime = NOW, **data: Any) -> int | None:
    return do(name, "assign", at=at, coupon=pool, **data)


def code(outcome: Outcome) -> int | None:
    return outcome.error.code if outcome.error else None


def the(code: str, name: str | None = None) -> Coupon:
    found = Coupon.objects.filter(folded=folded(code))
    return found.get(customer__public_id=name) if name else found.exclude(status="transferred").get()


def status(code: str, name: str | None = None) -> str:
    return the(code, name).status


def balance(code: str) -> int:
    """In whole euros."""
    found = the(code).balance or Decimal(0)
    assert found == int(found)
    return int(found)


def movements(code: str) -> list[int]:
    """Since the card was issued."""
    rows = Movement.objects.filter(coupon=the(code)).exclude(kind="issue").order_by("event_id", "kind")
    return [int(row.amount) for row in rows]


def uses(code: str) -> int:
    return Use.objects.filter(coupon=the(code), undone_at__isnull=True).count()
