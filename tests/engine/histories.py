"""Random events: well-formed ones, ones that are aimed at what is there, and malformed ones."""

import datetime as dt
from collections.abc import Callable
from decimal import Decimal
from typing import Any

from hypothesis import strategies as st

from . import world
from .model import Custom, Earning, Expiry, Model, Sent, Setup

RATES = {"HUF": "0.25", "USD": "33.3333"}
EARNINGS = (
    (Earning("transaction", "nearest", "100", RATES), Earning("item", "up", "10")),
    (Earning("item", "down", "120.5", RATES), Earning("transaction", "up", "0.01")),
    (Earning("item", "nearest", "100"), Earning("transaction", "down", "99.9999")),
)
EXPIRIES: tuple[dict[str, Expiry], ...] = (
    {},
    {"main": Expiry("rolling", after=1, unit="months"), "plain": Expiry("activity", after=20)},
    {"main": Expiry("calendar", month=2, day=30), "bonus": Expiry("anniversary")},
    {"main": Expiry("activity", after=2, unit="months"), "bonus": Expiry("rolling", after=3)},
)
CUSTOM = {
    "review": Custom(5),
    "welcome": Custom(20, one_time=True),
    "visit": Custom(0),
    "survey": Custom(7, pending_days=3),
}
# (unknown customers, accounts that may go negative, with Checkout accept, days until it accepts by itself)
BRANDS: tuple[tuple[str, frozenset[str], bool, int | None], ...] = (
    ("off", frozenset(), False, None),
    ("checkout", frozenset({"main"}), False, None),
    ("any", frozenset({"bonus", "plain"}), True, 2),
    ("checkout", frozenset(), True, None),
)
SETUPS = [
    Setup(
        auto, {"main": main, "bonus": bonus, "plain": None}, CUSTOM, negative=negative,
        expiry=EXPIRIES[(number + brand) % len(EXPIRIES)], accept=accept, accept_after_days=days,
        unknown_currencies=brand == 1,
    )
    for brand, (auto, negative, accept, days) in enumerate(BRANDS)
    for number, (main, bonus) in enumerate(EARNINGS)
]  # fmt: skip

NAMES = ["ann", "bob", "cyd", "dan"]
customers = st.sampled_from(NAMES)
accounts = st.sampled_from([None, None, None, "main", "bonus", "plain"])
points = st.one_of(st.integers(1, 60), st.integers(1, 60).map(str), st.sampled_from(["12.00", Decimal("7"), " 9 "]))
# Machines make numbers such as the last two.
amounts = st.one_of(
    st.integers(0, 99), st.integers(0, 9999).map(lambda n: Decimal(n) / 100),
    st.sampled_from(["10.50", "0.005", "", "3.3333333333333335", Decimal("65.96700000000001")]),
)  # fmt: skip
refunds = st.one_of(st.integers(0, 40), st.integers(1, 4000).map(lambda n: Decimal(n) / 100), st.just("-5"))
currencies = st.sampled_from(["HUF", "usd", "EUR", "GBP"])
transactions = st.one_of(st.integers(1, 12).map(lambda n: f"t{n}"), st.sampled_from([" t1 ", 7, "7"]))
products = st.sampled_from(["p1", "p2", "p3"])
backdating = st.sampled_from([3600, 86_400, 900_000])
names = st.sampled_from(["Ann", " Bő ", "", "O'Neil", 5, None])
expdates = st.sampled_from(["2026-03-01", "2026-03-02", "2026-04-30", "2027-01-01", ""])


def some(**optional: st.SearchStrategy[Any]) -> st.SearchStrategy[dict[str, Any]]:
    return st.fixed_dictionaries({}, optional=optional)


def data(optional: dict[str, Any] | None = None, **required: Any) -> st.SearchStrategy[dict[str, Any]]:
    return st.fixed_dictionaries(required, optional=optional or {})


profiles = some(
    first_name=names, last_name=names, email=st.sampled_from(["a@b.hu", ""]), language=st.sampled_from(["hu", "en"]),
    country=st.sampled_from(["hu", "AT", None]), currency=currencies, birth_date=st.sampled_from(["1990-02-28", ""]),
    shoe_size=st.integers(30, 50), newsletter=st.booleans(), nested=st.just({"a": [1, Decimal("2.5"), None]}), reason=names,
)  # fmt: skip
# By weight, given back, or a discount: these lower the order.
quantities = st.sampled_from([0, 1, 1, "3", 12, "0.755", Decimal("0.30000000000000004"), "1.5", -1, "-2"])
_LINE = {
    "quantity": quantities, "discount": st.sampled_from([0, "0.00", "", "0.5", -1]),
    "subtotal": st.one_of(amounts, st.sampled_from([-10, "-0.30000000000000004"])), "currency": currencies,
}  # fmt: skip
prices = st.one_of(amounts.filter(lambda amount: amount != ""), st.sampled_from([10, 10, 25, "-5"]))
line_ids = st.sampled_from(["a", "b", 1, "#1", "#2", ""])
own_line_ids = line_ids.filter(lambda name: not str(name).startswith("#"))
_OF_ORDER = {name: values for name, values in _LINE.items() if name != "currency"}
lines = data({**_OF_ORDER, "product_id": products, "line_id": own_line_ids}, price=prices)
orders = data(
    {
        "items": st.lists(lines, max_size=3), "currency": currencies, "points_burned": st.integers(0, 40),
        "auto_accept": st.sampled_from(["2026-03-05", "2026-05-01", ""]),
    },
    transaction_id=transactions, total=st.one_of(amounts, st.just("")),
)  # fmt: skip
named = data(transaction_id=transactions)
takings = data({"reason": names}, points=points)
takings_of_orders = data({"reason": names, "transaction_id": transactions}, points=points)
WELL_FORMED: dict[str, st.SearchStrategy[dict[str, Any]]] = {
    "subscribe": profiles, "opt_in": profiles, "profile": profiles, "suspend": some(reason=names),
    "unsuspend": some(reason=names), "login": st.just({}), "daily_login": st.just({}),
    "referral": data(referred=customers),
    "point_add": data({"expdate": expdates}, points=points), "point_sub": takings,
    "point_spend": takings_of_orders, "point_unspend": takings_of_orders,
    "point_fix": data(
        {"expdate": st.sampled_from(["2026-04-30", ""])},
        points=st.one_of(st.integers(-60, 60).filter(bool), st.integers(1, 30).map(lambda number: f"-{number}")),
    ),
    "review": profiles, "welcome": profiles, "visit": st.just({}), "survey": st.just({}),
    "reserve_points": data(transaction_id=transactions, points=points),
    "release_points": data({"points": points}, transaction_id=transactions),
    "checkout": orders, "checkout_claim": named,
    "checkout_item": data({**_LINE, "line_id": own_line_ids}, transaction_id=transactions, price=prices, product_id=products),
    "checkout_update": data(
        {"total": amounts, "items": st.lists(lines, max_size=3), "points_burned": st.integers(0, 40)},
        transaction_id=transactions,
    ),
    "checkout_update_item": data({**_LINE, "line_id": line_ids}, transaction_id=transactions, price=prices, product_id=products),
    "checkout_accept": named, "checkout_accept_item": data(
        {"line_id": line_ids, "quantity": quantities, "subtotal": amounts}, transaction_id=transactions, product_id=products
    ),
    "checkout_reject": named, "refund": named, "partial_refund": data(transaction_id=transactions, amount=refunds),
    "refund_item": data(
        {
            "quantity": st.one_of(st.integers(1, 4), quantities), "line_id": line_ids,
            "subtotal": st.one_of(refunds.filter(lambda amount: amount != "-5"), st.sampled_from([10, 25, 20])),
        },
        transaction_id=transactions, product_id=products,
    ),
}  # fmt: skip
# What an order is most often sent, by its status.
FITTING = {
    "draft": ["reserve_points", "release_points", "checkout", "checkout", "checkout_item", "checkout_item"],
    "pending": [
        "checkout_item", "checkout_update", "checkout_update", "checkout_update_item", "checkout_update_item",
        "checkout_accept", "checkout_accept", "checkout_accept_item", "checkout_accept_item", "checkout_reject", "point_unspend",
    ],
    "accepted": ["refund", "partial_refund", "partial_refund", "refund_item", "refund_item", "checkout_reject", "point_unspend"],
    "rejected": ["refund", "checkout_accept", "checkout_reject", "partial_refund", "checkout"],
    "refunded": ["refund", "partial_refund", "refund_item", "checkout_reject", "checkout"],
}  # fmt: skip
# What else comes up, apart from orders that are there.
OFTEN = [
    "checkout", "checkout", "checkout", "checkout", "checkout_item", "reserve_points", "checkout_claim", "point_add",
    "point_add", "point_spend", "point_unspend", "survey", "opt_in", "login", "unsuspend",
    "referral",
]  # fmt: skip
# (attribute, value that is not one)
FAULTS = [
    ("transaction_id", [1]), ("transaction_id", "x" * 129), ("transaction_id", True), ("transaction_id", ""),
    ("total", "1,5"), ("total", -1), ("total", "1e400"), ("total", 10**13), ("total", {}), ("total", True),
    ("items", "two"), ("items", [{"price": 1}, "x"]), ("items", [{"price": "abc"}]), ("items", [{"quantity": 1}]), ("items", [{"price": -1, "quantity": -1}]), ("items", [{"subtotal": 1, "quantity": -1}]),
    ("items", [{"price": 1, "line_id": "#1"}]), ("items", [{"price": 1, "line_id": "a"}, {"price": 1, "line_id": "a"}]),
    ("items", [{"price": 1, "currency": "XXX"}]), ("items", [{"price": 1, "discount": 2}]), ("items", [{"price": 1, "quantity": "1,5"}]), ("currency", "EURO"),
    ("currency", 12), ("points", 0), ("points", "1.5"), ("points", "many"), ("points", True),
    ("points", 10**12 + 1), ("points", None), ("points", "--5"), ("points_burned", "-1"), ("points_burned", []),
    ("expdate", "2020-01-01"), ("expdate", "01/02/2027"), ("expdate", 20270101), ("email", "nobody"),
    ("email", "a@b@c"), ("birth_date", "yesterday"), ("country", "HUN"), ("first_name", "x" * 201),
    ("first_name", ["Ann"]), ("status", "active"), ("score", 1), ("effective_timestamp", "later"),
    ("effective_timestamp", 4_102_444_800), ("effective_timestamp", -1),
    ("effective_timestamp", 20251128), ("effective_timestamp", 45989), ("effective_timestamp", 1_764_354_600_000), ("amount", "much"), ("product_id", ""),
    ("auto_accept", "soon"), ("referred", ["ann"]), ("referred", "x" * 129), ("referred", ""),
]  # fmt: skip
OF_A_LINE = {"checkout_update_item", "checkout_accept_item", "refund_item"}
AT = world.NOW
Draw = Callable[..., Any]


def _sent(draw: Draw, action: str) -> Sent:
    found = dict(draw(WELL_FORMED[action]))
    if draw(st.integers(0, 9)) == 0:
        at = AT - dt.timedelta(seconds=draw(backdating))
        found["effective_timestamp"] = draw(st.sampled_from([int(at.timestamp()), at.isoformat()]))
    is_guest = action == "checkout" and draw(st.integers(0, 7)) == 0
    return Sent(draw(customers), action, found, draw(accounts) if draw(st.booleans()) else None, guest=is_guest)


@st.composite
def well_formed(draw: Draw) -> Sent:
    return _sent(draw, draw(st.sampled_from([*WELL_FORMED, "checkout", "point_add", "point_spend", "point_unspend"])))


@st.composite
def aimed(draw: Draw, model: Model) -> Sent:
    """At an order that is there, most often with what can be done to it."""
    guests = [id for id, guest in model.guests.items() if guest.claimed_by is None]
    if guests and draw(st.integers(0, 5)) == 0:
        return Sent(draw(customers), "checkout_claim", {"transaction_id": draw(st.sampled_from(guests))})
    orders = [(name, order) for name, member in model.members.items() for order in member.orders.values()]
    if not orders or draw(st.integers(0, 3)) == 0:
        return _sent(draw, draw(st.sampled_from(OFTEN)))
    statuses = sorted({order.status for _, order in orders})
    # One that is pending can be sent the most.
    by_status = draw(st.sampled_from([*statuses, *(status for status in statuses if status == "pending")]))
    name, order = draw(st.sampled_from([pair for pair in orders if pair[1].status == by_status]))
    sent = _sent(draw, draw(st.sampled_from(FITTING[by_status])))
    sent.customer = name if draw(st.integers(0, 11)) else sent.customer
    sent.guest, sent.data["transaction_id"] = False, order.id
    if order.lines and sent.action in OF_A_LINE:
        sent.data["product_id"] = draw(st.sampled_from([line.product_id or "p1" for line in order.lines]))
        if draw(st.booleans()):
            sent.data.pop("line_id", None)
        if sent.action != "checkout_update_item" and draw(st.booleans()):
            sent.data = {name: sent.data[name] for name in ("transaction_id", "product_id")}
    if sent.action == "partial_refund" and draw(st.integers(0, 3)):
        sent.data["amount"] = round(order.total * draw(st.integers(1, 9)) / 8, 2)
    return sent


def _settling(draw: Draw, name: str, event: int) -> Sent:
    return Sent(name, draw(st.sampled_from(["pending_accept", "pending_reject"])), {"event": str(event)})


@st.composite
def about_events(draw: Draw, model: Model) -> Sent:
    """What names events by their IDs: pending points, and the expiry of earned ones."""
    waiting = [(name, member.ids[row.event]) for name, member in model.members.items() for row in member.pending
               if row.settled_by is None and row.event < len(member.ids)]  # fmt: skip
    if waiting and draw(st.integers(0, 3)):
        name, event = draw(st.sampled_from(waiting))
        return _settling(draw, name, event)
    name = draw(st.sampled_from(sorted(model.members)))
    ids = model.members[name].ids
    pending = [ids[row.event] for row in model.members[name].pending if row.event < len(ids)]
    lots = [ids[lot.event] for lot in model.members[name].lots if lot.event < len(ids)]
    if pending and draw(st.booleans()):
        event = draw(st.sampled_from([*pending, *ids[-1:]]))
        return _settling(draw, name, event)
    chosen = draw(st.lists(st.sampled_from([*lots, *ids]), min_size=1, max_size=3)) if ids else [1]
    expdate = draw(st.sampled_from(["2026-03-20", "2027-06-30", "2027-06-30", "", None, "2020-01-01"]))
    return Sent(name, "point_expiration", {"events": [str(id) for id in chosen], "expdate": expdate})


@st.composite
def malformed(draw: Draw) -> Sent:
    sent = draw(well_formed())
    if draw(st.integers(0, 7)) == 0:
        strange = [
            Sent(sent.customer, "dance", {}),
            Sent(sent.customer, "checkout_item_accept", {"product_id": "p1"}),
            Sent(sent.customer, "point_burn", {"points": 1}),
            Sent(sent.customer, "point_add", {"points": 5}, "nowhere"),
            Sent(sent.customer, "profile", {"first_name": "Ann", draw(st.sampled_from(["status", "score"])): "1"}),
        ]
        return draw(st.sampled_from(strange))
    name, value = draw(st.sampled_from(FAULTS))
    return Sent(sent.customer, sent.action, {**sent.data, name: value}, sent.account)
