"""Numbers that machines make, times in the wrong unit, clocks that differ, and steps before their order."""

import datetime as dt
from decimal import Decimal
from typing import Any

import pytest

from tests.engine.orders.buying import checkout, lines, order, refuse

from .world import NOW, accepted, configure, event, rows, send

pytestmark = pytest.mark.django_db
SECOND, DAY = dt.timedelta(seconds=1), dt.timedelta(days=1)


@pytest.fixture(autouse=True)
def ann() -> None:
    configure()
    accepted(event("ann", "opt_in"), at=NOW - 30 * DAY)


# Money


@pytest.mark.parametrize("write", [Decimal, str])
@pytest.mark.parametrize(
    ("sent", "kept"),
    [
        ("0.30000000000000004", "0.3"), ("65.96700000000001", "65.967"), ("3.3333333333333335", "3.3333"),
        ("9.99995", "10"), ("0.00004999", "0"), ("1e-7", "0"), ("12.50", "12.5"), ("1e3", "1000"),
    ],
)  # fmt: skip
def test_an_amount_is_rounded_to_four_decimals(write: Any, sent: str, kept: str) -> None:
    accepted(checkout(total=write(sent), items=[{"price": write(sent)}]))
    [[subtotal]] = lines("subtotal")
    assert (order("t", "total"), Decimal(str(subtotal or 0))) == (Decimal(kept), Decimal(kept))


def test_every_amount_of_an_order_is_rounded() -> None:
    line = {"product_id": "a", "price": Decimal("10.000000000000002"), "quantity": 3, "discount": "0.30000000000000004"}
    accepted(checkout(total=None, items=[line, {"product_id": "b", "subtotal": Decimal("65.96700000000001")}]))
    assert order("t", "total") == Decimal("95.667")
    accepted(event("ann", "partial_refund", transaction_id="t", amount=Decimal("3.3333333333333335")))
    accepted(event("ann", "refund_item", transaction_id="t", product_id="b", subtotal=Decimal("0.30000000000000004")))
    assert order("t", "refunded") == Decimal("3.6333")
    refuse(event("ann", "partial_refund", transaction_id="t", amount="0.00001"), 112202)


@pytest.mark.parametrize(
    "total", ["NaN", "Infinity", "-Infinity", "1e400", "1e13", "1_000", "٣", "-0.01", Decimal("NaN")]
)
def test_what_is_no_amount_is_refused(total: object) -> None:
    refuse(checkout(total=total), 0, "'total'")


# Clocks


def test_a_clock_that_is_up_to_300_seconds_ahead_means_now() -> None:
    for ahead in (0, 1, 300):
        accepted(event("ann", "point_add", points=1, effective_timestamp=int(NOW.timestamp()) + ahead))
    assert rows("SELECT DISTINCT occurred_at FROM events_event WHERE action = 'point_add'") == [(NOW,)]
    late = int(NOW.timestamp()) + 301
    refuse(event("ann", "point_add", points=1, effective_timestamp=late), 0, "'effective_timestamp' must not be later")


@pytest.mark.parametrize(
    ("sent", "meant"),
    [
        (20251128, "the date 2025-11-28"), ("20251128", "the date 2025-11-28"),
        (45989, "the day 2025-11-28 of a spreadsheet"), (Decimal("45989.75"), "the time 2025-11-28T18:00:00 of a spreadsheet"),
        (1_764_354_600_000, "milliseconds"), ("1764354600000", "milliseconds"), (1_764_354_600_000_000, "microseconds"),
        (20251128183000, "the time 2025-11-28T18:30:00"), (202511281830, "the time 2025-11-28T18:30:00"),
        (0, "from 2000-01-01"), (-1, "from 2000-01-01"), (946_684_799, "from 2000-01-01"), (2025, "from 2000-01-01"),
        (4_102_444_800, "must not be later than now"), ("1999-12-31T23:59:59Z", "from 2000-01-01"), ("later", "unix seconds"),
        ("28/11/2025", "unix seconds"), ("2025-02-30", "unix seconds"), ("2999-01-01", "must not be later than now"),
        ([1], "unix seconds"), (True, "unix seconds"), ("1e400", "from 2000-01-01"), ("NaN", "unix seconds"),
    ],
)  # fmt: skip
def test_a_time_in_another_unit_is_refused_with_its_likely_meaning(sent: object, meant: str) -> None:
    refuse(event("ann", "point_add", points=1, effective_timestamp=sent), 0, meant)


@pytest.mark.parametrize(
    ("sent", "at"),
    [
        (1_764_354_600, "2025-11-28T18:30:00"), ("1764354600", "2025-11-28T18:30:00"), (Decimal("1764354600.25"), "2025-11-28T18:30:00.250000"),
        ("2025-11-28T18:30:00Z", "2025-11-28T18:30:00"), ("2025-11-28T18:30:00+02:00", "2025-11-28T16:30:00"),
        ("2025-11-28T18:30:00.250Z", "2025-11-28T18:30:00.250000"), ("2025-11-28 18:30:00", "2025-11-28T17:30:00"),
        ("2025-11-28T18:30", "2025-11-28T17:30:00"), ("2025-11-28", "2025-11-27T23:00:00"), (946_684_800, "2000-01-01T00:00:00"),
    ],
)  # fmt: skip
def test_a_time_is_unix_seconds_or_iso_and_without_an_offset_here(sent: object, at: str, settings: Any) -> None:
    settings.TIME_ZONE = "Europe/Budapest"
    configure(checkout_accept=True)
    accepted(event("ann", "point_add", points=1, effective_timestamp=sent))
    [(found,)] = rows("SELECT occurred_at FROM events_event WHERE action = 'point_add'")
    assert found == dt.datetime.fromisoformat(at).replace(tzinfo=dt.UTC)


@pytest.mark.parametrize(
    ("sent", "meant"),
    [
        (20271128, "send it as 2027-11-28"), ("46719", "send it as 2027-11-28"),
        (1_827_426_600, "send it as 2027-11-28"), ("1827426600000", "send it as 2027-11-28"),
    ],
)  # fmt: skip
def test_a_day_in_another_unit_is_refused_with_its_likely_meaning(sent: object, meant: str) -> None:
    refuse(event("ann", "point_add", points=1, expdate=sent), 0, meant)


def test_a_birthday_may_be_older_than_any_event_but_not_a_number() -> None:
    accepted(event("ann", "profile", birth_date="1931-05-02"))
    refuse(event("ann", "profile", birth_date=19310502), 0, "send it as 1931-05-02")
    refuse(event("ann", "profile", birth_date="11445"), 0, "send it as 1931-05-02")


def test_an_order_is_not_accepted_before_there_were_orders() -> None:
    configure(checkout_accept=True)
    refuse(checkout(auto_accept="1999-12-31"), 0, "'auto_accept' must be a date between 2000 and 2999")


# Steps of an order


@pytest.mark.parametrize(
    ("action", "data", "pending"),
    [
        ("refund", {}, False), ("partial_refund", {"amount": 1}, False), ("refund_item", {"product_id": "a"}, False),
        ("checkout_reject", {}, False), ("point_unspend", {"points": 1}, False), ("checkout_accept", {}, True),
        ("checkout_accept_item", {"product_id": "a"}, True), ("checkout_update", {"total": 9}, True),
        ("checkout_update_item", {"product_id": "a", "price": 9}, True), ("checkout_reject", {}, True),
        ("checkout_item", {"product_id": "b", "price": 1}, True), ("point_unspend", {"points": 1}, True),
    ],
)  # fmt: skip
def test_a_later_step_of_an_order_is_not_dated_before_its_checkout(
    action: str, data: dict[str, Any], pending: bool
) -> None:
    configure(checkout_accept=pending)
    bought = NOW - DAY
    accepted(event("ann", "point_add", points=5), at=bought)
    accepted(checkout(items=[{"product_id": "a", "price": 9}], points_burned=2), at=bought + 0.7 * SECOND)
    step = {"transaction_id": "t", **data}
    before = int(bought.timestamp()) - 1
    refuse(
        event("ann", action, **step, effective_timestamp=before), 112216, "'effective_timestamp' is before the checkout"
    )
    # Unix seconds are whole ones: the checkout's own second is not before it.
    [outcome] = send(event("ann", action, **step, effective_timestamp=before + 1))
    assert outcome.error is None
    assert outcome.events[0].occurred_at == bought + 0.7 * SECOND


def test_what_comes_before_the_checkout_may_be_dated_as_it_likes() -> None:
    accepted(event("ann", "point_add", points=5), event("ann", "reserve_points", transaction_id="t", points=5))
    accepted(event("ann", "release_points", transaction_id="t", effective_timestamp=int((NOW - DAY).timestamp())))
    accepted(event("ann", "checkout_item", transaction_id="t", product_id="a", price=1))
    accepted(checkout(effective_timestamp=int((NOW - DAY).timestamp())))
