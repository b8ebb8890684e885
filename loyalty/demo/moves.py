"""What happens to one customer: purchases, and everything beside them. Pure."""

import datetime as dt
from collections.abc import Callable
from decimal import ROUND_HALF_UP, Decimal
from functools import partial
from typing import Any

from . import shop
from .lives import Life
from .people import phone

# What a point is worth when it pays for an order: a hundredth of the currency.
WORTH = Decimal("0.01")
# A gift is valid for some months; this story counts on it only while it cannot have expired.
BIRTHDAY_POINTS, BIRTHDAY_MONTHS, COUNTED_ON = 200, 3, 50
VOUCHERS = ((500, "Coffee voucher"), (1_000, "Cinema ticket"), (2_500, "Gift box"), (5_000, "Weekend in a spa"))
# Few orders end otherwise than as they were bought: returned as a whole, in part, or never paid.
ENDS = {"": 950, "refund": 20, "refund_item": 15, "partial_refund": 10, "checkout_reject": 5}
REASONS = {
    "refund": "Goods returned",
    "refund_item": "Did not fit",
    "partial_refund": "Scratched on arrival",
    "checkout_reject": "Payment failed",
}
HELD = (100, 200, 500)
GOODWILL = ("Late delivery", "Complaint settled", "Won at the anniversary draw")
SUSPICIONS = ("Many returns in a short time", "Card lost", "Receipts of other people", "Asked for by the customer")


def _buy(life: Life, at: dt.datetime, channel: str) -> None:
    order = shop.receipt(life.random, _shop_of(life), at.date(), channel)
    order = {"transaction_id": f"{life.id}-{len(life.told):04}", **order}
    if life.member and life.points >= 500 and life.random.random() < 0.25:
        # Whole hundreds, at most half of the price.
        most = min(life.points, int(order["total"] / WORTH / 2)) // 100 * 100
        if most:
            order["points_burned"] = most
            order["discount"] = most * WORTH
            order["total"] -= most * WORTH
    earned = int(order["total"].to_integral_value(ROUND_HALF_UP))
    life.points += earned - order.get("points_burned", 0)
    life.tell(at, "checkout", order, "api")
    _end(life, at, order, earned)


def _shop_of(life: Life) -> shop.Shop:
    """Mostly the same kind."""
    own = shop.SHOPS[int(life.id[-3:]) * 7 % len(shop.SHOPS)]
    return own if life.random.random() < 0.6 else shop.favourite(life.random)


def _end(life: Life, bought_at: dt.datetime, order: dict[str, Any], earned: int) -> None:
    """Soon after, so that nothing has happened in between; what may come back to the customer is not counted on."""
    at = bought_at + dt.timedelta(minutes=life.random.randrange(20, 50))
    [action] = life.random.choices(list(ENDS), list(ENDS.values()))
    if not action or at.date() > life.last or not order["total"]:
        return
    life.points -= earned
    data = {"transaction_id": order["transaction_id"], "reason": REASONS[action]}
    if action == "refund_item":
        data["product_id"] = life.random.choice(order["items"])["product_id"]
    elif action == "partial_refund":
        data["amount"] = max((order["total"] / 4).quantize(shop.CENT), shop.CENT)
    life.tell(at, action, data, "api" if action == "checkout_reject" else "back_office")


def _basket(life: Life, at: dt.datetime) -> None:
    """An order that is not checked out yet; points are held for it where there are enough."""
    transaction_id = f"{life.id}-{len(life.told):04}"
    [item] = shop.receipt(life.random, _shop_of(life), at.date(), "web")["items"][:1]
    life.tell(at, "checkout_item", {"transaction_id": transaction_id, **item}, "api")
    if within := [points for points in HELD if points <= life.points]:
        points = within[-1]
        life.points -= points
        life.tell(at, "reserve_points", {"transaction_id": transaction_id, "points": points}, "api")


def _birthday(life: Life, at: dt.datetime) -> None:
    """The timer tells of it, if the date is known; the gift expires."""
    if life.told_birth_date:
        life.tell(at, "birthday", {}, "timer")
    life.points += BIRTHDAY_POINTS
    expires = at.date() + dt.timedelta(days=round(BIRTHDAY_MONTHS * 30.4))
    data = {"points": BIRTHDAY_POINTS, "reason": "Birthday gift", "expdate": expires.isoformat()}
    life.tell(at + dt.timedelta(seconds=1), "point_add", data, "api")


def _gift_is_over(life: Life, at: dt.datetime) -> None:
    """No event: whatever is left of the gift runs out soon."""
    life.points = max(life.points - BIRTHDAY_POINTS, 0)


def _login(life: Life, at: dt.datetime) -> None:
    life.tell(at, "login", {}, "api")


def suspend(life: Life, at: dt.datetime) -> None:
    life.tell(at, "suspend", {"reason": life.random.choice(SUSPICIONS)}, "back_office")


def unsuspend(life: Life, at: dt.datetime) -> None:
    life.tell(at, "unsuspend", {"reason": "Settled"}, "back_office")


def _voucher(life: Life, at: dt.datetime) -> None:
    within = [voucher for voucher in VOUCHERS if voucher[0] <= life.points]
    if within:
        points, reason = life.random.choice(within)
        life.points -= points
        life.tell(at, "point_spend", {"points": points, "reason": reason}, "api")


def _goodwill(life: Life, at: dt.datetime) -> None:
    points = life.random.choice((50, 100, 150))
    life.points += points
    life.tell(at, "point_add", {"points": points, "reason": life.random.choice(GOODWILL)}, "back_office")


def _correction(life: Life, at: dt.datetime) -> None:
    points = min(life.points, 20)
    if points:
        life.points -= points
        life.tell(at, "point_sub", {"points": points, "reason": "Counted twice at the till"}, "back_office")


def _new_phone(life: Life, at: dt.datetime) -> None:
    life.tell(at, "profile", {"mobile_phone": phone(life.random, life.person.country)}, "api")


def _move_house(life: Life, at: dt.datetime) -> None:
    life.tell(at, "profile", {"city": life.random.choice(life.person.country.town_names)}, "back_office")


MOVES: dict[str, Callable[[Life, dt.datetime], None]] = {
    **{channel: partial(_buy, channel=channel) for channel in shop.CHANNELS},
    "birthday": _birthday,
    "gift_is_over": _gift_is_over,
    "login": _login,
    "voucher": _voucher,
    "goodwill": _goodwill,
    "correction": _correction,
    "basket": _basket,
    "new_phone": _new_phone,
    "move_house": _move_house,
}
