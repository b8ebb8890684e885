"""Short histories, each aimed at one rule: what it takes for a fault there to show itself.

A step is a batch of events, a number of days after which the timers run, or (customer, status) as staff set it. "@n" in an event's data stands for the ID
of the customer's n-th event, from 0.
"""

from dataclasses import dataclass, field
from typing import Any

from tests.engine import world
from tests.engine.model import Custom, Earning, Expiry, Sent, Setup

CUSTOM = {"review": Custom(5), "welcome": Custom(20, one_time=True), "survey": Custom(7, pending_days=3)}
WHOLE, BY_ITEM = Earning("transaction", "nearest", "100"), Earning("item", "nearest", "100")
Step = list[Sent] | int | tuple[str, str]


def brand(main: Earning = WHOLE, **settings: Any) -> Setup:
    return Setup("off", {"main": main, "bonus": None}, CUSTOM, **settings)


@dataclass(frozen=True)
class Script:
    steps: list[Step]
    setup: Setup = field(default_factory=brand)


def ann(action: str, account: str | None = None, nonce: str | None = None, **data: Any) -> Sent:
    return Sent("ann", action, data, account, nonce)


def bob(action: str, **data: Any) -> Sent:
    return Sent("bob", action, data)


def order(**data: Any) -> Sent:
    return ann("checkout", **{"transaction_id": "t", "total": 90, **data})


def on_order(action: str, **data: Any) -> Sent:
    return ann(action, transaction_id="t", **data)


JOINED: list[Step] = [[ann("opt_in"), bob("opt_in")], [ann("point_add", points=100)]]
LINES = [{"product_id": "hat", "price": 10, "quantity": 3}, {"product_id": "shoe", "subtotal": 60}]
TWINS = [
    {"product_id": "tee", "price": 60, "quantity": 1}, {"product_id": "tee", "price": 30, "quantity": 1, "line_id": "a"},
    {"product_id": "tee", "price": 30, "quantity": 1}, {"product_id": "tee", "price": 70, "quantity": 1},
]  # fmt: skip
ODD = [
    {"product_id": "ham", "price": "19.899999999999999", "quantity": "0.755"}, {"product_id": "tie", "subtotal": 30},
    {"product_id": "old", "price": 20, "quantity": -1}, {"product_name": "Discount", "subtotal": -5},
]  # fmt: skip
WAITING, OWING = brand(accept=True), brand(negative=frozenset({"main"}))
LINES_WAIT = brand(BY_ITEM, accept=True)
PAID = order(items=LINES, points_burned=40)
LIST: dict[str, Script] = {
    "people": Script([
        [ann("subscribe", email="a@b.hu"), ann("subscribe"), ann("opt_in", first_name="Ann"), ann("opt_in")],
        [ann("profile", country="hu", birth_date="1990-02-28", shoe_size=40), ann("profile", score=1), bob("profile")],
    ]),
    "life": Script([
        *JOINED, [ann("unsuspend"), ann("suspend", reason=["x"]), ann("suspend", reason="x"), ann("suspend"), ann("unsuspend"), ann("point_spend", points=1)],
        [Sent("cyd", "subscribe", {}), Sent("cyd", "login", {}), Sent("cyd", "suspend", {})],
        [ann("login"), ann("login"), ann("daily_login"), ann("login", effective_timestamp=1772000000)], 1, [ann("daily_login"), ann("login")],
    ]),
    "spending": Script([
        *JOINED, [ann("point_add", points=50, expdate="2027-01-01"), ann("point_spend", points=60)],
        [ann("point_unspend", points=61), ann("point_unspend", points=20), ann("point_sub", points=30)],
        [ann("point_fix", points=7), ann("point_fix", points=-9), ann("point_spend", points=200), ann("point_sub", points=200)],
        [ann("point_unspend", points=40)],
    ]),
    "debt": Script([
        *JOINED, [ann("point_spend", points=130)], [ann("point_add", points=20), ann("point_add", points=50)],
        [ann("point_sub", points=60)], [ann("point_unspend", points=100)], [ann("reserve_points", transaction_id="r", points=200)],
    ], OWING),
    "accounts": Script([*JOINED, [ann("point_add", "bonus", points=9), ann("point_add", "gold", points=9)], [ann("point_spend", "bonus", points=5)]]),
    "own actions": Script([
        *JOINED, [ann("review"), ann("welcome"), ann("welcome"), ann("dance"), ann("point_burn", points=1)], [ann("welcome")],
        [ann("survey"), ann("survey")], [ann("pending_accept", event="@4"), ann("pending_accept", event="@4")],
        [ann("pending_reject", event="@5"), ann("pending_reject", event="@5"), ann("survey")], 2, 2,
    ]),
    "status": Script([
        *JOINED, [Sent("cyd", "subscribe", {}), Sent("cyd", "point_add", {"points": 9}), Sent("cyd", "point_spend", {"points": 5})],
        [ann("checkout", transaction_id="s", total=5)],
    ]),
    "suspended": Script([
        *JOINED, ("ann", "suspended"), [ann("point_spend", points=5), ann("point_add", points=5), on_order("reserve_points", points=5)],
        [order(points_burned=5), ann("point_sub", points=5)],
    ]),
    "one too many": Script([*JOINED, [ann("point_spend", points=101), ann("point_sub", points=101), ann("point_spend", points=100)]]),
    "drawn on": Script([
        *JOINED, [ann("point_add", points=50, expdate="2027-01-01")], [ann("point_spend", points=50)], [ann("point_spend", points=30)],
        [ann("point_unspend", points=40)],
    ]),
    "signed": Script([*JOINED, [ann("point_add", nonce="n", points=1), ann("point_add", nonce="n", points=1)], [ann("point_add", nonce="n", points=1)]]),
    "reserving": Script([
        *JOINED, [on_order("reserve_points", points=60), on_order("reserve_points", points=5)],
        [on_order("release_points", points=61), on_order("release_points", points=20), ann("point_spend", points=60)],
        [order(points_burned=30)], [order(transaction_id="u", points_burned=100)],
        [ann("reserve_points", transaction_id="v", points=10)], [ann("release_points", transaction_id="v")],
        [ann("release_points", transaction_id="v"), on_order("reserve_points", points=1), bob("reserve_points", transaction_id="t", points=1)],
    ]),
    "reserved points that expire": Script([
        *JOINED, [ann("point_add", points=30, expdate="2026-03-04")], [on_order("reserve_points", points=50)],
        [ann("reserve_points", transaction_id="u", points=10)], 9, [order(points_burned=35)], [ann("release_points", transaction_id="u")],
    ]),
    "buying": Script([
        *JOINED, [PAID, PAID, bob("checkout", transaction_id="t", total=1)], [order()],
        [ann("point_unspend", points=1), on_order("point_unspend", points=41), on_order("point_unspend", points=15)],
        [order(transaction_id="u", total=1000, points_burned=500), order(transaction_id="w", total="-1")],
    ]),
    "buying by item": Script([*JOINED, [on_order("checkout_item", product_id="bag", price=5)], [PAID], [order(transaction_id="u", items=[])]], brand(BY_ITEM)),
    "rates": Script([*JOINED, [order(total="10.55", currency="HUF")], [order(transaction_id="u", total="10.55")]], brand(Earning("transaction", "up", "12.5", {"HUF": "0.25"}))),
    "drafts": Script([
        *JOINED, [on_order("checkout_item", product_id="hat", price=10), on_order("checkout_item", product_id="hat", price=10)],
        [ann("point_spend", transaction_id="t", points=3)], [order(total="")], [on_order("checkout_item", product_id="bag", price=5)],
        [ann("checkout_item", transaction_id="o", product_id="x", price=5)], [ann("checkout", "bonus", transaction_id="o", total=9)],
        [bob("checkout_item", transaction_id="t", product_id="bag", price=5)],
    ], brand(BY_ITEM)),
    "adding": Script([*JOINED, [order(items=LINES, total=80)], [on_order("checkout_item", product_id="bag", price=5)]], WAITING),
    "accepting": Script([
        *JOINED, [PAID], [on_order("checkout_item", product_id="bag", price=5), bob("checkout_accept", transaction_id="t")],
        [on_order("checkout_accept"), on_order("checkout_accept"), on_order("checkout_reject"), on_order("checkout_update", total=1)],
        [on_order("checkout_item", product_id="tie", price=5), ann("checkout_accept", transaction_id="no")],
    ], WAITING),
    "accepting by item": Script([
        *JOINED, [PAID], [on_order("checkout_accept_item", product_id="hat"), on_order("checkout_accept_item", product_id="hat")],
        [on_order("checkout_update", total=5), on_order("checkout_update_item", product_id="shoe", price=5)],
        [on_order("checkout_accept_item", product_id="shoe")], [order(transaction_id="u", items=LINES)], [ann("checkout_accept", transaction_id="u")],
    ], LINES_WAIT),
    "updating": Script([
        *JOINED, [PAID], [on_order("checkout_update", points_burned=55)], [on_order("checkout_update", points_burned=20, total=50)],
        [on_order("checkout_update", items=LINES[:1])], [on_order("checkout_update_item", product_id="hat", price=20, quantity=2)],
        [on_order("checkout_update", total=70)], [on_order("checkout_update_item", product_id="hat", price=5, quantity=2)],
        [on_order("checkout_update", currency="HUF")], [on_order("checkout_accept")],
    ], brand(Earning("transaction", "nearest", "100", {"HUF": "50"}), accept=True)),
    "updating by item": Script([
        *JOINED, [PAID], [on_order("checkout_update_item", product_id="hat", price=20, quantity=2)],
        [on_order("checkout_update", items=LINES[1:])], [on_order("checkout_reject")],
    ], LINES_WAIT),
    "rejecting": Script([
        *JOINED, [PAID], [on_order("checkout_reject"), on_order("checkout_reject")], [on_order("checkout_accept"), on_order("refund")],
        [ann("checkout", transaction_id="u", total=30)], [ann("checkout_accept_item", transaction_id="u", product_id="hat")],
    ], WAITING),
    "returning": Script([*JOINED, [PAID], [on_order("partial_refund", amount=30)], [on_order("checkout_reject")], [on_order("checkout_reject")]]),
    "by the timer": Script([
        *JOINED, [order(), order(transaction_id="u", auto_accept="2026-03-20")], 1, 3, 20,
    ], brand(accept=True, accept_after_days=2)),
    "guests": Script([
        *JOINED, [Sent("g", "checkout", {"transaction_id": "t", "total": 90, "items": LINES}, guest=True)], [order(), on_order("refund")],
        [bob("checkout_claim", transaction_id="t"), ann("checkout_claim", transaction_id="t")], [ann("checkout_claim", transaction_id="no")],
        [bob("checkout_claim", transaction_id="t"), Sent("g", "checkout", {"transaction_id": "h", "total": 9, "points_burned": 1}, guest=True)],
    ], brand(BY_ITEM)),
    "refunding": Script([
        *JOINED, [PAID], [on_order("refund"), on_order("refund")], [on_order("partial_refund", amount=1)], [ann("refund", transaction_id="no")],
        [bob("refund", transaction_id="t")],
    ]),
    "refunding an amount": Script([
        *JOINED, [order(points_burned=33)], [on_order("partial_refund", amount="10.05"), on_order("partial_refund", amount=0)],
        [on_order("partial_refund", amount="0.07"), on_order("partial_refund", amount=200)], [ann("checkout", transaction_id="u", total=50)],
        [on_order("partial_refund", amount=85)], [on_order("partial_refund", amount="79.88")],
    ]),
    "refunding an amount of lines": Script([
        *JOINED, [order(items=LINES, total=80)], [on_order("partial_refund", amount="10.05")], [on_order("refund_item", product_id="hat", quantity=1)],
        [on_order("partial_refund", amount=30)],
    ], brand(BY_ITEM)),
    "refunding items": Script([
        *JOINED, [order(items=LINES, points_burned=33)], [on_order("refund_item", product_id="hat", quantity=1)],
        [on_order("refund_item", product_id="hat", quantity=3), on_order("refund_item", product_id="shoe", subtotal=61)],
        [on_order("refund_item", product_id="shoe", subtotal="0.40", quantity=1), on_order("refund_item", product_id="sock")],
        [on_order("refund_item", product_id="hat")],
    ], brand(BY_ITEM)),
    "twins": Script([
        *JOINED, [order(total="", items=TWINS)], [on_order("refund_item", product_id="tee", quantity=1, subtotal=30)],
        [on_order("refund_item", line_id="a"), on_order("refund_item", line_id="#9")], [on_order("refund_item", product_id="tee", quantity="1.5")],
        [on_order("refund_item", product_id="tee")],
    ], brand(BY_ITEM)),
    "twins that wait": Script([
        *JOINED, [order(total="", items=TWINS)], [on_order("checkout_update_item", product_id="tee", price=60, quantity=2)],
        [on_order("checkout_item", product_id="tee", line_id="a", price=1), on_order("checkout_item", product_id="tee", line_id="b", price=1)],
        [on_order("checkout_accept_item", product_id="tee", quantity=4), on_order("checkout_accept_item", product_id="tee", quantity=9)],
        [on_order("checkout_accept")],
    ], LINES_WAIT),
    "shares": Script([
        *JOINED, [order(items=LINES, total=70, points_burned=21)], [on_order("refund_item", product_id="shoe", quantity="0.5")],
        [on_order("partial_refund", amount=20)], [on_order("refund_item", product_id="hat", quantity=1, subtotal=10)], [on_order("refund")],
    ]),
    "shares of lines": Script([
        *JOINED, [order(items=LINES, total=45)], [on_order("partial_refund", amount=20)], [on_order("refund_item", product_id="hat", quantity=1)],
        [on_order("partial_refund", amount=10)],
    ], brand(BY_ITEM)),
    "shares of nothing": Script([
        *JOINED, [order(items=LINES, total=0, points_burned=90)], [on_order("refund_item", product_id="shoe")], [on_order("refund_item", product_id="hat")],
    ]),
    "odd lines": Script([
        *JOINED, [order(total="", items=ODD)], [on_order("refund_item", product_id="ham", quantity="0.25")], [on_order("refund_item", product_id="tie")],
        [order(transaction_id="u", total="", items=ODD[2:])], [order(transaction_id="w", total="", items=[{"subtotal": "2.49999"}])],
        [order(transaction_id="x", total="", items=[{"price": -1, "quantity": -1}])],
    ], brand(BY_ITEM)),
    "times": Script([
        *JOINED, [order()], [on_order("partial_refund", amount=1, effective_timestamp=int(world.NOW.timestamp()))],
        [ann("point_add", points=5, effective_timestamp=int(world.NOW.timestamp()) + 5 * 5 * 3600 + 200)],
        [ann("point_add", points=6, effective_timestamp=20251128), ann("point_add", points=7, effective_timestamp=45989)],
    ]),
    "refunding what is spent": Script([
        *JOINED, [order(points_burned=40)], [ann("point_spend", points=150)], [on_order("partial_refund", amount=30)],
        [on_order("refund")], [ann("point_add", points=500)], [ann("point_unspend", points=10)],
    ]),
    "refunding what has expired": Script([
        *JOINED, [order(points_burned=40)], [ann("point_spend", points=20)], 40, [ann("point_add", points=60)], [on_order("partial_refund", amount=30)],
        [on_order("refund")],
    ], brand(expiry={"main": Expiry("rolling", after=10)})),
    "giving back what has expired": Script([
        *JOINED, [ann("point_add", points=30, expdate="2026-03-04")], [ann("point_spend", points=40)], 9, [ann("point_unspend", points=25)],
    ]),
    "expiring": Script([
        *JOINED, [ann("point_add", points=30, expdate="2026-03-04"), ann("point_add", points=1, expdate="2026-02-01")], [ann("point_spend", points=5)], 1, 3, 9,
    ]),
    "rolling": Script([*JOINED, [ann("point_add", points=5, effective_timestamp=1769800000)], 40], brand(expiry={"main": Expiry("rolling", after=1, unit="months")})),
    "calendar": Script([*JOINED, 1], brand(expiry={"main": Expiry("calendar", month=3, day=1)})),
    "anniversary": Script([*JOINED, 400, [ann("point_add", points=5)]], brand(expiry={"main": Expiry("anniversary")})),
    "activity": Script([
        *JOINED, [ann("point_add", points=30, expdate="2026-03-20")], 3, [ann("point_spend", points=5)], 8, [ann("point_sub", points=5)],
        3, [ann("point_unspend", points=2)], 11,
    ], brand(expiry={"main": Expiry("activity", after=10)})),
    "giving back": Script([
        *JOINED, [ann("point_add", points=30)], 3, [ann("point_spend", points=5)], 6, [ann("point_unspend", points=2)], 8,
    ], brand(expiry={"main": Expiry("activity", after=10)})),
    "changing dates": Script([
        *JOINED, [ann("point_add", points=30, expdate="2026-03-20")], [ann("point_spend", points=5)],
        [ann("point_expiration", events=["@2"], expdate="2026-04-20"), ann("point_expiration", events=["@1", "@2"], expdate="2020-01-01")],
        [ann("point_expiration", events=["@1", "@2"], expdate="")], [ann("point_expiration", events=["@0"], expdate="")], 60,
    ]),
}  # fmt: skip
