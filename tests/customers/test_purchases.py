"""`fields=purchases.<period>` against a sum over plain lists, by the local date of each order."""

import datetime as dt
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from decimal import Decimal
from itertools import count
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext, override_settings
from django.utils import timezone
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from customers.models import Customer
from events.orders.purchases import PERIODS, Purchases, purchases_in
from loyalty.engine.events import Incoming
from tests.api_keys import development_key
from tests.engine.world import accepted, configure, event, rows
from tests.examples import examples

pytestmark = pytest.mark.django_db
LATE = dt.datetime(2031, 1, 1, tzinfo=dt.UTC)
HOUR = dt.timedelta(hours=1)
# Clocks that skip midnight, repeat it, turn by half an hour, and leave out a day.
ZONES = (
    "UTC", "Europe/Budapest", "America/New_York", "America/Sao_Paulo", "America/Havana", "America/Santiago",
    "Africa/Cairo", "Asia/Beirut", "Asia/Kathmandu", "Australia/Lord_Howe", "Pacific/Apia",
)  # fmt: skip
# Ends of years, quarters, months, weeks and of 29 February; nights in which clocks turn, and Apia's missing day.
EDGES = [
    dt.datetime(*day, tzinfo=dt.UTC)
    for day in (
        (2017, 1, 1), (2024, 1, 1), (2023, 10, 1), (2024, 2, 29), (2024, 3, 1), (2025, 2, 28), (2025, 3, 31),
        (2024, 3, 31), (2024, 10, 27), (2024, 11, 3), (2018, 11, 4), (2018, 2, 18), (2024, 4, 26), (2024, 10, 31),
        (2024, 3, 10), (2024, 9, 8), (2011, 12, 30), (2026, 1, 5), (2026, 11, 23), (2026, 7, 1),
    )
]  # fmt: skip
names = count()


def months(day: dt.date) -> int:
    return day.year * 12 + day.month


def rolling(number: int) -> Callable[[dt.date, dt.date], bool]:
    def holds(day: dt.date, today: dt.date) -> bool:
        passed = months(today) - months(day)
        return day <= today and (passed < number or (passed == number and day.day > today.day))

    return holds


# Whether an order of that day counts today.
NAIVE: dict[str, Callable[[dt.date, dt.date], bool]] = {
    "today": lambda day, today: day == today,
    "yesterday": lambda day, today: (today - day).days == 1,
    "this_week": lambda day, today: day.isocalendar()[:2] == today.isocalendar()[:2],
    "this_month": lambda day, today: months(day) == months(today),
    "last_month": lambda day, today: months(today) - months(day) == 1,
    "this_quarter": lambda day, today: (day.year, (day.month - 1) // 3) == (today.year, (today.month - 1) // 3),
    "this_year": lambda day, today: day.year == today.year,
    "last_30days": lambda day, today: 0 <= (today - day).days < 30,
    "last_12months": rolling(12),
    "last_24months": rolling(24),
}
NAIVE |= {
    "wtd": NAIVE["this_week"],
    "mtd": NAIVE["this_month"],
    "qtd": NAIVE["this_quarter"],
    "ytd": NAIVE["this_year"],
}


@dataclass
class Order:
    """Two lines of so many pieces of 10 each. What becomes of it, and what is then left."""

    at: dt.datetime
    pieces: tuple[int, int]
    fate: str
    name: str = field(default_factory=lambda: f"order-{next(names)}")

    def events(self, customer: str) -> Iterator[Incoming]:
        items = [{"product_id": f"p{n}", "quantity": n_of, "price": 10} for n, n_of in enumerate(self.pieces)]
        data: dict[str, Any] = {"total": 10 * sum(self.pieces), "items": items}
        yield self.event(customer, "checkout", effective_timestamp=int(self.at.timestamp()), **data)
        if self.fate == "pending":
            return
        yield self.event(customer, "checkout_reject" if self.fate == "rejected" else "checkout_accept")
        if self.fate == "refunded":
            yield self.event(customer, "refund")
        elif self.fate == "one piece back":
            yield self.event(customer, "refund_item", product_id="p0", quantity=1)
        elif self.fate == "some money back":
            yield self.event(customer, "partial_refund", amount="2.5")

    def event(self, customer: str, action: str, **data: Any) -> Incoming:
        return event(customer, action, transaction_id=self.name, **data)

    @property
    def left(self) -> Purchases:
        total, pieces = Decimal(10 * sum(self.pieces)), sum(self.pieces)
        return {
            "pending": Purchases(),
            "rejected": Purchases(),
            "accepted": Purchases(total, 1, pieces),
            "refunded": Purchases(Decimal(0), 1, 0),
            "one piece back": Purchases(total - 10, 1, pieces - 1),
            "some money back": Purchases(total - Decimal("2.5"), 1, pieces),
        }[self.fate]


FATES = ["accepted", "accepted", "pending", "rejected", "refunded", "one piece back", "some money back"]
near_midnight = st.builds(
    lambda hours, seconds: hours * HOUR + dt.timedelta(seconds=seconds), st.integers(-30, 30), st.integers(-2, 2)
)
distances = st.sampled_from([0, 0, 0, -1, -6, -7, -29, -30, -31, -90, -364, -365, -366, -729, -730, -731, 1])


@st.composite
def histories(draw: st.DrawFn) -> tuple[str, dt.datetime, list[Order]]:
    edge = draw(st.sampled_from(EDGES))
    moments = st.builds(lambda days, time: edge + dt.timedelta(days=days) + time, distances, near_midnight)
    orders = st.builds(Order, moments, st.tuples(st.integers(1, 3), st.integers(1, 3)), st.sampled_from(FATES))
    return draw(st.sampled_from(ZONES)), edge + draw(near_midnight), draw(st.lists(orders, min_size=1, max_size=6))


def added(purchases: list[Purchases]) -> Purchases:
    return Purchases(
        sum((one.total for one in purchases), Decimal(0)),
        sum(one.count for one in purchases),
        sum(one.items for one in purchases),
    )


@pytest.fixture
def accepting() -> None:
    configure(checkout_accept=True)


@given(histories())
@example(("America/Sao_Paulo", dt.datetime(2018, 11, 4, 12, tzinfo=dt.UTC), [
    Order(dt.datetime(2018, 11, 4, 3, tzinfo=dt.UTC), (1, 1), "accepted"),
    Order(dt.datetime(2018, 11, 4, 2, 59, 59, tzinfo=dt.UTC), (1, 2), "accepted"),
]))  # fmt: skip
@pytest.mark.random
@settings(max_examples=examples(60), deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_every_period_is_the_sum_of_the_orders_of_its_days(
    accepting: None, history: tuple[str, dt.datetime, list[Order]]
) -> None:
    zone, at, orders = history
    customer = f"c{next(names)}"
    accepted(event(customer, "opt_in"), at=LATE)
    accepted(*(told for order in orders for told in order.events(customer)), at=LATE)
    found = Customer.objects.get(public_id=customer)

    with override_settings(TIME_ZONE=zone):
        stated = purchases_in([found.id], list(PERIODS), at)[found.id]

    local = ZoneInfo(zone)
    today = at.astimezone(local).date()
    for period, holds in NAIVE.items():
        expected = added([order.left for order in orders if holds(order.at.astimezone(local).date(), today)])
        assert stated[period] == expected, (period, zone, at)
    overall = Purchases(found.purchase_total, found.purchase_count, found.purchase_item_count)
    assert overall == added([order.left for order in orders])


def test_every_period_of_the_manual_is_known() -> None:
    assert set(PERIODS) == set(NAIVE)


WHO = "0519001"
NOW = dt.datetime(2021, 8, 31, 12, tzinfo=dt.UTC)


@pytest.fixture
def key() -> str:
    return development_key(name="till").key


def buy(name: str, day: dt.datetime, total: int, quantity: int, **data: Any) -> None:
    items = [{"product_id": "mug", "quantity": quantity, "subtotal": total}]
    accepted(event(WHO, "checkout", transaction_id=name, total=total, items=items, **data), at=day)


def purchases(client: Client, key: str, fields: str) -> Any:
    return client.get(f"/customers/{WHO}", {"api_key": key, "fields": fields}).json().get("purchases")


def test_the_purchases_block_of_the_manual(client: Client, key: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """2300 in four orders before August, 1700 in three of August."""
    for number, total in enumerate([500, 600, 700, 500]):
        buy(f"before-{number}", dt.datetime(2021, 7, 1 + number, 10, tzinfo=dt.UTC), total, 2)
    for number, total in enumerate([500, 600, 600]):
        buy(f"mtd-{number}", dt.datetime(2021, 8, 1 + number, 10, tzinfo=dt.UTC), total, 2)
    monkeypatch.setattr(timezone, "now", lambda: NOW)
    expected = {
        "purchase_total": 4000,
        "purchase_count": 7,
        "purchase_last_date": "2021-08-03",
        "purchases": {
            "overall": {"total": 4000, "count": 7, "items": 14},
            "mtd": {"total": 1700, "count": 3, "items": 6},
        },
    }
    found = client.get(f"/customers/{WHO}", {"api_key": key, "fields": "purchase.mtd"}).json()
    assert {name: found[name] for name in expected} == expected
    assert [type(value) for value in found["purchases"]["mtd"].values()] == [int, int, int]


def test_each_period_answers_under_the_name_that_was_asked_for(client: Client, key: str) -> None:
    accepted(event(WHO, "opt_in"))
    zero = {"total": 0, "count": 0, "items": 0}
    asked = ",".join(f"purchases.{period}" for period in PERIODS)
    assert purchases(client, key, asked) == dict.fromkeys(["overall", *PERIODS], zero)
    assert purchases(client, key, "purchases.ytd,purchase.this_year") == dict.fromkeys(
        ["overall", "ytd", "this_year"], zero
    )


def test_overall_always_comes_and_what_is_no_period_is_left_out(client: Client, key: str) -> None:
    accepted(event(WHO, "opt_in"))
    zero = {"overall": {"total": 0, "count": 0, "items": 0}}
    assert purchases(client, key, "purchases.overall") == zero
    assert purchases(client, key, "purchases.next_year") == zero
    assert purchases(client, key, "purchases") == zero
    assert purchases(client, key, "") is None


def test_a_refunded_order_still_counts_and_a_pending_one_does_not_yet(client: Client, key: str) -> None:
    now = timezone.now()
    buy("kept", now, 30, 3)
    buy("returned", now, 20, 2)
    accepted(event(WHO, "refund", transaction_id="returned"), at=now)
    configure(checkout_accept=True)
    buy("pending", now, 50, 5)
    kept = {"total": 30, "count": 2, "items": 3}
    assert purchases(client, key, "purchases.today") == {"overall": kept, "today": kept}
    found = Customer.objects.get(public_id=WHO)
    assert (found.purchase_total, found.purchase_count) == (Decimal(30), 2)


def test_an_order_that_is_rejected_after_its_acceptance_still_counts_with_nothing_in_it(
    client: Client, key: str
) -> None:
    """As the customer's own count has it."""
    now = timezone.now()
    buy("returned", now, 20, 2)
    accepted(event(WHO, "checkout_reject", transaction_id="returned"), at=now)
    nothing = {"total": 0, "count": 1, "items": 0}
    assert purchases(client, key, "purchases.today") == {"overall": nothing, "today": nothing}


def test_amounts_of_several_currencies_are_added_as_in_the_total(client: Client, key: str) -> None:
    buy("euros", timezone.now(), 30, 1, currency="EUR")
    buy("forints", timezone.now(), 4000, 1, currency="HUF")
    both = {"total": 4030, "count": 2, "items": 2}
    assert purchases(client, key, "purchases.today") == {"overall": both, "today": both}


def test_all_periods_of_all_customers_are_one_statement_on_one_index() -> None:
    """The index alone has all that is summed: no order is read."""
    for number in range(3):
        accepted(event(f"c{number}", "checkout", transaction_id=f"t{number}", total=10), at=timezone.now())
    ids = list(Customer.objects.values_list("id", flat=True))
    with CaptureQueriesContext(connection) as captured:
        purchases_in(ids, list(PERIODS), timezone.now())
    [statement] = captured.captured_queries
    for way in ("seqscan", "bitmapscan", "indexscan"):
        rows(f"SET LOCAL enable_{way} = off")
    plan = "\n".join(line for (line,) in rows(f"EXPLAIN {statement['sql']}"))
    assert "Index Only Scan using transaction_bought" in plan
