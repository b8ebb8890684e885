"""Coupons of the demo: a welcome code for everybody, codes of a spring sale, and gift cards with something left on them."""

import datetime as dt
from decimal import Decimal
from typing import Any

from coupons.models import Coupon, Pool
from coupons.operations import assign_coupon, redeem_coupon, transfer_coupon
from coupons.stock.operations import upload_codes
from customers.models import Customer
from loyalty.engine.status import Status
from loyalty.program.operations import apply_program
from loyalty.staff.models import User
from loyalty.staff.sender import Sender

POOLS: tuple[dict[str, Any], ...] = (
    {
        "id": "welcome", "name": "Welcome", "source": "generated", "pattern": "WELCOME", "type": "percentage", "value": "10",
        "expires": {"after": 3, "unit": "months"},
    },
    {"id": "spring", "name": "Spring sale", "source": "uploaded", "type": "amount", "value": "5", "purchase_minimum": "25"},
    {
        "id": "gift-card-50", "name": "Gift card of 50", "source": "generated", "pattern": "GC-$$$$-$$$$-$$$$-$$$$",
        "type": "gift_card", "value": "50", "currency": "EUR", "minimum_value": "2", "minimum_redemption_value": "5",
        "expires": {"after": 2, "unit": "years"},
    },
)  # fmt: skip
CODES = [
    f"SPRING-{letters}" for letters in ("7KQ2XM", "9TFB4W", "C3HZ8R", "J6VN5P", "L2DY7S", "Q8GX3K", "W5MR9T", "Z4PB6H")
]
WELCOMED, IN_SPRING, CARDS = 20, 5, 3


def hand_out(end: dt.datetime, by: User) -> None:
    """In the weeks before the end."""
    apply_program({"coupon_pools": list(POOLS)}, by=Sender(None, end - dt.timedelta(days=60)))
    upload_codes(slug="spring", codes=CODES, by=Sender(by, end - dt.timedelta(days=30))).result()
    people = list(Customer.objects.filter(status=Status.ACTIVE).order_by("id")[:WELCOMED])
    for slug, number, days in (("welcome", WELCOMED, 50), ("spring", IN_SPRING, 28), ("gift-card-50", CARDS, 20)):
        pool = Pool.objects.get(slug=slug)
        for customer in people[:number]:
            assign_coupon(customer=customer, pool=pool, by=Sender(by, end - dt.timedelta(days=days))).result()
    _use(people, end, by)


def _use(people: list[Customer], end: dt.datetime, by: User) -> None:
    """The first one redeems, spends from a card and gives a coupon away."""
    giver, receiver = people[1], people[IN_SPRING]
    at = Sender(by, end - dt.timedelta(days=10))
    redeem_coupon(coupon=_of(people[0], "welcome"), customer=people[0], by=at).result()
    redeem_coupon(coupon=_of(people[0], "gift-card-50"), customer=people[0], amount=Decimal(32), by=at).result()
    transfer_coupon(coupon=_of(giver, "spring"), customer=giver, receiver=receiver, by=at).result()


def _of(customer: Customer, slug: str) -> Coupon:
    return Coupon.objects.select_related("pool").get(customer=customer, pool__slug=slug)
