"""Each refusal by its number, and that a refused event leaves nothing behind."""

import datetime as dt
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.conf import settings

from events.types.actions import LATER
from loyalty.engine.batch import MAX_EVENTS
from loyalty.engine.events import Actor, Incoming
from loyalty.engine.record import record

from .world import NOW, accepted, codes, configure, counts, event, rows, send, somebody_subscribes, spendable

pytestmark = pytest.mark.django_db
DAY = 86_400


@pytest.fixture
def ann() -> None:
    """An active member with 100 points."""
    accepted(event("ann", "opt_in"), event("ann", "point_add", points=100))


def set_status(status: str) -> None:
    rows("UPDATE customers_customer SET status = %s WHERE public_id = 'ann'", [status])


def test_160212_an_unknown_customer() -> None:
    assert codes(send(event("nobody", "point_add", points=1))) == [160212]


@pytest.mark.parametrize("status", ["opted_out", "banned", "merged"])
def test_160212_a_customer_who_is_gone(ann: None, status: str) -> None:
    set_status(status)
    assert codes(send(event("ann", "point_add", points=1))) == [160212]


def test_5003_a_transaction_id_of_the_same_customer(ann: None) -> None:
    order = event("ann", "checkout", transaction_id="t1", total=10)
    assert codes(send(order, order)) == [None, 5003]
    assert codes(send(order)) == [5003]
    assert spendable("ann") == 110


def test_5003_a_transaction_id_of_another_customer(ann: None) -> None:
    accepted(event("ann", "checkout", transaction_id="t1", total=10))
    assert codes(send(event("bob", "checkout", transaction_id=" t1 ", total=10))) == [5003]
    assert spendable("bob") is None


@pytest.mark.parametrize("id", [1001, "1001", Decimal("1001.0"), Decimal("1E+3"), Decimal("1.5"), " x "])
def test_5003_whatever_kind_of_value_the_transaction_id_is(ann: None, id: Any) -> None:
    order = event("ann", "checkout", transaction_id=id, total=10)
    assert codes(send(order, order)) == [None, 5003]
    assert codes(send(order)) == [5003]


def test_112101_a_second_opt_in(ann: None) -> None:
    assert codes(send(event("ann", "opt_in"))) == [112101]


def test_110003_spending_while_suspended(ann: None) -> None:
    set_status("suspended")
    burn = event("ann", "checkout", transaction_id="t1", total=1, points_burned=1)
    assert codes(send(event("ann", "point_spend", points=1), burn)) == [110003, 110003]
    assert codes(send(event("ann", "point_add", points=1))) == [None]


def test_160216_spending_before_the_opt_in() -> None:
    configure(auto_subscribe="any")
    assert codes(send(event("ann", "point_add", points=5), event("ann", "point_spend", points=5))) == [None, 160216]


@pytest.mark.parametrize("action", ["point_spend", "point_sub"])
def test_120241_more_points_than_there_are(ann: None, action: str) -> None:
    assert codes(send(event("ann", action, points=101), event("ann", action, points=100))) == [120241, None]
    assert spendable("ann") == 0


def test_120241_more_points_for_an_order_than_there_are(ann: None) -> None:
    order = event("ann", "checkout", transaction_id="t1", total=500, points_burned=101)
    assert codes(send(order)) == [120241]
    assert spendable("ann") == 100


def test_10001_a_one_time_action_again(ann: None) -> None:
    rows(
        "INSERT INTO events_eventtype (action, name, labels, description, default_points,"
        " one_time, exposed, factory) VALUES ('welcome', 'Welcome', '{}', '', 20, true, true, false)"
    )
    welcome = event("ann", "welcome")
    assert codes(send(welcome, welcome)) == [None, 10001]
    assert codes(send(welcome)) == [10001]
    assert spendable("ann") == 120


def test_101031_a_signed_request_again(ann: None) -> None:
    signed = event("ann", "point_add", nonce="n1", points=1)
    assert codes(send(signed, signed)) == [None, 101031]
    [outcome] = send(event("ann", "point_add", nonce="n1", points=2))
    assert outcome.error is not None
    assert outcome.error.code == 101031
    assert spendable("ann") == 101


@pytest.mark.parametrize("action", ["dance", "", "*", "**"])
def test_10002_an_action_that_nobody_defined(ann: None, action: str) -> None:
    [outcome] = send(Incoming("ann", action, {"points": 1, "price": 1}))
    assert outcome.error is not None
    assert (outcome.error.code, outcome.error.message) == (10002, f"Invalid action: {action}")


@pytest.mark.parametrize(
    ("action", "why"),
    [
        ("checkout_item_accept", "It follows from the acceptance of an order and cannot be sent."),
        ("point_burn", "It follows from an order that burns points and cannot be sent."),
        ("point_unburn", "It follows from an order that gives burned points back and cannot be sent."),
        ("point_expire", "It follows from the expiry of points and cannot be sent."),
        ("referral_points", "It follows from a referral and cannot be sent."),
        ("customer_merge", "Customers are merged by a call or a page of its own."),
        ("birthday", "It comes by itself on its day and cannot be sent."),
        *((action.name, action.closed) for action in LATER),
    ],
)
@pytest.mark.parametrize("source", ["api", "import", "back_office"])
def test_10003_an_action_that_nobody_may_send(ann: None, action: str, why: str, source: str) -> None:
    before = counts()
    [outcome] = record([Incoming("ann", action, {"points": 1, "price": 1})], by=Actor(source), at=NOW)
    assert outcome.error is not None
    assert (outcome.error.code, outcome.error.message) == (10003, f"Invalid action: {action}. {why}")
    assert counts() == before


def test_0_subscribing_a_known_customer(ann: None) -> None:
    [outcome] = send(event("ann", "subscribe"))
    assert outcome.error is not None
    assert (outcome.error.code, outcome.error.message) == (0, "Customer already exists")


# (action, attributes, what the message must name, which is the field)
MALFORMED: list[tuple[str, dict[str, Any], str]] = [
    ("point_add", {}, "'points'"), ("point_add", {"points": 0}, "'points'"), ("point_add", {"points": "1.5"}, "'points'"),
    ("point_add", {"points": True}, "'points'"), ("point_add", {"points": 10**12 + 1}, "'points'"),
    ("point_add", {"points": 1, "expdate": "2026-13-01"}, "'expdate'"),
    ("point_add", {"points": 1, "expdate": "20270101"}, "'expdate'"),
    ("point_add", {"points": 1, "expdate": "2027-W01-1"}, "'expdate'"),
    ("point_add", {"points": 1, "expdate": "2026-02-28"}, "'expdate'"),
    ("point_add", {"points": 1, "effective_timestamp": 2_000_000_000}, "'effective_timestamp'"),
    ("point_spend", {"points": "many"}, "'points'"), ("point_sub", {"points": []}, "'points'"),
    ("checkout", {"total": 1}, "'transaction_id'"), ("checkout", {"transaction_id": "t" * 129, "total": 1}, "'transaction_id'"),
    ("checkout", {"transaction_id": "t"}, "'total'"), ("checkout", {"transaction_id": "t", "total": "-1"}, "'total'"),
    ("checkout", {"transaction_id": "t", "total": "1e13"}, "'total'"), ("checkout", {"transaction_id": "t", "total": "NaN"}, "'total'"),
    ("checkout", {"transaction_id": "t", "total": "1e400"}, "'total'"),
    ("checkout", {"transaction_id": "t", "total": 1, "items": "x"}, "'items'"),
    ("checkout", {"transaction_id": "t", "total": 1, "items": [5]}, "'items[0]'"),
    ("checkout", {"transaction_id": "t", "total": 1, "items": [{"price": 1}, {"price": "x"}]}, "items[1]: 'price'"),
    ("checkout", {"transaction_id": "t", "total": 1, "items": [{"price": 1, "discount": 2}]}, "items[0]: 'discount'"),
    ("checkout", {"transaction_id": "t", "total": 1, "items": [{"price": 1, "quantity": 10**7}]}, "items[0]: 'quantity'"),
    ("checkout", {"transaction_id": "t", "total": 1, "points_burned": -1}, "'points_burned'"),
    ("checkout", {"transaction_id": "t", "total": 1, "currency": "EURO"}, "'currency'"),
    ("profile", {"email": "nobody"}, "'email'"), ("profile", {"birth_date": "1899-12-31"}, "'birth_date'"),
    ("profile", {"country": "Narnia"}, "'country'"), ("profile", {"currency": "12"}, "'currency'"),
    ("profile", {"first_name": ["Ann"]}, "'first_name'"), ("profile", {"last_name": "x" * 201}, "'last_name'"),
]  # fmt: skip


@pytest.mark.parametrize(("action", "data", "named"), MALFORMED)
def test_0_a_malformed_attribute_is_named(ann: None, action: str, data: dict[str, Any], named: str) -> None:
    before = counts()
    [outcome] = send(Incoming("ann", action, data))
    assert outcome.error is not None
    assert outcome.error.code == 0
    assert named in outcome.error.message
    # items[1]: 'price' is items[1].price on the wire.
    assert outcome.error.field == named.replace(": ", ".").replace("'", "")
    assert counts() == before


@pytest.mark.parametrize("name", ["status", "score"])
def test_113402_an_attribute_that_nobody_may_send(ann: None, name: str) -> None:
    before = counts()
    [outcome] = send(event("ann", "profile", **{name: "active"}))
    assert outcome.error is not None
    assert (outcome.error.code, outcome.error.field) == (113402, name)
    assert counts() == before


@pytest.mark.parametrize("points", ["1_000", "١٢", "１２", "1,000", "0x10", "Infinity", "", " "])
def test_0_only_plain_digits_are_a_number(ann: None, points: str) -> None:
    assert codes(send(event("ann", "point_add", points=points))) == [0]


def test_0_an_account_that_does_not_exist(ann: None) -> None:
    configure(multi_accounts=True)
    [outcome] = send(event("ann", "point_add", account="gold", points=1))
    assert outcome.error is not None
    assert (outcome.error.code, "gold" in outcome.error.message) == (0, True)


@pytest.mark.parametrize(("switched_on", "code"), [(True, None), (False, 0)])
def test_0_an_account_beside_the_default_one_needs_its_module(ann: None, switched_on: bool, code: int | None) -> None:
    rows("INSERT INTO points_account (slug, name, currency_label, is_default) VALUES ('gold', 'Gold', 'points', false)")
    configure(multi_accounts=switched_on)
    assert codes(send(event("ann", "point_add", account="gold", points=1))) == [code]


def test_too_many_items_are_refused(ann: None) -> None:
    [outcome] = send(event("ann", "checkout", transaction_id="t", total=1, items=[{"price": 1}] * 1_001))
    assert outcome.error is not None
    assert "'items' must be a list of at most 1000 items" in outcome.error.message
    [outcome] = accepted(event("ann", "checkout", transaction_id="t", total=1, items=[{"price": 1}] * 1_000))
    assert len(outcome.events) == 1_001


def test_a_cascade_above_the_cap_is_refused(ann: None, monkeypatch: pytest.MonkeyPatch) -> None:
    assert MAX_EVENTS == 2_000
    monkeypatch.setattr("loyalty.engine.reduce.MAX_EVENTS", 3)
    before = counts()
    three, two = ([{"price": 1}] * number for number in (3, 2))
    outcomes = send(*(event("ann", "checkout", transaction_id="t", total=1, items=items) for items in (three, two)))
    assert codes(outcomes) == [0, None]
    assert "too many further events" in str(outcomes[0].error)
    assert counts()["events_event"] == before["events_event"] + 3


def test_a_refusal_in_the_middle_leaves_nothing(ann: None) -> None:
    somebody_subscribes()
    before = counts()
    good = event("ann", "profile", first_name="Ann")
    late = event(
        "ann", "checkout", transaction_id="t1", total=5, points_burned=50, items=[{"price": 1}], channel="x" * 3_000
    )
    rows("UPDATE points_earningrule SET basis = 'item'")
    unknown = event("bob", "checkout", transaction_id="t2", total=-1)
    assert codes(send(good, late, unknown, event("ann", "point_add", points=7))) == [None, 0, 0, None]
    grown = {"events_event": 2, "points_lot": 1, "points_entry": 1, "sync_outboxrow": 2}
    assert counts() == {table: number + grown.get(table, 0) for table, number in before.items()}
    assert rows("SELECT first_name, purchase_count, purchase_total, last_spend_date FROM customers_customer") == [
        ("Ann", 0, 0, None)
    ]
    assert rows("SELECT sum(remaining) FROM points_lot") == [(107,)]


def test_the_key_of_a_refused_event_is_given_back(ann: None) -> None:
    bad = event("ann", "checkout", transaction_id="t1", total="x")
    good = event("ann", "checkout", transaction_id="t1", total=1)
    assert codes(send(bad)) == [0]
    assert counts()["events_businesskey"] == 0
    assert codes(send(bad, good, good)) == [0, None, 5003]
    assert counts()["events_businesskey"] == 1


def test_the_id_of_a_customer_who_was_refused_is_given_back() -> None:
    assert codes(send(event("new", "opt_in", email="x"))) == [0]
    assert set(counts().values()) == {0}
    assert codes(send(event("new", "opt_in"))) == [None]


@pytest.mark.parametrize(
    ("setting", "expected"),
    [("off", [160212, 160212]), ("checkout", [None, 160212]), ("any", [None, None])],
)
def test_unknown_customers_follow_the_setting(setting: str, expected: list[int | None]) -> None:
    configure(auto_subscribe=setting)
    outcomes = send(event("ann", "checkout", transaction_id="t", total=5), event("bob", "point_add", points=5))
    assert codes(outcomes) == expected
    created = [name for name, code in zip(["ann", "bob"], expected, strict=True) if code is None]
    found = rows("SELECT public_id, status FROM customers_customer ORDER BY 1")
    assert found == [(name, "inactive") for name in created]


def test_an_event_before_the_one_that_creates_the_customer_is_refused_in_the_same_batch_too() -> None:
    """As it would be in a batch of its own."""
    early = event("ann", "point_add", points=5)
    assert codes(send(early, event("ann", "subscribe"), early)) == [160212, None, None]


@pytest.fixture
def budapest(settings: Any) -> None:
    settings.TIME_ZONE = "Europe/Budapest"


@pytest.mark.parametrize(
    ("day", "instant"),
    [
        ("2026-03-28", dt.datetime(2026, 3, 28, 23, tzinfo=dt.UTC)),  # winter time, at the day's end
        ("2026-03-29", dt.datetime(2026, 3, 29, 22, tzinfo=dt.UTC)),  # the day has 23 hours
        ("2026-10-25", dt.datetime(2026, 10, 25, 23, tzinfo=dt.UTC)),  # the day has 25 hours
    ],
)
def test_points_are_valid_through_the_day_in_the_programmes_zone(
    budapest: None, ann: None, day: str, instant: dt.datetime
) -> None:
    accepted(event("ann", "point_add", points=1, expdate=day))
    assert rows("SELECT expires_at FROM points_lot WHERE points = 1") == [(instant,)]
    assert instant.astimezone(ZoneInfo(settings.TIME_ZONE)).time() == dt.time()


def test_the_last_day_of_validity_is_accepted_until_its_end(budapest: None, ann: None) -> None:
    last = event("ann", "point_add", points=1, expdate="2026-03-01")
    end = dt.datetime(2026, 3, 1, 23, tzinfo=dt.UTC)
    assert codes(send(last, at=end - dt.timedelta(microseconds=1))) == [None]
    assert codes(send(last, at=end)) == [0]


def lots() -> dict[int, int]:
    """points → remaining."""
    return dict(rows("SELECT points, remaining FROM points_lot"))


def test_lots_are_spent_earliest_expiring_then_never_expiring_then_oldest() -> None:
    earlier = int(NOW.timestamp()) - DAY
    accepted(
        event("ann", "opt_in"),
        event("ann", "point_add", points=10),
        event("ann", "point_add", points=20, effective_timestamp=earlier),
        event("ann", "point_add", points=30, expdate="2027-01-01"),
        event("ann", "point_add", points=40, expdate="2026-06-01"),
        event("ann", "point_add", points=41, expdate="2026-06-01", effective_timestamp=earlier),
    )
    accepted(event("ann", "point_spend", points=42))
    assert lots() == {10: 10, 20: 20, 30: 30, 40: 39, 41: 0}
    accepted(event("ann", "point_sub", points=39 + 30 + 5))
    assert lots() == {10: 10, 20: 15, 30: 0, 40: 0, 41: 0}
    accepted(event("ann", "point_spend", points=16))
    assert lots() == {10: 9, 20: 0, 30: 0, 40: 0, 41: 0}


def test_an_order_is_never_paid_with_what_it_earns(ann: None) -> None:
    """Not even when it is backdated, which makes its own lot the oldest."""
    earlier = int(NOW.timestamp()) - DAY
    order = {"transaction_id": "t", "total": 60, "points_burned": 100, "effective_timestamp": earlier}
    accepted(Incoming("ann", "checkout", order))
    assert lots() == {100: 0, 60: 60}


def test_a_line_beyond_every_bound_is_refused_and_no_error_of_the_database(ann: None) -> None:
    rows("UPDATE points_earningrule SET basis = 'item'")
    huge = [{"price": "1e12", "quantity": 1_000_000}]
    [outcome, other] = send(event("ann", "checkout", transaction_id="t", items=huge), event("ann", "profile"))
    assert outcome.error is not None
    assert (outcome.error.code, outcome.error.message[:8], other.error) == (0, "items[0]", None)
